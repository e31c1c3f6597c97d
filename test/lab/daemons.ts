// The daemons of the lab: what each is run with, and how one sees that it serves. All stay in the foreground.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { places } from './machine.ts'
import { network } from './net.ts'

export interface Daemon {
  program: string
  args: readonly string[]
  /** Work that the unit file's ExecStartPre would do. */
  prepare?: () => Promise<void>
  /** True once it serves; absent: it says so itself on the channel that its parent opened. */
  ready?: () => Promise<boolean>
  /** The signal that makes it read its configuration again; absent: it is restarted. */
  reload?: NodeJS.Signals
}

const bin = join(import.meta.dirname, '../../bin')
const leases = '/var/lib/dhcp/dhcpd.leases'

/** By unit name: the genuine daemons as Debian names them, and the two of Luna. */
export const daemons = {
  'isc-dhcp-server': {
    program: 'dhcpd',
    args: ['-4', '-f', '-d', '--no-pid', '-cf', '/etc/dhcp/dhcpd.conf', '-lf', leases, network.bridge],
    prepare: () => writeFile(leases, '', { flag: 'a' }),
    ready: () => listensOn('udp', 67),
  },
  'tftpd-hpa': {
    program: 'in.tftpd',
    args: ['-L', '-4', '-a', `${network.server}:69`, '-s', places.tftp],
    ready: () => listensOn('udp', 69),
  },
  nginx: {
    program: 'nginx',
    args: ['-g', 'daemon off;'],
    ready: () => listensOn('tcp', network.port),
    reload: 'SIGHUP',
  },
  named: {
    program: 'named',
    args: ['-g', '-u', 'bind'],
    ready: () => listensOn('udp', 53),
    reload: 'SIGHUP',
  },
  // Answers iPXE's question for an IPv6 router, for which it would otherwise wait 13 s. No part of Luna.
  'lab-router': {
    program: 'dnsmasq',
    args: [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--pid-file=', '--log-facility=-'],
      ...[`--interface=${network.bridge}`, '--bind-interfaces', '--enable-ra'],
      ...['--dhcp-range=fd30::,ra-only,64', `--ra-param=${network.bridge},low,10,60`],
    ],
    ready: async () => true,
  },
  lweb: { program: process.execPath, args: [join(bin, 'lweb'), 'run'] },
  ltorrent: { program: process.execPath, args: [join(bin, 'ltorrent'), 'run'], reload: 'SIGHUP' },
} satisfies Record<string, Daemon>

export type Unit = keyof typeof daemons

export function isUnit(name: string): name is Unit {
  return Object.hasOwn(daemons, name)
}

/** True when something in this network namespace listens on the port (proc_net(5): local address, state). */
async function listensOn(protocol: 'tcp' | 'udp', port: number): Promise<boolean> {
  const ends = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const state = protocol === 'tcp' ? '0A' : '07'
  const table = await readFile(`/proc/net/${protocol}`, 'utf8')
  return table.split('\n').some((row) => {
    const [, local, , status] = row.trim().split(/\s+/)
    return local?.endsWith(ends) && status === state
  })
}
