// luna cluster maketftp: fills the TFTP root (and, for UEFI HTTP boot, boot/ of the cluster path) with iPXE.
import type { Config } from '../../config.ts'
import { makeDirectory } from '../../host/file.ts'
import { isActive } from '../../host/service/service.ts'
import { findUser } from '../../host/user.ts'
import { paths } from '../../object/cluster.ts'
import type { BootFile } from '../../render/tftp.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
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
  const { files, infos } = await tftpFiles(root, boot, owner, known)
  if (!wish.dryRun) {
    await makeDirectory(root)
    await makeDirectory(boot, owner)
  }
  await warnInactive(host.services.tftpd, notes)
  // tftpd reads a file whenever it is asked for one: there is nothing to reload.
  const steps = { check: async () => {}, activate: async () => {} }
  return await generateFiles(files, steps, wish.dryRun ?? false, notes, infos)
}

async function warnInactive(unit: string, notes: Notes): Promise<void> {
  if (await isActive(unit)) return
  notes.warnings.push(`the TFTP server does not run: systemctl enable --now ${unit}`)
}
