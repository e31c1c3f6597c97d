// The cluster itself: made, changed, deleted. What is generated from it has files of its own (dhcp, dns,
// nginx, tftp).
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LunaError } from '../../error.ts'
import { giveDatabase } from '../../host/database-file.ts'
import { makeDirectory } from '../../host/file.ts'
import { findUser, type Owner } from '../../host/user.ts'
import { asksRoot } from '../../object/boot-access.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { keepCopy } from '../database/copy.ts'
import { formerFiles, type ServicePlaces } from '../former-files.ts'
import { frontendWarnings, refuseLocking } from '../heads.ts'
import { getCluster } from '../inventory.ts'
import type { Outcome } from '../outcome.ts'
import { type ClusterChange, checkPrefix, checkTogether, readChange } from './cluster-fields.ts'
import { edit } from './edit.ts'

export interface ClusterWish extends ClusterChange {
  readonly frontend_address: string
  readonly nodeprefix: string
  readonly nodedigits: number
  readonly user: string
  readonly path: string
  /** Where the daemons log (`LUNA_LOGDIR`, else /var/log/luna): made, and given to the user. */
  readonly logDir: string
  /** The file of the embedded store, which is given to the user; absent with MongoDB. */
  readonly database?: string
}

/** Makes the cluster. What is wrong with the wish is `invalid`, and makes nothing. */
export async function initCluster(store: Store, wish: ClusterWish): Promise<Outcome> {
  const { logDir, database, ...fields } = wish
  const change = readChange(fields)
  checkPrefix(fields)
  const owner = await requireUser(wish.user)
  const path = await requireDirectory(wish.path)
  await requireOwned(path, wish.user, owner)
  const outcome = await edit(store, async ({ tx }) => {
    const [there] = await tx.list('cluster')
    if (there) throw new LunaError('taken', 'there is a cluster already', { fix: 'luna cluster change' })
    await tx.insert('cluster', { name: 'general', ...change, path })
  })
  await makeDirectory(logDir, owner)
  const lacking = database && (await giveDatabase(database, wish.user, owner))
  const warnings = [...(lacking ? [lacking] : []), ...(await frontendWarnings(wish.frontend_address))]
  return { ...outcome, warnings }
}

/**
 * Changes the cluster: all that is given, or nothing when some of it is `invalid`. '' erases a text. Unless
 * forced, what would make this head passive is `refused`: nothing could be changed here any more. `places` is
 * where files of a former user are looked for.
 */
export async function changeCluster(
  store: Store,
  wish: ClusterChange,
  { force = false, places }: { readonly force?: boolean; readonly places?: ServicePlaces } = {},
): Promise<Outcome> {
  const change: { -readonly [F in keyof Change<'cluster'>]: Change<'cluster'>[F] } = readChange(wish)
  if (wish.user) await requireUser(wish.user)
  if (wish.path) change.path = await requireDirectory(wish.path)
  let former: string | null = null
  const outcome = await edit(store, async ({ notes, cluster, update }) => {
    const old = await cluster()
    former = old.user
    checkTogether({ ...old, ...change }, wish, notes.warnings)
    const moves = wish.cluster_ips !== undefined || wish.frontend_address !== undefined
    if (moves && !force) await refuseLocking({ ...old, ...change })
    // Each head takes the URLs that another one has given.
    if (asksRoot(change) && !old.seed_key) change.seed_key = { secret: randomBytes(24).toString('hex') }
    if (Object.keys(change).length > 0) await update('cluster', old, change)
    await warnAfter({ ...old, ...change }, wish, notes.warnings)
  })
  if (!wish.user || !former || !places) return outcome
  const left = await formerFiles(await getCluster(store), former, places)
  return left === undefined ? outcome : { ...outcome, warnings: [...outcome.warnings, left] }
}

/**
 * Removes the cluster when nothing is left of it; with `force` the whole database with all objects. Gives the
 * file in the folder `copies` that a copy of the database is kept in; undefined where there was nothing, or
 * no such folder is given.
 */
export async function deleteCluster(
  store: Store,
  { force, copies }: { readonly force: boolean; readonly copies: string | undefined },
): Promise<string | undefined> {
  let copy: string | undefined
  await edit(store, async ({ tx, cluster, remove }) => {
    const keep = async () => {
      if (copies !== undefined) copy = await keepCopy(await tx.dump(), copies)
    }
    if (!force) return await remove('cluster', await cluster(), keep)
    await keep()
    await tx.drop()
  })
  return copy
}

async function requireUser(name: string): Promise<Owner> {
  const owner = await findUser(name)
  if (owner) return owner
  throw new LunaError('invalid', `there is no user ${JSON.stringify(name)} on this machine`, {
    fix: `make it (useradd --system ${/^[a-z][\w-]*$/.test(name) ? name : 'NAME'}), or name another one`,
  })
}

async function requireDirectory(path: string): Promise<string> {
  const absolute = resolve(path)
  const found = await stat(absolute).catch(() => undefined)
  if (found?.isDirectory()) return absolute
  throw new LunaError('invalid', `there is no directory ${JSON.stringify(absolute)}`, {
    fix: 'make it first',
  })
}

async function requireOwned(path: string, user: string, owner: Owner): Promise<void> {
  if (await isOwned(path, owner)) return
  throw new LunaError('invalid', `${path} does not belong to ${user} and its primary group`, {
    fix: `chown ${user}: ${path}`,
  })
}

async function isOwned(path: string, owner: Owner): Promise<boolean> {
  const { uid, gid } = await stat(path)
  return uid === owner.uid && gid === owner.gid
}

async function warnAfter(cluster: Cluster, wish: ClusterChange, warnings: string[]): Promise<void> {
  if (wish.frontend_address) warnings.push(...(await frontendWarnings(wish.frontend_address)))
  if (!wish.path && !wish.user) return
  const owner = cluster.user ? await findUser(cluster.user) : undefined
  const owned = owner && cluster.path && (await isOwned(cluster.path, owner).catch(() => false))
  if (!owned) warnings.push(`${cluster.path} does not belong to ${cluster.user} and its primary group`)
}
