// What attacks are run against: a head with nginx, lweb, ltorrent and a packed image, nodes and a neighbour
// on its link, a node behind a router. Everybody has a namespace; ordinary users have no rights.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from 'mocha'
import type { New } from '../../lib/object/objects.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { lacking } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { makeSmallImage } from '../host/small-image.ts'
import { addGroup, addNetwork, addNode, fillBoot } from '../scenario/boot.ts'
import { addresses, macs, makeWire, namespaceOf, removeWire, type Seat } from './net.ts'

export { addresses, macs, type Seat } from './net.ts'

const top = join(import.meta.dirname, '../..')
const needed = ['ip', 'nginx', 'curl', 'setpriv', 'unshare', 'sysctl', 'pigz', 'tar']

export const url = `http://${addresses.head}:7050`
/** The secret that nobody on the wire shall have. */
export const bmcPassword = 'S3cret-BMC'
/** An account without rights, on any machine. */
export const somebody = 4242

/** What a request came to. */
export interface Answer {
  /** 0: none. */
  readonly status: number
  readonly body: string
}

export interface Asking {
  /** Whose rights the client has; an ordinary user's by default. */
  readonly uid?: number
  /** Arguments of curl(1) before the URL. */
  readonly options?: readonly string[]
}

export interface Setting {
  /** Fields of the cluster. */
  readonly cluster?: Partial<New<'cluster'>>
  /** Has ltorrent run, too. */
  readonly seeder?: boolean
}

/** To be called first in a hook: skips the suite where the stage cannot be had, and fails in CI. */
export function needsStage(context: Context): void {
  skipUnless(context, lacking(needed))
}

export class Stage {
  readonly dir: string
  readonly #running: ChildProcess[] = []

  private constructor(dir: string) {
    this.dir = dir
  }

