// lweb as a process of its own over an embedded store in a temporary directory, for tests.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Responder } from '../../lib/config.ts'
import { nginxKeyFile, nginxKeyPath } from '../../lib/host/service/nginx-key.ts'
import type { New } from '../../lib/object/objects.ts'
import { renderNginx } from '../../lib/render/nginx.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { fillBoot } from '../scenario/boot.ts'
import { freePort } from './nginx.ts'

const script = join(import.meta.dirname, '../../bin/lweb')

export interface Place {
  readonly dir: string
  readonly responder: Responder
  /** Of nginx, and of lweb. */
  readonly port: number
  readonly serverPort: number
  readonly url: string
  readonly env: NodeJS.ProcessEnv
}

export async function makePlace(responder: Responder = 'own'): Promise<Place> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
  chmodSync(dir, 0o755)
  mkdirSync(join(dir, 'log'))
  const conf = join(dir, 'luna.conf')
  const sections = [`[Embedded]\npath=${dir}/luna.db`, `[Services]\nresponder=${responder}`]
  writeFileSync(conf, [...sections, `[Paths]\nnginx_conf_d=${dir}`, ''].join('\n'))
  const { path, content } = await nginxKeyFile(nginxKeyPath(dir), undefined)
  writeFileSync(path, content ?? '')
  const [port, serverPort] = [await freePort(), await freePort()]
  const env = {
    ...process.env,
    LUNA_CONF: conf,
    LUNA_LOGDIR: join(dir, 'log'),
    RUNTIME_DIRECTORY: join(dir, 'run'),
  }
  return { dir, responder, port, serverPort, url: `http://127.0.0.1:${port}`, env }
}

export function openPlace({ dir }: Place): Promise<Store> {
  const nothing = { paths: {}, services: {} } as never
  return openStore({ ...(nothing as object), file: '', store: { embedded: join(dir, 'luna.db') } } as never)
}

/** The usual nodes, and a cluster that lives in the directory. */
export async function fillPlace(place: Place, fields: Partial<New<'cluster'>> = {}): Promise<void> {
  const store = await openPlace(place)
  await fillBoot(store)
  const [cluster] = await store.list('cluster')
  if (!cluster) throw new Error('no cluster')
  await store.update('cluster', cluster.id, {
    server_port: place.serverPort,
    path: place.dir,
    user: 'root',
    lweb_pidfile: join(place.dir, 'lweb.pid'),
    lweb_num_proc: 2,
    ...fields,
  })
  await store.close()
}

/** Every responder that luna.conf can name. */
export const responders = ['own', 'node-fastcgi'] as const satisfies readonly Responder[]

/** The part of nginx's configuration that Luna writes. */
export function serverOf({ dir, port, serverPort, responder }: Place): string {
  const keepConnections = responder === 'own'
  const who = { networks: ['all'], heads: ['127.0.0.0/8'], watchers: ['127.0.0.0/8'] }
  const facts = { path: dir, port, ipv6: false, tls: null, serverPort, keepConnections, ...who }
  return renderNginx({ ...facts, keyFile: nginxKeyPath(dir), rootOnly: false })
}

export interface Running {
  readonly process: ChildProcess
  /** Standard error until now. */
  text(): string
  /** Resolves when standard error holds that; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>
  readonly ended: Promise<number | NodeJS.Signals>
}

export function runLweb(
  place: Place,
  args: readonly string[] = ['run'],
  env: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...place.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? 0))
  })
  const says = async (pattern: RegExp) => {
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!pattern.test(text)) {
      if (over) throw new Error(`lweb ended without saying ${pattern}; it said:\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { process: child, text: () => text, says, ended }
}

/** Runs `lweb ACTION` and gives what came of it. */
export function lweb(place: Place, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env: place.env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** The workers of a leader. */
export function workersOf(leader: number): number[] {
  const children = readFileSync(`/proc/${leader}/task/${leader}/children`, 'utf8')
  return children.trim().split(' ').filter(Boolean).map(Number)
}
