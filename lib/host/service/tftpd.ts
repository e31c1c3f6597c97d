// The TFTP server of this machine: which directory it serves, and which line says so.
import { readText } from '../file.ts'
import { isActive, startCommand } from './service.ts'
import { variableOf } from './variables.ts'

export interface Served {
  readonly root: string
  /** Where that is written. */
  readonly told: string
}

const xinetd = '/etc/xinetd.d/tftp'

/** What is served; undefined where nothing says so. Without xinetd it is what the unit starts, or would. */
export async function findServed(unit: string): Promise<Served | undefined> {
  const ofXinetd = servedByXinetd((await readText(xinetd)) ?? '')
  if (ofXinetd && (await isActive('xinetd'))) return { root: ofXinetd, told: `server_args in ${xinetd}` }
  const command = await startCommand(unit)
  const root = lastDirectory(command)
  if (root) return { root, told: `ExecStart of ${unit} (systemctl edit ${unit})` }
  // Debian's starts are a script, or a command made of variables.
  if (!/\/etc\/init\.d\/|\$/.test(command)) return undefined
  const file = `/etc/default/${unit}`
  const directory = variableOf((await readText(file)) ?? '', 'TFTP_DIRECTORY')
  return directory ? { root: directory, told: `TFTP_DIRECTORY in ${file}` } : undefined
}

/** The directory in a file of xinetd(8); undefined where the service is off. */
export function servedByXinetd(text: string): string | undefined {
  if (!/^\s*disable\s*=\s*no\s*$/m.test(text)) return undefined
  return lastDirectory(/^\s*server_args\s*=(.*)$/m.exec(text)?.[1] ?? '')
}

/** The directory that ends the arguments of in.tftpd(8). */
export function lastDirectory(command: string): string | undefined {
  const last = command.trim().split(/\s+/).at(-1) ?? ''
  return /^\/[^$]+$/.test(last) && command.includes(' ') ? last : undefined
}
