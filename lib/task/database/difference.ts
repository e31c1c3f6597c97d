// What a dry run finds.
import { LunaError, sentence } from '../../error.ts'
import type { Outcome } from '../outcome.ts'

export interface Difference {
  readonly in: 'dhcp' | 'dns' | 'nginx' | 'menu' | 'boot' | 'install' | 'templates' | 'files'
  /** One line for people. */
  readonly line: string
  /** Something is missing from what is generated; else the difference is only good to know. */
  readonly lost: boolean
}

/** What a make command warns of, fails at, or is refused for. A broken store is thrown on. */
export async function tried(where: Difference['in'], make: () => Promise<Outcome>): Promise<Difference[]> {
  try {
    const { warnings, failures } = await make()
    return [...warnings, ...failures.map(sentence)].map((line) => ({ in: where, line, lost: true }))
  } catch (error) {
    if (!(error instanceof LunaError) || error.code === 'unavailable') throw error
    return [{ in: where, line: sentence(error), lost: true }]
  }
}
