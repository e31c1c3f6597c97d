// What belongs to the user whose the cluster was, and the services of another one could not write.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findUser } from '../host/user.ts'
import { type Cluster, paths } from '../object/cluster.ts'

/** Where services write on this machine. */
export interface ServicePlaces {
  readonly logDir: string
  /** The file of the embedded store; absent with MongoDB. */
  readonly database?: string
  readonly tftpRoot: string
}

/**
 * Says how what is left of the `former` user becomes that of the cluster; undefined where nothing is. It is
 * not done at once: the services still run as that user.
 */
export async function formerFiles(
  cluster: Cluster,
  former: string,
  places: ServicePlaces,
): Promise<string | undefined> {
  const user = cluster.user ?? ''
  const old = await findUser(former)
  if (!old || !user || user === former) return undefined
  const left = await leftOf(old.uid, paths(cluster), places)
  if (left.length === 0) return undefined
  const steps = [
    'systemctl stop lweb ltorrent lfs_pxelinux',
    `chown -h --from=${former} ${user}: ${left.join(' ')}`,
    'luna setup',
    'systemctl start lweb ltorrent lfs_pxelinux',
  ]
  return `the services run as ${former} until: ${steps.join('; ')}`
}

/** Directories, and `FOLDER/*` where files in one are meant. */
async function leftOf(
  uid: number,
  { root, torrents }: ReturnType<typeof paths>,
  { logDir, database, tftpRoot }: ServicePlaces,
): Promise<string[]> {
  const isOld = async (path: string) => (await stat(path).catch(() => undefined))?.uid === uid
  const within = async (folder: string) => {
    const names = await readdir(folder).catch(() => [])
    const old = await Promise.all(names.map((name) => isOld(join(folder, name))))
    return old.includes(true) ? [`${folder}/*`] : []
  }
  const itself = async (path: string) => ((await isOld(path)) ? [path] : [])
  const menus = join(tftpRoot, 'pxelinux.cfg')
  const found = await Promise.all([
    itself(root),
    // The directory is root's own.
    within(torrents),
    ...(database ? [...['', '-wal', '-shm'].map((end) => itself(database + end)), folderOf(database)] : []),
    itself(logDir),
    within(logDir),
    itself(menus),
    within(menus),
  ])
  return found.flat()

  /** A directory that has other files in it is not the database's. */
  async function folderOf(file: string): Promise<string[]> {
    const names = await readdir(dirname(file)).catch(() => [])
    return names.every((name) => name.startsWith(basename(file))) ? await itself(dirname(file)) : []
  }
}
