// A swarm on loopback for tests of the torrent client: tracker and web server in one, an
// aria2 that seeds, the client.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createTorrent from 'create-torrent'

export const client = join(import.meta.dirname, '../../dracut/95luna/ltorrent-client')

export class Swarm {
  readonly dir = mkdtempSync(join(tmpdir(), 'luna-swarm-'))
  readonly content = randomBytes(3_000_000)
  /** Decoded peer ids, as they announced themselves. */
  readonly announced: string[] = []
  /** The Range headers of requests for the file, '' where there was none. */
  readonly ranges: string[] = []
  trackerGone = false
  /** Whether the file is only for those who ask from a port that only root has, as nginx may want it. */
  rootOnly = false
  /** The status of answers to libtorrent that asks for the file, where it is another one than usual. */
  refuses: number | undefined
  /** Whether the file comes slowly by HTTP, as long as this is true; then what is on its way never ends. */
  slowly: boolean | undefined
  /** Whether clients are told of each other, beside the seeds. */
  introduces = false
  /** How many download, by the tracker's word. */
  downloading = 1
  /** The client under test. */
  program = client
  readonly #children: ChildProcess[] = []
  readonly #peers: number[] = []
  readonly #server: Server

  static async start(): Promise<Swarm> {
    const swarm = new Swarm()
    await once(swarm.#server.listen(0, '127.0.0.1'), 'listening')
    writeFileSync(join(swarm.dir, 'x.torrent'), await swarm.#torrent())
    mkdirSync(join(swarm.dir, 'node'))
    return swarm
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #torrent(): Promise<Buffer> {
    const file = join(this.dir, 'image.tgz')
    writeFileSync(file, this.content)
    const options = {
      name: 'image.tgz',
      announceList: [[`${this.url}/announce`]],
      urlList: [`${this.url}/torrents/image.tgz`],
      private: true,
      pieceLength: 65536,
    }
    return new Promise((resolve, reject) => {
      createTorrent(file, options, (error, torrent) =>
        error ? reject(error) : resolve(Buffer.from(torrent)),
      )
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith('/announce')) this.#announce(request.url, response)
    else this.#file(request, response)
  }

  #announce(url: string, response: ServerResponse): void {
    if (this.trackerGone) return void response.writeHead(502).end()
    const peer = /[?&]peer_id=([^&]*)/.exec(url)?.[1]
    if (peer !== undefined) this.announced.push(unescape(peer))
    const port = Number(/[?&]port=(\d+)/.exec(url)?.[1])
    if (this.introduces && port && !this.#peers.includes(port)) this.#peers.push(port)
    const compact = this.#peers.flatMap((port) => [127, 0, 0, 1, port >> 8, port & 255])
    const head = `d8:completei1e10:incompletei${this.downloading}e8:intervali5e12:min intervali5e5:peers${compact.length}:`
    response.end(Buffer.concat([Buffer.from(head), Buffer.from(compact), Buffer.from('e')]))
  }

  #file(request: IncomingMessage, response: ServerResponse): void {
    if (this.rootOnly && (request.socket.remotePort ?? 0) > 1023) return void response.writeHead(403).end()
    if (this.refuses && /^ltorrent-swarm/.test(request.headers['user-agent'] ?? ''))
      return void response.writeHead(this.refuses).end()
    const range = request.headers.range ?? ''
    this.ranges.push(range)
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
    const end = to ? Number(to) + 1 : this.content.length
    const part = this.content.subarray(Number(from), end)
    const content = { 'content-range': `bytes ${from}-${end - 1}/${this.content.length}` }
    response.writeHead(range ? 206 : 200, { 'content-length': part.length, ...(range ? content : {}) })
    if (this.slowly === undefined) response.end(part)
    else void this.#trickle(part, response)
  }

  async #trickle(part: Buffer, response: ServerResponse): Promise<void> {
    for (let at = 0; this.slowly && at < part.length; at += 16_384) {
      response.write(part.subarray(at, at + 16_384))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** A peer that has all of it; more options of aria2. */
  async seed(port: number, ...more: readonly string[]): Promise<void> {
    const dir = join(this.dir, 'seed')
    mkdirSync(dir)
    writeFileSync(join(dir, 'image.tgz'), this.content)
    const options = [
      '--no-conf',
      '--quiet',
      `--dir=${dir}`,
      `--listen-port=${port}`,
      '--check-integrity=true',
    ]
    const tx = [
      '--enable-dht=false',
      '--enable-dht6=false',
      '--bt-enable-lpd=false',
      '--seed-ratio=0.0',
      ...more,
    ]
    this.#spawn('aria2c', [...options, ...tx, join(this.dir, 'x.torrent')], {})
    while (this.announced.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    this.#peers.push(port)
    this.announced.length = 0
  }

  /** The client under test, and a process that says "signalled" when the client has signalled it. */
  async client(args: readonly string[], env: NodeJS.ProcessEnv, shell = 'sh', dir = 'node'): Promise<Client> {
    const script = 'trap "echo signalled" USR1; echo ready; while :; do sleep 9 & wait $!; done'
    const parent = this.#spawn('sh', ['-c', script], {})
    const said = listen(parent)
    await said('ready\n')
    const pidfile = join(this.dir, `${dir}.pid`)
    const given = ['-t', join(this.dir, 'x.torrent'), '-p', String(parent.pid), '-f', pidfile, ...args]
    mkdirSync(join(this.dir, dir), { recursive: true })
    const process_ = this.#spawn(shell, [this.program, ...given], env, dir, 'pipe')
    let text = ''
    for (const stream of [process_.stdout, process_.stderr])
      stream?.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
    return {
      process: process_,
      said: () => text,
      pidfile,
      signalled: () => said('signalled\n'),
      file: join(this.dir, dir, 'image.tgz'),
    }
  }

  #spawn(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    dir = 'node',
    errors: 'inherit' | 'pipe' = 'inherit',
  ): ChildProcess {
    const options = { cwd: join(this.dir, dir), env: { ...process.env, LTORRENT_STALL: '60', ...env } }
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', errors] })
    this.#children.push(child)
    return child
  }

  /** A PATH with the tools of an initramfs that has no aria2. */
  toolsWithoutAria2(): string {
    const tools = join(this.dir, 'tools')
    mkdirSync(tools)
    for (const tool of 'sh curl grep head tail ls sed cat mv rm cp sleep kill'.split(' ')) {
      const asked = spawnSync('sh', ['-c', 'PATH=/usr/bin:/bin command -v "$0"', tool], { encoding: 'utf8' })
      const path = asked.stdout.trim()
      symlinkSync(path.startsWith('/') ? path : `/usr/bin/${tool}`, join(tools, tool))
    }
    return tools
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(child.spawnfile === 'aria2c' ? 'SIGKILL' : 'SIGTERM')
        await once(child, 'exit')
      }
    }
    this.#server.closeAllConnections()
    this.#server.close()
    rmSync(this.dir, { recursive: true })
  }
}

export interface Client {
  readonly process: ChildProcess
  readonly pidfile: string
  readonly file: string
  /** What it has said until now, on both outputs. */
  said(): string
  signalled(): Promise<void>
}

function listen(child: ChildProcess): (words: string) => Promise<void> {
  assert.ok(child.stdout)
  const stdout = child.stdout.setEncoding('utf8')
  let text = ''
  stdout.on('data', (more: string) => {
    text += more
  })
  return async (words) => {
    while (!text.includes(words)) await once(stdout, 'data')
  }
}