  /** Builds it all; takes some seconds. */
  static async start({ cluster = {}, seeder = false }: Setting = {}): Promise<Stage> {
    const stage = new Stage(mkdtempSync(join(tmpdir(), 'luna-attack-')))
    try {
      stage.#prepare()
      makeWire()
      await stage.#fill(cluster)
      stage.luna('osimage', 'pack', 'compute')
      stage.luna('cluster', 'makenginx')
      await stage.startLweb()
      await stage.#startNginx()
      if (seeder) await stage.#start('ltorrent', ['run'], /started /)
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** The environment of programs on the head. */
  get env(): NodeJS.ProcessEnv {
    const PATH = `${join(this.dir, 'bin')}:${process.env.PATH}:/usr/sbin:/sbin`
    const own = { LUNA_CONF: join(this.dir, 'luna.conf'), LUNA_LOGDIR: join(this.dir, 'log') }
    return { ...process.env, PATH, ...own, RUNTIME_DIRECTORY: join(this.dir, 'run') }
  }

  /** A command of Luna's on the head, as root; gives its output, and throws when it fails. */
  luna(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.command('luna', args)
    if (status !== 0) throw new Error(`luna ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
    return stdout
  }

  /** One of Luna's programs on the head, as root. */
  command(program: string, args: readonly string[]) {
    return this.run('head', process.execPath, [join(top, 'bin', program), ...args], { uid: 0 })
  }

  /** Runs a program at a seat and gives what came of it. */
  run(seat: Seat, program: string, args: readonly string[], { uid = somebody }: { uid?: number } = {}) {
    const { status, stdout, stderr } = spawnSync('ip', this.#at(seat, uid, program, args), {
      env: this.env,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 1 << 28,
    })
    return { status, stdout, stderr }
  }

  /** Starts a program at a seat; the stage ends it when it closes. */
  spawn(seat: Seat, program: string, args: readonly string[], { uid = somebody }: { uid?: number } = {}) {
    const child = spawn('ip', this.#at(seat, uid, program, args), {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.push(child)
    return child
  }

  /** Asks the head over HTTP from a seat; `path` may also be a whole URL. */
  get(seat: Seat, path: string, { uid = somebody, options = [] }: Asking = {}): Answer {
    const asked = path.includes('://') ? path : url + path
    const how = ['-s', '-m', '10', '--globoff', '-w', '\n%{http_code}', ...options]
    const { stdout } = this.run(seat, 'curl', [...how, asked], { uid })
    const at = stdout.lastIndexOf('\n')
    return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, Math.max(at, 0)) }
  }

  /** Does something with the store, as a command would. */
  async store<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const nothing = { paths: {}, services: {} }
    const config = { ...nothing, file: '', store: { embedded: join(this.dir, 'db/luna.db') } }
    const store = await openStore(config as never)
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }

  /** The step of a node's status. */
  async stepOf(node: string): Promise<string | undefined> {
    return await this.store(async (store) => (await store.getNamed('node', node)).status?.step)
  }

  async setStep(node: string, step: string): Promise<void> {
    await this.store(async (store) => {
      await store.setStatus((await store.getNamed('node', node)).id, { step, time: new Date() })
    })
  }

  /** What a daemon has said. */
  log(program: 'lweb' | 'ltorrent'): string {
    return readFileSync(this.#logOf(program), 'utf8')
  }

  async startLweb(): Promise<void> {
    await this.#start('lweb', ['run'], /started /)
  }

  /** nginx reads its configuration again, after `luna cluster makenginx`. */
  async reloadNginx(): Promise<void> {
    execFileSync('kill', ['-HUP', readFileSync(join(this.dir, 'nginx.pid'), 'utf8').trim()])
    await delay(500)
  }

  async close(): Promise<void> {
    for (const child of this.#running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(timer)
    }
    removeWire()
    rmSync(this.dir, { recursive: true, force: true })
  }

  #at(seat: Seat, uid: number, program: string, args: readonly string[]): string[] {
    const rights = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups']
    const drop = uid === 0 ? [] : ['setpriv', ...rights, '--no-new-privs', '--']
    return ['netns', 'exec', namespaceOf(seat), ...drop, program, ...args]
  }

  #prepare(): void {
    chmodSync(this.dir, 0o755)
    for (const name of ['bin', 'conf.d', 'log', 'run', 'luna', 'db', 'temp'])
      mkdirSync(join(this.dir, name), { recursive: true })
    mkdirSync(join(this.dir, 'os'), { mode: 0o700 })
    writeFileSync(join(this.dir, 'bin/systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const sections = [
      `[Embedded]\npath=${this.dir}/db/luna.db`,
      `[Paths]\nnginx_conf_d=${this.dir}/conf.d\ntftp_root=${this.dir}/tftp`,
    ]
    writeFileSync(join(this.dir, 'luna.conf'), `${sections.join('\n\n')}\n`)
    makeImage(join(this.dir, 'os/compute'))
  }

  async #fill(fields: Partial<New<'cluster'>>): Promise<void> {
    await this.store(async (store) => {
      const { cluster, ipmi } = await fillBoot(store)
      await store.setMac((await store.getNamed('node', 'node002')).id, macs.node002 as never)
      const far = await addNetwork(store, 'far', '10.40.0.0/16')
      const beyond = await addGroup(store, 'beyond', { BOOTIF: { 4: far }, BMC: { 4: ipmi } }, cluster)
      await addNode(store, 'node003', beyond, {})
      await addNode(store, 'node004', beyond, { BOOTIF: addresses.far }, macs.far)
      const bmc = await store.insert('bmcsetup', { name: 'base', user: 'admin', password: bmcPassword })
      for (const { id } of await store.list('group')) await store.update('group', id, { bmcsetup: bmc })
      const [own] = await store.list('cluster')
      if (!own) throw new Error('no cluster')
      await store.update('cluster', own.id, {
        path: join(this.dir, 'luna'),
        user: 'nobody',
        lweb_pidfile: join(this.dir, 'run/lweb.pid'),
        torrent_pidfile: join(this.dir, 'run/ltorrent.pid'),
        lweb_num_proc: 1,
        ...fields,
      })
      const { id } = await store.getNamed('osimage', 'compute')
      await store.update('osimage', id, { path: join(this.dir, 'os/compute'), kernver: '1' })
    })
    const nobody = 65_534
    for (const name of ['luna', 'run', 'log', 'db']) chownSync(join(this.dir, name), nobody, nobody)
    chmodSync(join(this.dir, 'db'), 0o2770)
    execFileSync('sh', ['-c', 'chown nobody:nogroup "$1"/*; chmod 660 "$1"/*', 'sh', join(this.dir, 'db')])
  }

  /** Debian's own limits: they are a part of what is attacked. */
  async #startNginx(): Promise<void> {
    const temp = ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${this.dir}/temp/${name};`)
      .join(' ')
    const lines = [
      `daemon off; pid ${this.dir}/nginx.pid; error_log ${this.dir}/log/nginx.log; user nobody nogroup;`,
      'worker_processes auto;',
      'events { worker_connections 768; }',
      `http { access_log ${this.dir}/log/access.log; ${temp} include ${this.dir}/conf.d/*.conf; }`,
    ]
    writeFileSync(join(this.dir, 'nginx.conf'), `${lines.join('\n')}\n`)
    this.spawn('head', 'nginx', ['-c', join(this.dir, 'nginx.conf'), '-e', join(this.dir, 'log/nginx.log')], {
      uid: 0,
    })
    for (let tries = 0; this.get('head', '/luna?step=boot').status !== 200; tries++) {
      if (tries > 50)
        throw new Error(`nginx does not serve:\n${this.#text('log/nginx.log')}${this.log('lweb')}`)
      await delay(100)
    }
  }

  async #start(program: 'lweb' | 'ltorrent', args: readonly string[], ready: RegExp): Promise<void> {
    const log = this.#logOf(program)
    const shell = `exec "$@" >>${log} 2>&1`
    const started = this.spawn(
      'head',
      'sh',
      ['-c', shell, 'sh', process.execPath, join(top, 'bin', program), ...args],
      { uid: 0 },
    )
    while (!existsSync(log) || !ready.test(readFileSync(log, 'utf8'))) {
      if (started.exitCode !== null) throw new Error(`${program} ended:\n${this.log(program)}`)
      await delay(50)
    }
  }

  #logOf(program: string): string {
    return join(this.dir, `${program}.txt`)
  }

  #text(name: string): string {
    return existsSync(join(this.dir, name)) ? readFileSync(join(this.dir, name), 'utf8') : ''
  }
}

/** A tree with what nobody but its nodes may have. */
function makeImage(root: string): void {
  makeSmallImage(root)
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  writeFileSync(join(root, 'etc/shadow'), 'root:$6$secret-of-the-image$:19000::::::\n', { mode: 0o600 })
  mkdirSync(join(root, 'etc/ssh'))
  writeFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'key of all nodes\n', { mode: 0o600 })
}
