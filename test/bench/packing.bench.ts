// Packing and unpacking: what Luna does to a tree beside the same programs put together by hand.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeTorrent } from '../../lib/host/metainfo.ts'
import { type Compression, makeTarball } from '../../lib/host/tarball.ts'
import { type Bench, figure, type Place, ratio, type Table } from './bench.ts'
import { busySeconds } from './cpu.ts'

export const bench: Bench = {
  about: 'packing a tree and unpacking it, beside tar with pigz and zstd by hand',
  limit: 1800,
  network: 'own',
  async run(place) {
    const tree = makeTree(place)
    const packed = await packing(place, tree)
    return [packed, unpacking(place)]
  },
}

const wanted = Number(process.env.LUNA_BENCH_MB ?? 1000) * 1e6
const rounds = 2

/** A tree like that of an image: programs, libraries and texts of this machine, until it is as large as wanted. */
function makeTree({ dir, say }: Place): string {
  const tree = join(dir, 'tree')
  say(`a tree of ${wanted / 1e6} MB`)
  let size = 0
  for (let copy = 0; size < wanted && copy < 100; copy++) {
    for (const from of ['/usr/lib/x86_64-linux-gnu', '/usr/share', '/usr/bin', '/usr/lib']) {
      for (const name of readdirSync(from).sort()) {
        const [one, to] = [join(from, name), join(tree, String(copy), from)]
        const bytes = Number.parseInt(execFileSync('du', ['-xsB1', one], { encoding: 'utf8' }), 10)
        if (bytes > wanted / 8 || size + bytes > wanted * 1.02) continue
        mkdirSync(to, { recursive: true })
        spawnSync('cp', ['-ax', one, to], { stdio: 'ignore' })
        size += bytes
      }
    }
  }
  return tree
}

interface Packed {
  readonly what: string
  /** Its file among the tarballs. */
  readonly file: string
  work(file: string): Promise<void> | void
}

interface Took {
  readonly wall: number
  readonly cpu: number
}

async function packing(place: Place, tree: string): Promise<Table> {
  const byLuna = (compress: Compression) => async (file: string) =>
    void (await makeTarball({ root: tree, file, compress }))
  const byHand = (compressor: string) => (file: string) =>
    shell('tar -C "$1" --numeric-owner -cf - . | $3 > "$2"', tree, file, compressor)
  const ways: Packed[] = [
    { what: 'tar | pigz', file: 'pigz', work: byHand('pigz -n') },
    { what: 'Luna, gzip', file: 'luna.gz', work: byLuna('gzip') },
    ...[1, 3, 6, 9].map((level) => ({
      what: `tar | zstd -T0 -${level}`,
      file: `zstd-${level}`,
      work: byHand(`zstd -q -T0 -${level}`),
    })),
    { what: 'Luna, zstd', file: 'luna.zst', work: byLuna('zstd') },
  ]
  // The first reading of the tree is nobody's.
  shell('tar -C "$1" -cf - . | cat > "$2"', tree, '/dev/null')
  const took = new Map<string, Took>()
  for (let round = 0; round < rounds; round++) {
    for (const { what, file, work } of ways) {
      place.say(what)
      const one = await timed(async () => work(join(place.dir, file)))
      const before = took.get(what)
      if (!before || one.wall < before.wall) took.set(what, one)
    }
  }
  const beside: Record<string, string> = { 'Luna, gzip': 'tar | pigz', 'Luna, zstd': 'tar | zstd -T0 -6' }
  const rows = ways.map(({ what, file }) => {
    const [{ wall, cpu } = never, other] = [took.get(what), took.get(beside[what] ?? '')]
    const megabytes = statSync(join(place.dir, file)).size / 1e6
    return [what, figure(wall), figure(cpu), figure(megabytes), other ? ratio(wall, other.wall) : '']
  })
  for (const file of ['luna.gz', 'luna.zst']) {
    const { wall, cpu } = await timed(() => hash(join(place.dir, file)))
    rows.push([`Luna, pieces of ${file} hashed`, figure(wall), figure(cpu), '', ''])
  }
  return {
    title: `A tree of ${wanted / 1e6} MB`,
    columns: ['packed by', 'seconds', 'processor seconds', 'MB', 'to the same by hand'],
    rows,
    notes: [`The better of ${rounds} rounds; by hand neither xattrs nor an order that is always the same.`],
  }
}

const never: Took = { wall: Number.NaN, cpu: Number.NaN }

async function hash(file: string): Promise<void> {
  const urls = {
    announce: 'http://10.30.255.254:7050/announce',
    webSeed: 'http://10.30.255.254:7050/torrents/x',
  }
  await makeTorrent({ file, size: statSync(file).size, name: 'x', comment: 'x', ...urls })
}

/** What the install script does on the node with a tarball that is there. */
function unpacking(place: Place): Table {
  const rows = [
    ['pigz -dc | tar', 'luna.gz', 'pigz'],
    ['zstd -dc | tar', 'luna.zst', 'zstd'],
  ].map(([what = '', file = '', program = '']) => {
    place.say(what)
    const target = join(place.dir, 'unpacked')
    mkdirSync(target)
    execFileSync('mount', ['-t', 'tmpfs', 'unpacked', target])
    const began = { time: performance.now(), busy: busySeconds() }
    const options = '--xattrs --xattrs-include=* --acls --selinux -xpf -'
    shell(`set -f; ${program} -dc "$1" | tar -C "$2" ${options} 2>/dev/null`, join(place.dir, file), target)
    const [wall, cpu] = [(performance.now() - began.time) / 1000, busySeconds() - began.busy]
    execFileSync('umount', [target])
    rmSync(target, { recursive: true })
    return { what, wall, cpu }
  })
  const [first] = rows
  return {
    title: 'The same tree unpacked to memory, as on a node',
    columns: ['unpacked by', 'seconds', 'processor seconds', 'to the first'],
    rows: rows.map(({ what, wall, cpu }) => [
      what,
      figure(wall),
      figure(cpu),
      ratio(wall, first?.wall ?? Number.NaN),
    ]),
  }
}

async function timed(work: () => Promise<void>): Promise<Took> {
  const began = { time: performance.now(), busy: busySeconds() }
  await work()
  return { wall: (performance.now() - began.time) / 1000, cpu: busySeconds() - began.busy }
}

function shell(script: string, ...args: string[]): void {
  execFileSync('bash', ['-o', 'pipefail', '-c', script, 'bash', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
