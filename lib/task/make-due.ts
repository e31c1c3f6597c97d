// luna cluster make: which kinds of generated files are due, as far as a kind was ever made.
import type { Config } from '../config.ts'
import type { LunaError } from '../error.ts'
import type { Store } from '../store/store.ts'
import { getCluster } from './inventory.ts'
import { type MadeKind, madeKinds } from './made-kinds.ts'
import { attempt, newNotes } from './outcome.ts'

type Host = Pick<Config, 'paths' | 'services'>

export interface Due {
  /** Kinds with files that are not what the database says, and these files. */
  readonly kinds: readonly { readonly kind: MadeKind; readonly files: readonly string[] }[]
  /** Kinds that were never made. */
  readonly never: readonly MadeKind[]
  /** Why other kinds cannot be made. */
  readonly failures: readonly LunaError[]
}

/** Compares what would be written with what is there; changes nothing. */
export async function findDue(store: Store, host: Host): Promise<Due> {
  const cluster = await getCluster(store)
  const [made, never] = [
    madeKinds.filter((kind) => kind.wasMade(cluster, host)),
    madeKinds.filter((kind) => !kind.wasMade(cluster, host)),
  ]
  const notes = newNotes()
  const kinds: Due['kinds'][number][] = []
  for (const kind of made)
    await attempt(notes, async () => {
      const { due } = await kind.make(store, host, true)
      if (due.length > 0) kinds.push({ kind, files: due })
    })
  return { kinds, never, failures: notes.failures }
}
