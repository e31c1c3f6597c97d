// The programs that read network files: each says what it understood of the files below a
// root, and what it objects to.
import { existsSync } from 'node:fs'
import { canUnshare } from '../install-script.ts'
import type { Way } from './cases.ts'
import { readInterfaces } from './read-interfaces.ts'
import { readKeyfiles } from './read-keyfile.ts'
import { readNetplan, readNetworkd } from './read-networkd.ts'
import { type Reading, run } from './reading.ts'

export const read: Readonly<Record<Way, (root: string) => Reading>> = {
  keyfile: readKeyfiles,
  netplan: readNetplan,
  networkd: readNetworkd,
  ifupdown: readInterfaces,
}

/** Why a reader cannot run here, '' when it can. */
export function missing(way: Way): string {
  const programs = {
    keyfile: '/usr/bin/python3',
    netplan: '/usr/sbin/netplan',
    ifupdown: '/sbin/ifup',
    networkd: '',
  }
  const program = programs[way]
  if (program !== '' && !existsSync(program)) return `${program} is missing`
  if (way === 'networkd' && !canUnshare) return 'namespaces cannot be made here'
  if (way !== 'keyfile') return ''
  return run('/usr/bin/python3', ['-c', 'import gi; gi.require_version("NM", "1.0")']).status === 0
    ? ''
    : 'gir1.2-nm-1.0 is missing'
}
