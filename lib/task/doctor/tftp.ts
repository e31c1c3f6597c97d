// Whether the TFTP server gives nodes the iPXE that Luna put into its root.
import { join } from 'node:path'
import { readBytes } from '../../host/file.ts'
import { type Fetched, fetchByTftp } from '../../host/service/tftp-client.ts'
import { bootFiles } from '../../render/tftp.ts'
import { type Check, fine, type Verdict, warning, wrong } from './check.ts'

export const tftpCheck: Check = {
  name: 'TFTP',
  async run({ cluster, config, active }) {
    if (!active) return fine('asked on the active head only')
    const [{ name } = { name: '' }] = bootFiles
    const { tftp_root: root } = config.paths
    const there = await readBytes(join(root, name))
    if (!there) return fine(`nothing to ask for: there is no ${name} in ${root}`)
    const fetched = await fetchByTftp(cluster.frontend_address ?? '', name)
    return judgeTftp({ name, root, unit: config.services.tftpd, there, fetched })
  },
}

/** `there` is the file in the root that Luna fills, `fetched` what came from the server. */
export function judgeTftp(seen: {
  readonly name: string
  readonly root: string
  readonly unit: string
  readonly there: Buffer
  readonly fetched: Fetched
}): Verdict {
  const { name, root, unit, there, fetched } = seen
  const elsewhere = `have ${unit} serve ${root} (Debian: TFTP_DIRECTORY in /etc/default/${unit}), or set tftp_root= of [Paths] in luna.conf to what it serves`
  if ('bytes' in fetched) {
    if (fetched.bytes.equals(there)) return fine(`${name} comes by TFTP, ${there.length} bytes`)
    return wrong(`another ${name} comes by TFTP than is in ${root}`, elsewhere)
  }
  if (fetched.trouble === 'no-client') return warning(`not asked: ${fetched.why}`, fetched.fix)
  const fix = fetched.trouble === 'no-such-file' ? elsewhere : `systemctl restart ${unit}`
  return wrong(`no ${name} by TFTP: ${fetched.why}`, fix)
}
