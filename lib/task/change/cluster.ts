// The cluster itself: made, changed, deleted. What is generated from it has files of its own (dhcp, dns,
// nginx, tftp).
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { ownDirectory } from '../../host/daemon/daemon.ts'
import { findUser, type Owner } from '../../host/user.ts'
import type { Cluster } from '../../object/cluster.ts'
import { parseIp } from '../../object/net/address.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { keepCopy } from '../database/copy.ts'
import { getCluster } from '../get-cluster.ts'
import { newNotes, type Outcome } from '../outcome.ts'
import { type ClusterChange, readChange } from './cluster-fields.ts'
import { refuseUsed, removeLinked, updateLinked } from './reference-counts.ts'

export interface ClusterWish {
  readonly frontend_address: string
  readonly nodeprefix: string
  readonly nodedigits: number
  readonly user: string
  readonly path: string
  /** Where the daemons log (`LUNA_LOGDIR`, else /var/log/luna): made, and given to the user. */
  readonly logDir: string
}

/** Makes the cluster. Everything that is wrong with the wish is exit status 255, and makes nothing. */
export async function initCluster(store: Store, wish: ClusterWish): Promise<Outcome> {
  const { logDir, ...fields } = wish
  const change = readChange(fields, 255)
  const owner = await requireUser(wish.user, 255)
  const path = await requireDirectory(wish.path, 255)
  await requireOwned(path, wish.user, owner)
  const notes = newNotes()
  await store.transaction(async (tx) => {
    const [there] = await tx.list('cluster')
    if (there) throw new LunaError('taken', 'there is a cluster already', { fix: 'luna cluster change' })
    await tx.insert('cluster', { name: 'general', ...change, path })
  })
  await ownDirectory(logDir, owner)
  warnAddress(wish.frontend_address, notes.warnings)
  return notes
}

/**
 * Changes the cluster: all that is given, or nothing when some of it is wrong (exit status 1). '' erases a
 * text.
 */
export async function changeCluster(store: Store, wish: ClusterChange): Promise<Outcome> {
  const change: { -readonly [F in keyof Change<'cluster'>]: Change<'cluster'>[F] } = readChange(wish, 1)
  const notes = newNotes()
  if (wish.user) await requireUser(wish.user, 1)
  if (wish.path) change.path = await requireDirectory(wish.path, 1)
  await store.transaction(async (tx) => {
    const cluster = await getCluster(tx)
    if (Object.keys(change).length > 0) await updateLinked(tx, 'cluster', cluster, change, notes)
    await warnAfter({ ...cluster, ...change }, wish, notes.warnings)
  })
  return notes
}

/**
 * Removes the cluster when nothing is left of it; with `force` the whole database with all objects. Gives the
 * file in the folder `copies` that a copy of the database is kept in; undefined where there was nothing.
 */
export async function deleteCluster(
  store: Store,
  wish: { readonly force: boolean; readonly copies: string },
): Promise<string | undefined> {
  return await store.transaction(async (tx) => {
    const cluster = wish.force ? undefined : await getCluster(tx)
    if (cluster) await refuseUsed(tx, 'cluster', cluster)
    const copy = await keepCopy(await tx.dump(), wish.copies)
    if (cluster) await removeLinked(tx, 'cluster', cluster)
    else await tx.drop()
    return copy
  })
}

async function requireUser(name: string, exit: number): Promise<Owner> {
  const owner = await findUser(name)
  if (owner) return owner
  throw new LunaError('invalid', `there is no user ${JSON.stringify(name)} on this machine`, {
    fix: `make it (useradd --system ${/^[a-z][\w-]*$/.test(name) ? name : 'NAME'}), or name another one`,
    exit,
  })
}

async function requireDirectory(path: string, exit: number): Promise<string> {
  const absolute = resolve(path)
  const found = await stat(absolute).catch(() => undefined)
  if (found?.isDirectory()) return absolute
  throw new LunaError('invalid', `there is no directory ${JSON.stringify(absolute)}`, {
    fix: 'make it first',
    exit,
  })
}

async function requireOwned(path: string, user: string, owner: Owner): Promise<void> {
  if (await isOwned(path, owner)) return
  throw new LunaError('invalid', `${path} does not belong to ${user} and its primary group`, {
    fix: `chown ${user}: ${path}`,
    exit: 255,
  })
}

async function isOwned(path: string, owner: Owner): Promise<boolean> {
  const { uid, gid } = await stat(path)
  return uid === owner.uid && gid === owner.gid
}

async function warnAfter(cluster: Cluster, wish: ClusterChange, warnings: string[]): Promise<void> {
  if (wish.frontend_address) warnAddress(wish.frontend_address, warnings)
  if (!wish.path && !wish.user) return
  const owner = cluster.user ? await findUser(cluster.user) : undefined
  const owned = owner && cluster.path && (await isOwned(cluster.path, owner).catch(() => false))
  if (!owned) warnings.push(`${cluster.path} does not belong to ${cluster.user} and its primary group`)
}

function warnAddress(text: string, warnings: string[]): void {
  if (text !== '' && !parseIp(text))
    warnings.push(`the frontend address ${text} is not an IP address: nodes cannot boot from it`)
}
