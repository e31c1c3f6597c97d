// The iPXE binaries of the distribution, and where they go.
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { type DesiredFile, readBytes } from '../../host/file.ts'
import { type BootFile, bootFiles } from '../../render/tftp.ts'

export interface TftpFiles {
  readonly files: readonly DesiredFile[]
  /** For each of them: which was taken. */
  readonly infos: readonly string[]
  /** A line for each kind of firmware that there is none for. */
  readonly lacking: readonly string[]
}

/**
 * The files of the TFTP root, and those that nginx serves from `boot`. Throws LunaError `failed` where
 * nodes cannot boot without one that is not there.
 */
export async function tftpFiles(
  root: string,
  boot: string,
  known: readonly BootFile[] = bootFiles,
): Promise<TftpFiles> {
  const infos: string[] = []
  const lacking: string[] = []
  const files: DesiredFile[] = []
  for (const file of known) {
    const found = await findSource(file)
    if (!found) {
      lacking.push(`no iPXE for ${file.what} here: such nodes cannot boot`)
      continue
    }
    infos.push(`${file.name} (${file.what}) is ${found.source}`)
    files.push({ path: join(root, file.name), content: found.content, mode: 0o644 })
    const web = { path: join(boot, file.name), content: found.content, mode: 0o644 }
    if (file.http) files.push(web)
  }
  return { files, infos, lacking }
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
