// A switch for tests: snmpd serving made-up tables on a loopback port.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SnmpAccess } from '../../lib/host/snmp/session.ts'
import { withSession } from '../../lib/host/snmp/session.ts'
import { stop } from './namespace.ts'

export interface Agent {
  readonly port: number
  /** Asks for what an agent of the community `public` has. */
  readonly access: SnmpAccess & { readonly version: '2c' }
  stop(): Promise<void>
}

export const snmpUser = { user: 'luna', auth: 'auth-key-of-test', priv: 'priv-key-of-test' }

export interface AgentTables {
  readonly ports?: number
  readonly macs?: number
  readonly form?: 'q' | 'b'
  /** A bridge of this machine, in place of a made-up switch: what the kernel has learned there. */
  readonly bridge?: string
  /** A loopback address and port; any free one. */
  readonly address?: string
  readonly port?: number
  /** Names of snmpd's own protocols for the SNMPv3 user. */
  readonly auth?: string
  readonly priv?: string
}

/** Starts snmpd and waits until it answers. */
export async function startAgent(tables: AgentTables = {}): Promise<Agent> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-snmpd-'))
  const { address = '127.0.0.1', port = await freePort() } = tables
  writeFileSync(join(dir, 'snmpd.conf'), configuration(address, port, tables))
  const args = ['-f', '-LE', '3', '-C', '-c', join(dir, 'snmpd.conf'), '-p', join(dir, 'pid')]
  const child = spawn('snmpd', args, {
    stdio: 'ignore',
    env: {
      ...process.env,
      PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
      MIBS: '',
      SNMP_PERSISTENT_DIR: dir,
    },
  })
  const end = async () => {
    await stop(child)
    rmSync(dir, { recursive: true })
  }
  const access = { address, port, version: '2c', community: 'public' } as const
  try {
    await answering(child, access, tables.bridge ? '1.3.6.1.2.1.1.3' : '1.3.6.1.2.1.17.1.4.1.2')
  } catch (error) {
    await end()
    throw error
  }
  return { port, access, stop: end }
}

function configuration(
  address: string,
  port: number,
  { ports = 4, macs = 10, form = 'q', bridge, auth = 'SHA', priv = 'AES' }: AgentTables,
) {
  const words = bridge ? ['bridge-tables.ts', bridge] : ['switch-tables.ts', ports, macs, form]
  const script = `${process.execPath} ${join(import.meta.dirname, words.join(' '))}`
  return [
    `agentAddress udp:${address}:${port}`,
    'rocommunity public',
    `createUser ${snmpUser.user} ${auth} "${snmpUser.auth}" ${priv} "${snmpUser.priv}"`,
    `rouser ${snmpUser.user} priv`,
    `pass_persist -p 10 .1.3.6.1.2.1.17 ${script}`,
    `pass_persist -p 10 .1.3.6.1.2.1.31.1.1.1.1 ${script}`,
    '',
  ].join('\n')
}

/** Waits until the agent has a row of a table. */
async function answering(child: ChildProcess, access: SnmpAccess, table: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`snmpd ended with ${child.exitCode}`)
    const rows = await withSession(access, 5000, undefined, (walk) => walk(table, 1)).catch(() => [])
    if (rows.length > 0) return
  }
}

/** A UDP port of loopback that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
