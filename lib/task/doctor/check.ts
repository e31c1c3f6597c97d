// What a check of `luna doctor` is: it looks at one thing and gives a verdict. Pure functions beside the
// checks judge what was seen.
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { visible } from '../../log.ts'
import type { Cluster, ClusterPaths } from '../../object/cluster.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Store } from '../../store/store.ts'
import type { Heads } from '../heads.ts'

export type State = 'fine' | 'warning' | 'wrong'

export interface Verdict {
  readonly state: State
  /** What was seen: one line. */
  readonly seen: string
  /** The command that mends it, or else the sentence that says how; null where nothing is to be done. */
  readonly fix: string | null
}

export interface Finding extends Verdict {
  readonly check: string
}

/** What all checks look at. */
export interface Head {
  readonly config: Config
  /** A copy of the whole database at one moment; a check may read it as often as it likes. */
  readonly store: Store
  /** What is to be known of the database engine. */
  readonly advice: readonly string[]
  readonly cluster: Cluster
  readonly paths: ClusterPaths
  readonly all: Inventory
  readonly heads: Heads
  /** The frontend address is on this head, or there is no other head that it could be on. */
  readonly active: boolean
  readonly root: boolean
}

export interface Check {
  /** For people and scripts; says the same on every head. */
  readonly name: string
  /** It waits for seconds, whatever is wrong, and so is begun before the others: those when it waits. */
  readonly slow?: true
  /** A slow one calls `waiting` when from then on it only waits. */
  run(head: Head, waiting: () => void): Promise<Verdict>
}

export function fine(seen: string): Verdict {
  return { state: 'fine', seen, fix: null }
}

export function warning(seen: string, fix: string): Verdict {
  return { state: 'warning', seen, fix }
}

export function wrong(seen: string, fix: string): Verdict {
  return { state: 'wrong', seen, fix }
}

/** Of a check that only root can make. */
export const needsRoot = warning('not looked at: needs root', 'give the command as root')

/** What an error means that ended a check. */
export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof LunaError)) {
    const seen = `unexpected: ${error instanceof Error ? error.message : String(error)}`
    return wrong(seen, 'this is a defect of Luna: please report it')
  }
  const seen = error.why ? `${error.message}: ${error.why}` : error.message
  return { state: 'wrong', seen, fix: error.fix ?? null }
}

/** The line of a finding, for people. */
export function lineOf({ check, state, seen, fix }: Finding): string {
  const said = `${check}: ${seen}${fix === null ? '' : ` (${fix})`}`
  return `${state.padEnd(7)}  ${visible(said.replace(/\s*\n\s*/g, '; '))}`
}

/** The first of some lines, and how many more there are. */
export function firstOf(lines: readonly string[]): string {
  const [first = '', ...more] = lines
  return more.length === 0 ? first : `${first}; and ${more.length} more`
}
