// What a node that boots notices of one unprivileged machine that attacks the head: its requests and its
// download, beside the same without an attack.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { ports } from '../ha/serving.ts'
import { type Bench, figure, median, type Place, ratio, type Table } from './bench.ts'
import { Head, type Offered } from './swarm-head.ts'
import { addNodes, headAddress, makeNetwork } from './swarm-net.ts'
import { Node } from './swarm-nodes.ts'
import { macOf, nameOf } from './web-stage.ts'

export const bench: Bench = {
  about: 'a node that boots while one unprivileged machine attacks the head',
  limit: 900,
  network: 'own',
  run: async (place) => {
    // The link of the head is not what is measured.
    makeNetwork(4 * mbit)
    const [node = '', attacker = '', asking = ''] = addNodes(3, mbit)
    const head = await Head.start(place, size, { boot_access: 'open' })
    const rows: Ran[] = []
    for (const what of attacks) rows.push(await boot({ place, head, node, attacker, asking }, what))
    return [tableOf(rows)]
  },
}

const size = Number(process.env.LUNA_BENCH_MB ?? 100) * 1_000_000
const mbit = Number(process.env.LUNA_BENCH_MBIT ?? 100)
const patience = 120_000
// Rows of the notes on security: A6, A7, A8 with A10, A9, A11.
const attacks = ['none', 'half', 'scrape', 'crowd', 'seeder', 'endless'] as const
type Attack = (typeof attacks)[number]

const words: Record<Attack, string> = {
  none: 'nothing',
  half: '2,000 connections that say half of something',
  scrape: 'scrapes, over 16 connections',
  crowd: 'announces of any address and port, over 4',
  seeder: 'announces as the seeder, over 4',
  endless: 'messages without an end to the seeder, over 4',
}

interface World {
  readonly place: Place
  readonly head: Head
  /** Namespaces. */
  readonly node: string
  readonly attacker: string
  /** Of a node that asks while the other one downloads. */
  readonly asking: string
}

interface Ran {
  readonly what: Attack
  /** Milliseconds of the requests that were answered, and how many were not. */
  readonly times: readonly number[]
  readonly failed: number
  /** Of the download; undefined when it did not end. */
  readonly seconds: number | undefined
}

async function boot({ place, head, node, attacker, asking }: World, what: Attack): Promise<Ran> {
  place.say(words[what])
  const offered = await head.offer()
  const attack = what === 'none' ? undefined : begin(attacker, what, offered)
  // Connections are opened, and limits reached.
  await delay(3000)
  const probe = ask(asking)
  const booting = new Node(node, 1, join(place.dir, 'nodes'), 'Luna', offered)
  await Promise.race([booting.whole, delay(patience)])
  const asked = await probe.stop()
  attack?.kill('SIGKILL')
  const seconds = booting.seconds
  await booting.die()
  head.withdraw(offered)
  place.say(
    `  p99 ${figure(percentile(asked.times, 0.99), 'ms')}, download ${figure(seconds ?? Number.NaN, 's')}`,
  )
  return { what, ...asked, seconds }
}

/** As an account without rights on the attacker's machine. */
function begin(namespace: string, what: Attack, offered: Offered): ChildProcess {
  const script = readFileSync(join(import.meta.dirname, 'attack.py'), 'utf8')
  const rights = ['setpriv', '--reuid', '4242', '--regid', '4242', '--clear-groups', '--']
  const where = [what, headAddress, String(ports.frontend), '7052', infoHash(offered)]
  const args = ['netns', 'exec', namespace, ...rights, '/usr/bin/python3', '-c', script, ...where]
  return spawn('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The SHA-1 of the bytes of `info`, which `url-list` follows (BEP 3). */
function infoHash({ torrent }: Offered): string {
  const bytes = readFileSync(torrent)
  const info = bytes.subarray(bytes.indexOf('4:info') + 6, bytes.lastIndexOf('8:url-list'))
  return createHash('sha1').update(info).digest('hex')
}

function ask(namespace: string) {
  const luna = `http://${headAddress}:${ports.frontend}/luna`
  const hwdata = encodeURIComponent(`serial|${macOf(1)}`)
  const urls = [`${luna}?step=discovery&hwdata=${hwdata}`, `${luna}?step=install&node=${nameOf(1)}`]
  const args = ['netns', 'exec', namespace, process.execPath, join(import.meta.dirname, 'probe.ts'), ...urls]
  const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const said = text(child.stdout)
  return {
    async stop(): Promise<Pick<Ran, 'times' | 'failed'>> {
      child.stdin.end()
      return JSON.parse(await said)
    },
  }
}

function percentile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

function tableOf(rows: readonly Ran[]): Table {
  const quiet = rows[0]?.seconds ?? Number.NaN
  return {
    title: `A node boots (${size / 1_000_000} MB at ${mbit} Mbit/s) while one machine sends`,
    columns: ['what', 'requests', 'p50 ms', 'p99 ms', 'failed', 'download s', 'to nothing'],
    rows: rows.map(({ what, times, failed, seconds }) => [
      words[what],
      times.length,
      figure(median(times)),
      figure(percentile(times, 0.99)),
      failed,
      figure(seconds ?? Number.NaN),
      ratio(seconds ?? Number.NaN, quiet),
    ]),
    notes: [
      'Discovery and install script in turns, every 50 ms, of another node during the download. One worker of lweb.',
    ],
  }
}
