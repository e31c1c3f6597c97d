// The table of luna cluster listmacs.
import type { SeenMac } from '../task/listmacs.ts'
import { table } from './print.ts'

export function macTable(seen: readonly SeenMac[]): string {
  const rows = seen.map(({ switch: name, port, portname, mac, configured, node }) => [
    ...[name, port, portname, mac],
    configured ? 'yes' : '',
    node ?? '',
  ])
  return table(['Switch', 'Port', 'Portname', 'MAC', 'Confport', 'Node'], rows)
}
