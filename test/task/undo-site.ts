// What the tests of luna undo work with: a store in which each command is an entry of its own, and its whole
// state as a value.
import { EJSON } from 'bson'
import type { Backend } from '../../lib/store/backend.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { openSqlite } from '../../lib/store/sqlite/backend.ts'
import type { Dump, KeptEntry, Store } from '../../lib/store/store.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { getEntry, undoEntry } from '../../lib/task/undo/undo.ts'
import { fillSite } from './site.ts'

export interface UndoSite {
  /** The store as a command sees it: what is done with it is one entry. */
  as(command: string): Store
  /** Undoes an entry, the last one when no number is given. */
  undo(number?: number): Promise<readonly string[]>
  last(): Promise<number>
  entry(number: number): Promise<KeptEntry>
  /** The store as the daemons have it: what is done with it is no entry. */
  quiet(): Store
  /** What luna cluster check finds, without addresses that are only missing or reserved. */
  wrong(): Promise<string[]>
}

/** The small site over an engine, filled without a history. */
export async function undoSite(backend: Backend = openSqlite(':memory:')): Promise<UndoSite> {
  await fillSite(makeStore(backend))
  const as = (command: string) =>
    makeStore(backend, { by: async () => ({ user: 'alice', as: null, command }) })
  const last = async () => (await as('').history())[0]?.number ?? 0
  return {
    as,
    last,
    quiet: () => makeStore(backend),
    entry: (number) => getEntry(as(''), number),
    wrong: async () => {
      const found = await checkCluster(makeStore(backend), { repair: false })
      const wrong = found.filter(({ harmless, defect }) => !harmless && defect !== 'no-address')
      return wrong.map(({ line }) => line)
    },
    undo: async (number) => {
      const which = number ?? (await last())
      return (await undoEntry(as(`luna undo ${which}`), which)).warnings
    },
  }
}

/**
 * A whole database as text: without the ids of MAC addresses, whatever the types of whole numbers, and with
 * one word for what is not set.
 */
export function stateOf(dump: Dump): string {
  const collections = Object.entries(dump).map(([name, documents]) => {
    const plain = documents.map((document) => {
      const { _id, ...rest } = EJSON.serialize(document, { relaxed: true }) as Record<string, unknown>
      return sorted(name.startsWith('mac') ? rest : { _id, ...rest })
    })
    return [name, plain.map((one) => JSON.stringify(one)).sort()] as const
  })
  return JSON.stringify(collections.filter(([, all]) => all.length > 0).sort(), null, 1)
}

/** Maps with their keys sorted, and without empty counters. */
function sorted(value: unknown): unknown {
  if (value === '') return null
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, one]) => [key, sorted(one)] as const)
  const kept = entries.filter(([key, one]) => !(/^_use(dby)?_$/.test(key) && JSON.stringify(one) === '{}'))
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}
