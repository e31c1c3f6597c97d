// luna cluster maketftp: fills the TFTP root (and, for UEFI HTTP boot, boot/ of the cluster path) with iPXE.
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { type DesiredFile, makeDirectory, readBytes } from '../../host/file.ts'
import { isActive } from '../../host/service/service.ts'
import { findUser, type Owner } from '../../host/user.ts'
import { paths } from '../../object/cluster.ts'
import { type BootFile, bootFiles } from '../../render/tftp.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { type Notes, newNotes } from '../outcome.ts'
import { type Generated, generateFiles } from './generate.ts'

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
  known: readonly BootFile[] = bootFiles,
): Promise<Generated> {
  const cluster = await getCluster(store)
  const root = wish.tftpRoot || host.paths.tftp_root
  const { boot } = paths(cluster)
  const owner = cluster.user ? await findUser(cluster.user) : undefined
  const notes = newNotes()
  const infos: string[] = []
  const files: DesiredFile[] = []
  for (const file of known) {
    const found = await findSource(file)
    infos.push(
      found
        ? `${file.name} (${file.what}) is ${found.source}`
        : `no iPXE for ${file.what} here: such nodes cannot boot`,
    )
    if (!found) continue
    files.push({ path: join(root, file.name), content: found.content, mode: 0o644 })
    const web = { path: join(boot, file.name), content: found.content, mode: 0o644 }
    if (file.http) files.push(owner ? { ...web, owner } : web)
  }
  if (!wish.dryRun) await makeDirectories(root, boot, owner)
  await warnInactive(host.services.tftpd, notes)
  // tftpd reads a file whenever it is asked for one: there is nothing to reload.
  const steps = { check: async () => {}, activate: async () => {} }
  return await generateFiles(files, steps, wish.dryRun ?? false, notes, infos)
}

async function findSource(file: BootFile) {
  for (const source of file.sources) {
    const content = await readBytes(source)
    if (content) return { source, content }
  }
  if (!file.needed) return undefined
  throw new LunaError('failed', `no iPXE for ${file.what} on this machine`, {
    why: `none of these is there: ${file.sources.join(', ')}`,
    fix: 'install ipxe (Debian) or ipxe-bootimgs (EL)',
  })
}

async function makeDirectories(root: string, boot: string, owner: Owner | undefined): Promise<void> {
  await makeDirectory(root)
  await makeDirectory(boot, owner)
}

async function warnInactive(unit: string, notes: Notes): Promise<void> {
  if (await isActive(unit)) return
  notes.warnings.push(`the TFTP server does not run: systemctl enable --now ${unit}`)
}
