// A cluster of many nodes behind a real nginx, answered by workers of several kinds: one port each.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseMac } from '../../lib/object/net/mac.ts'
import { renderNginx } from '../../lib/render/nginx.ts'
import { openStore } from '../../lib/store/open.ts'
import { insertLinked } from '../../lib/task/change/reference-counts.ts'
import { workerFlags } from '../../lib/web/workers.ts'
import { withoutKey } from '../ha/serving.ts'
import { addCluster, addGroup, addNetwork } from '../scenario/boot.ts'
import { freePort, startNginx, stopProcess } from '../web/nginx.ts'
import type { Place } from './bench.ts'
import { cpuSeconds, familyOf, residentMb } from './cpu.ts'
import type { Order, Outcome } from './load.ts'
import type { Stage } from './stage.ts'

export const modes = ['luna', 'http', 'node-fastcgi', 'empty'] as const
type WorkerMode = (typeof modes)[number] | 'recording' | 'counting'
export type Mode = WorkerMode | 'return'

export interface WebStage {
  /** Asks one kind of worker. */
  load(mode: Mode, order: Omit<Order, 'port'>): Promise<Loaded>
  /** Commands that a worker has sent to MongoDB so far; for `counting` only. */
  commands(mode: Mode): Promise<number>
  /** Megabytes of a worker. */
  memory(mode: Mode): number
}

export interface Loaded extends Outcome {
  /** Processor seconds of the worker, and of nginx. */
  readonly worker: number
  readonly nginx: number
}

/** Fills an empty store with nodes, each with a MAC address and its place in two networks. */
export async function fillNodes({ config, dir }: Stage, count: number): Promise<void> {
  const store = await openStore(config)
  await store.drop()
  await addCluster(store, { path: dir, user: 'root' })
  const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
  const ipmi = await addNetwork(store, 'ipmi', '10.31.0.0/16')
  const group = await addGroup(store, 'compute', { BOOTIF: { 4: cluster }, BMC: { 4: ipmi } }, cluster)
  const image = await store.getNamed('osimage', 'compute')
  const files = { kernfile: 'k', initrdfile: 'i', torrent: 'to-rr', tarball: 'ta-rr' }
  await store.update('osimage', image.id, files)
  await store.transaction(async (tx) => {
    const [own] = await tx.list('cluster')
    const keys = Object.keys((await tx.get('group', group)).interfaces)
    for (let n = 1; n <= count && own; n++) {
      const interfaces = Object.fromEntries(keys.map((key) => [key, { 4: BigInt(n), 6: null }]))
      const id = await insertLinked(tx, own.id, 'node', { name: nameOf(n), group, interfaces })
      const mac = parseMac(macOf(n))
      if (mac) await tx.setMac(id, mac)
    }
  })
  await store.close()
}

export function nameOf(node: number): string {
  return `node${String(node).padStart(5, '0')}`
}

export function macOf(node: number): string {
  const digits = node.toString(16).padStart(6, '0').match(/../g) ?? []
  return `52:54:00:${digits.join(':')}`
}

/** The address that a node asks from. */
export function addressOf(node: number): string {
  return `10.30.${node >> 8}.${node & 255}`
}

/** Has the kernel of the head know the nodes of a stage, by a program in place of ip(8). */
export function addNeighbours({ dir }: Stage, count: number): void {
  const known = Array.from({ length: count }, (_, at) => ({
    dst: addressOf(at + 1),
    lladdr: macOf(at + 1),
  }))
  writeFileSync(join(dir, 'neighbours'), JSON.stringify(known))
  writeFileSync(join(dir, 'bin', 'ip'), `#!/bin/sh\nexec cat "${dir}/neighbours"\n`, { mode: 0o755 })
}

