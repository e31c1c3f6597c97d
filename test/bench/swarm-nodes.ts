// The nodes of the swarm bench: what each runs, when it has the image, and whether what it has is right.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Offered } from './swarm-head.ts'
import { nameOf } from './web-stage.ts'

const module = join(import.meta.dirname, '../../dracut/95luna')
const build = join(import.meta.dirname, '../../packaging/swarm/build')

/** How a node gets the image: as Luna has it; by aria2; each with a web seed and without; by HTTP alone. */
export type Way = 'Luna' | 'Luna, no web seed' | 'aria2' | 'no web seed' | 'HTTP'

/** Puts the client of the nodes into a folder, once with libtorrent and once without. */
export function makeClients(dir: string): void {
  for (const folder of ['swarm', 'plain']) {
    mkdirSync(join(dir, folder), { recursive: true })
    copyFileSync(join(module, 'ltorrent-client'), join(dir, folder, 'ltorrent-client'))
  }
  execFileSync(build, ['own', join(dir, 'swarm/ltorrent-swarm')], { stdio: 'inherit' })
}

/** The line of shell that a node runs; it says `whole` when all is there, and goes on to seed. */
function script(way: Way, clients: string, { torrent, bare, url, name }: Offered): string {
  // nginx gives up a client that got nothing for a minute, which happens on a crowded link
  if (way === 'HTTP') return `until curl -sSf -C - -o ${name} ${url}; do sleep 1; done; echo whole`
  const client = join(clients, way.startsWith('Luna') ? 'swarm' : 'plain', 'ltorrent-client')
  const args = `-t ${way.endsWith('no web seed') ? bare : torrent} -p $$ -f pid`
  return `trap 'echo whole' USR1; sh ${client} ${args} & child=$!; while kill -0 $child; do wait; done`
}

export class Node {
  /** Seconds from when it was started until it had all; absent as long as it has not. */
  seconds: number | undefined
  /** What it said, for people. */
  said = ''
  readonly whole: Promise<void>
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>
  readonly #dir: string
  readonly #name: string

  constructor(namespace: string | undefined, number: number, dir: string, way: Way, offered: Offered) {
    this.#dir = join(dir, String(number))
    this.#name = offered.name
    mkdirSync(this.#dir, { recursive: true })
    const began = performance.now()
    const enter = namespace ? ['ip', 'netns', 'exec', namespace] : []
    const [program = '', ...args] = [...enter, 'sh', '-c', script(way, join(dir, 'client'), offered)]
    const env = { ...process.env, LTORRENT_NAME: nameOf(number) }
    this.#child = spawn(program, args, { cwd: this.#dir, env, detached: true })
    this.#gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.whole = new Promise((resolve) => {
      const hear = (text: string) => {
        this.said += text
        if (this.seconds !== undefined || !this.said.includes('whole\n')) return
        this.seconds = (performance.now() - began) / 1000
        resolve()
      }
      for (const stream of [this.#child.stdout, this.#child.stderr])
        stream?.setEncoding('utf8').on('data', hear)
    })
  }

  /** Whether the file is the image. */
  isRight(image: Buffer): boolean {
    return readFileSync(join(this.#dir, this.#name)).equals(image)
  }

  /** As when its plug is pulled; removes what it had. */
  async die(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
    await this.#gone
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
