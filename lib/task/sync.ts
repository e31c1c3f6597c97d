// luna cluster sync: mirrors the cluster path to the other heads.
import { type Following, mirrorTo } from '../host/remote.ts'
import { paths } from '../object/cluster.ts'
import type { Store } from '../store/store.ts'
import { findHeads, tellPassive } from './heads.ts'
import { withImageLocks } from './image/lock.ts'
import { getCluster } from './inventory.ts'
import { attempt, newNotes, type Outcome } from './outcome.ts'

export interface Synced extends Outcome {
  /** Heads that are equal now. */
  readonly heads: readonly string[]
}

/**
 * As `syncCluster`, while nobody works in the trees of images below that path. A tree that somebody is in
 * already is copied as it is, with a warning.
 */
export async function syncWithTrees(store: Store, following: Following): Promise<Synced> {
  const { root } = paths(await getCluster(store))
  const below = (await store.list('osimage')).filter(({ path }) => path?.startsWith(`${root}/`))
  return await withImageLocks(below, 'copied to the other heads', async (busy) => {
    const synced = await syncCluster(store, following)
    if (synced.heads.length + synced.failures.length === 0) return synced
    const torn = busy.map((what) => `${what}: its tree was copied as it was (sync again when that is done)`)
    return { ...synced, warnings: [...synced.warnings, ...torn] }
  })
}

/**
 * Copies the cluster path to every other head. A head that fails is a failure; the others are done. Without
 * other heads there is nothing to do.
 */
export async function syncCluster(store: Store, { onLine, ...more }: Following): Promise<Synced> {
  const cluster = await getCluster(store)
  const { others } = await findHeads(cluster)
  const notes = newNotes()
  const heads: string[] = []
  if (others.length > 0) await tellPassive(cluster, onLine)
  for (const head of others) {
    const path = `${paths(cluster).root}/`
    const following = { ...more, onLine: (line: string) => onLine(`${head}: ${line.trim()}`) }
    const done = await attempt(notes, () => mirrorTo(head, path, following))
    if (done) heads.push(head)
  }
  return { ...notes, heads }
}
