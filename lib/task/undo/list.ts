// The entries of the history as people ask for them.
import type { HistoryEntry, Store } from '../../store/store.ts'

export interface HistoryWish {
  /** At most so many, the newest. */
  readonly most: number
  /** Only entries that changed one of these nodes, by the name that it had. */
  readonly nodes?: readonly string[] | undefined
  /** Only entries that changed an object of that name, of any kind. */
  readonly object?: string | undefined
}

/** The entries that are wished for, newest first. */
export async function listHistory(store: Store, wish: HistoryWish): Promise<HistoryEntry[]> {
  const { most, nodes, object } = wish
  const wanted = new Set(nodes)
  const fits = ({ objects }: HistoryEntry) =>
    (!nodes ||
      objects.some(({ kind, names }) => kind === 'node' && names.some((name) => wanted.has(name)))) &&
    (object === undefined || objects.some(({ names }) => names.includes(object)))
  return (await store.history()).filter(fits).slice(0, most)
}
