// luna cluster maketftp: fills the TFTP root (and, for UEFI HTTP boot, boot/ of the cluster path) with iPXE.
import { resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { type DesiredFile, makeDirectory } from '../../host/file.ts'
import { isActive } from '../../host/service/service.ts'
import { findServed } from '../../host/service/tftpd.ts'
import { findUser } from '../../host/user.ts'
import { paths } from '../../object/cluster.ts'
import type { BootFile } from '../../render/tftp.ts'
import type { Store } from '../../store/store.ts'
import { withPublicFolder } from '../image/public-folder.ts'
import { getCluster } from '../inventory.ts'
import { type Notes, newNotes } from '../outcome.ts'
import { type Generated, generateFiles } from './generate.ts'
import { tftpFiles } from './tftp-files.ts'

export interface TftpWish {
  /** The TFTP root; where luna.conf says when absent. */
  readonly tftpRoot?: string
  readonly dryRun?: boolean
}

/** Installs the iPXE binaries of the distribution. `infos` say which were taken. */
export async function makeTftp(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
  wish: TftpWish = {},
  known?: readonly BootFile[],
): Promise<Generated> {
  const cluster = await getCluster(store)
  const root = wish.tftpRoot || host.paths.tftp_root
  const { boot } = paths(cluster)
  const owner = cluster.user ? await findUser(cluster.user) : undefined
  const notes = newNotes()
  const { files, infos, lacking } = await tftpFiles(root, boot, known)
  if (!wish.dryRun) await makeDirectory(root)
  await warnInactive(host.services.tftpd, notes)
  await warnElsewhere(host.services.tftpd, root, notes)
  // tftpd reads a file whenever it is asked for one: there is nothing to reload.
  const steps = { check: async () => {}, activate: async () => {} }
  const generate = (all: readonly DesiredFile[]) =>
    generateFiles(all, steps, wish.dryRun ?? false, notes, infos)
  const made = wish.dryRun
    ? await generate(files)
    : await withPublicFolder(cluster, 'boot', owner ?? noOwner, async ({ folder, shown }) => {
        const moved = files.map((file) => ({ ...file, path: beneath(file.path, shown, folder) }))
        const { changed, ...rest } = await generate(moved)
        return { ...rest, changed: changed.map((path) => beneath(path, folder, shown)) }
      })
  // What cannot boot is news only together with what can.
  const news = made.changed.length > 0 || made.diff !== ''
  return news ? { ...made, infos: [...infos, ...lacking] } : made
}

const noOwner = { uid: 0, gid: 0 }

/** The path with another name of the directory that it may be in. */
function beneath(path: string, folder: string, other: string): string {
  return path.startsWith(`${folder}/`) ? other + path.slice(folder.length) : path
}

/** Nodes ask the TFTP server, whatever directory it serves. */
async function warnElsewhere(unit: string, root: string, notes: Notes): Promise<void> {
  const served = await findServed(unit)
  if (!served || resolve(served.root) === resolve(root)) return
  notes.warnings.push(
    `the TFTP server serves ${served.root}, not ${root}: write tftp_root=${served.root} below [Paths] of luna.conf, or change ${served.told}, and give the command again`,
  )
}

async function warnInactive(unit: string, notes: Notes): Promise<void> {
  if (await isActive(unit)) return
  notes.warnings.push(`the TFTP server does not run: systemctl enable --now ${unit}`)
}
