// Switches for tests, played by an agent that nobody here has written: snmpsim, with
// recordings of a few rows.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SnmpAccess, withSession } from '../../lib/host/snmp/session.ts'
import { stop } from './namespace.ts'
import { freePort } from './snmpd.ts'

/** An OID and its value: a number, text, or bytes. */
export type Recorded = readonly [oid: string, value: number | string | Uint8Array]

export interface Player {
  /** Asks for the recording of that name. */
  access(name: string): SnmpAccess
  stop(): Promise<void>
}

/** Starts it with recordings by name, and waits until it answers. */
export async function playRecordings(
  bin: string,
  recordings: Readonly<Record<string, readonly Recorded[]>>,
): Promise<Player> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-snmpsim-'))
  const [data, cache] = [join(dir, 'data'), join(dir, 'cache')]
  for (const folder of [data, cache]) mkdirSync(folder)
  for (const [name, rows] of Object.entries(recordings))
    writeFileSync(join(data, `${name}.snmprec`), rows.map(line).join(''))
  const port = await freePort()
  const args = [`--agent-udpv4-endpoint=127.0.0.1:${port}`, `--data-dir=${data}`, `--cache-dir=${cache}`]
  // It will not be root.
  const user = process.getuid?.() === 0 ? ['--process-user=nobody', `--process-group=${groupOfNobody()}`] : []
  if (user.length > 0) for (const folder of [dir, data, cache]) chmodSync(folder, 0o777)
  const child = spawn(join(bin, 'snmpsim-command-responder'), [...args, ...user], {
    stdio: 'ignore',
    cwd: dir,
  })
  const access = (name: string) => ({ address: '127.0.0.1', port, version: '2c', community: name }) as const
  await answering(child, access(Object.keys(recordings)[0] ?? ''))
  return {
    access,
    stop: async () => {
      await stop(child)
      rmSync(dir, { recursive: true })
    },
  }
}

async function answering(child: ChildProcess, access: SnmpAccess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`snmpsim ended with ${child.exitCode}`)
    const rows = await withSession(access, 5000, undefined, (walk) => walk('1.3.6', 1)).catch(() => [])
    if (rows.length > 0) return
  }
}

/**
 * A line of a recording: OID, tag of ASN.1 (`x`: in hexadecimal), value. In the order of the OIDs, as the
 * rows were given.
 */
function line([oid, value]: Recorded): string {
  if (typeof value === 'number') return `${oid}|2|${value}\n`
  return `${oid}|4x|${Buffer.from(value as string).toString('hex')}\n`
}

function groupOfNobody(): string {
  return execFileSync('id', ['-gn', 'nobody'], { encoding: 'utf8' }).trim()
}