/** Starts nginx and a worker of each kind over the store of a stage. */
export async function startWeb(place: Place, stage: Stage, wanted: readonly WorkerMode[]): Promise<WebStage> {
  const dir = mkdtempSync(join(stage.dir, 'web-'))
  await compileOnce(stage, join(dir, 'first'))
  const workers = new Map(wanted.map((mode) => [mode, worker(stage, mode, join(dir, mode))]))
  const ports = new Map<Mode, number>()
  for (const mode of [...wanted, 'return'] as const) ports.set(mode, await freePort())
  const servers = [...ports].map(([mode, port]) => serverOf(mode, port, dir))
  mkdirSync(join(dir, 'nginx'))
  for (const mode of wanted) while (!existsSync(join(dir, mode))) await delay(20)
  const nginx = await startNginx(join(dir, 'nginx'), servers.join('\n'), ports.get('return') ?? 0)
  place.after(async () => {
    for (const child of [nginx, ...workers.values()]) await stopProcess(child, 'SIGKILL')
  })
  return {
    async load(mode, order) {
      const [pid, web] = [workers.get(mode as 'luna')?.pid, familyOf(nginx.pid ?? 0)]
      const used = () => [pid ? cpuSeconds([pid]) : 0, cpuSeconds(web)] as const
      const before = used()
      const outcome = await generate({ ...order, port: ports.get(mode) ?? 0 })
      const after = used()
      return { ...outcome, worker: after[0] - before[0], nginx: after[1] - before[1] }
    },
    async commands(mode) {
      const child = workers.get(mode as 'counting')
      if (!child) return 0
      const told = once(child, 'message')
      child.send('commands')
      return Number((await told)[0])
    },
    memory: (mode) => residentMb(workers.get(mode as 'luna')?.pid ?? 0),
  }
}

/**
 * Compiled code is kept from the first start on, as bin/lweb has it: reading TypeScript
 * takes tens of megabytes.
 */
async function compileOnce(stage: Stage, socket: string): Promise<void> {
  const first = worker(stage, 'luna', socket)
  while (!existsSync(socket)) await delay(20)
  first.disconnect()
  await once(first, 'exit')
}

function worker({ dir, env }: Stage, mode: string, socket: string): ChildProcess {
  const log = openSync(join(dir, 'log', `${mode}.log`), 'a')
  const child = fork(join(import.meta.dirname, 'peer.ts'), [mode, socket], {
    env: { ...env, NODE_COMPILE_CACHE: join(dir, 'compiled') },
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: [...workerFlags, ...(process.env.LUNA_BENCH_NODE ?? '').split(' ').filter(Boolean)],
  })
  closeSync(log)
  return child
}

/** As Luna writes it for a responder of FastCGI; for node:http the same over HTTP. */
function serverOf(mode: Mode, port: number, dir: string): string {
  const path = join(dir, mode)
  if (mode === 'return') return `server { listen 127.0.0.1:${port}; return 200 "${'x'.repeat(560)}"; }`
  if (mode === 'http') {
    return `upstream http_peer { server unix:${path}; keepalive 64; keepalive_requests 500; }
      server { listen 127.0.0.1:${port}; set_real_ip_from 127.0.0.0/8; real_ip_header X-Real-IP; location / { proxy_pass http://http_peer; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header X-Real-IP $remote_addr; proxy_buffer_size 16k; proxy_buffers 16 16k; } }`
  }
  const keepConnections = mode !== 'node-fastcgi'
  const here = ['127.0.0.0/8']
  const who = { networks: [...here, '10.30.0.0/16'], heads: here, watchers: here }
  const facts = { path: dir, port, ipv6: false, tls: null, serverPort: 0, keepConnections, ...who }
  const written = withoutKey(renderNginx({ ...facts, keyFile: '', rootOnly: false }))
  const own = written
    .replace('/run/luna/lweb.sock', path)
    .replaceAll(/\bluna_(?=[a-z])/g, `peer_${mode.replace('-', '_')}_`)
  const remotes = `set_real_ip_from 127.0.0.0/8; real_ip_header X-Real-IP;`
  return own.replace(`listen ${port};`, `listen 127.0.0.1:${port}; ${remotes}`)
}

/** Has the generator, a process of its own, ask. */
async function generate(order: Order): Promise<Outcome> {
  const child = fork(join(import.meta.dirname, 'load.ts'), { stdio: 'inherit' })
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Outcome))
    child.once('exit', () => reject(new Error('the generator died')))
  })
  child.send(order)
  try {
    return await outcome
  } finally {
    child.kill()
  }
}

/** The nginx error log, to be seen when requests fail. */
export function complaints(dir: string): string {
  return readFileSync(join(dir, 'error.log'), 'utf8').slice(0, 500)
}
