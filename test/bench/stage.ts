// What the benches of the command line and of the request path play on: both stores, and
// Luna's own programs over them.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../lib/config.ts'
import { loadConfig } from '../../lib/config.ts'
import { noMongoServer, startMongoServer } from '../store/mongo-server.ts'
import type { Place } from './bench.ts'

export const bin = join(import.meta.dirname, '../../bin')

export interface Stage {
  /** What keeps the documents: `embedded`, or the kind of MongoDB server. */
  readonly store: string
  readonly dir: string
  /**
   * For Luna's programs: the configuration, and stand-ins for the daemons that would be asked and started.
   */
  readonly env: NodeJS.ProcessEnv
  readonly config: Config
}

/** An empty stage with the embedded store. */
export function embeddedStage(place: Place): Stage {
  return stage(place, 'embedded', (dir) => `[Embedded]\npath=${dir}/luna.db\n`)
}

/**
 * An empty stage per store that can be had here, or for the one that LUNA_BENCH_STORES names: `embedded` or
 * `mongodb`. Says which cannot be had.
 */
export async function stages(place: Place): Promise<Stage[]> {
  const only = process.env.LUNA_BENCH_STORES
  const embedded = only === 'mongodb' ? [] : [embeddedStage(place)]
  if (only === 'embedded') return embedded
  const server = await startMongoServer()
  if (!server) place.say(`without MongoDB: ${noMongoServer}`)
  if (!server) return embedded
  place.after(() => server.stop())
  return [...embedded, stage(place, server.kind, () => `[MongoDB]\nserver=${server.config.server}\n`)]
}

function stage({ dir: top }: Place, store: string, section: (dir: string) => string): Stage {
  const dir = mkdtempSync(join(top, `${store}-`))
  for (const path of [top, dir]) chmodSync(path, 0o755)
  for (const name of ['bin', 'os', 'zones', 'conf.d', 'log', 'home']) mkdirSync(join(dir, name))
  for (const daemon of ['dhcpd', 'named-checkconf', 'named-checkzone', 'rndc', 'systemctl']) {
    writeFileSync(join(dir, 'bin', daemon), '#!/bin/sh\n', { mode: 0o755 })
  }
  writeFileSync(join(dir, 'leases'), '')
  const conf = join(dir, 'luna.conf')
  const paths = `[Paths]\ndhcpd_conf=${dir}/dhcpd.conf\ndhcpd_leases=${dir}/leases\nnginx_conf_d=${dir}/conf.d\n`
  writeFileSync(conf, `${section(dir)}${paths}`)
  const PATH = `${join(dir, 'bin')}:${process.env.PATH}`
  const env = { ...process.env, PATH, LUNA_CONF: conf, LUNA_LOGDIR: join(dir, 'log') }
  return { store, dir, env, config: loadConfig(env) }
}

/** What a program took. */
export interface Taken {
  /** Seconds on the clock, and of processors. */
  readonly wall: number
  readonly cpu: number
  readonly stdout: string
}

/** Runs a program to its end and takes the time; throws when it fails. */
export function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Taken {
  const script = `TIMEFORMAT='%3R %3U %3S'; time "$@" 2>&3`
  const { status, stdout, stderr, output } = spawnSync('bash', ['-c', script, 'bash', program, ...args], {
    env: { ...env, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${String(output[3]).slice(0, 2000)}`)
  const [wall = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { wall, cpu: user + system, stdout }
}
