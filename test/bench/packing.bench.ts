// Packing and installing: what Luna does with a tree, beside the same programs put together by hand.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { type Bench, figure, type Place, ratio } from './bench.ts'
import { better, measure, never, shell, type Took } from './packing-measure.ts'
import { installing } from './packing-node.ts'
import { makeTree, refuseWithoutRoom } from './packing-tree.ts'
import { byCommand, byFunction, byHand, everyday, type Way } from './packing-ways.ts'

export const bench: Bench = {
  about: 'packing a tree and installing it on a node, beside tar with pigz and zstd by hand',
  limit: 1800,
  network: 'own',
  async run(place) {
    refuseWithoutRoom(place.dir, wanted)
    place.say(`a tree of ${wanted / 1e6} MB`)
    const tree = join(place.dir, 'tree')
    const { bytes, files, copies } = makeTree(tree, wanted)
    mkdirSync(join(place.dir, 'torrents'))
    const tarballs = await byFunction(place, tree)
    const ways = [...(await byHand(place, tree)), ...tarballs, ...(await byCommand(place, tree))]
    const rows = [...(await packing(place, tree, ways)), ...(await hashing(tarballs))]
    const title = `A tree of ${figure(bytes / 1e6)} MB`
    const made = `${files} files and directories of the /usr of this machine, ${copies === 1 ? 'each once' : `up to ${copies} times`}.`
    return [
      { title, columns, rows, notes: [made, note] },
      await installing(
        place,
        tarballs.map(({ makes }) => makes),
      ),
    ]
  },
}

const wanted = Number(process.env.LUNA_BENCH_MB ?? 1000) * 1e6
const rounds = 2
const columns = [
  ...['packed by', 'seconds', 'processor seconds', 'MB'],
  ...['to plain tar by hand', 'to the same options by hand', 'to the faster of pigz and zstd -T0'],
]
const note = `The better of ${rounds} rounds; processor seconds are of the whole machine. By hand the compressor is the one that Luna takes.
The command also starts, makes the torrent and waits for the disk: it is set beside the same by hand and sync.`

interface Packed extends Took {
  readonly bytes: number
}

async function packing(place: Place, tree: string, ways: readonly Way[]): Promise<string[][]> {
  // The first reading of the tree is nobody's.
  shell('tar -C "$tree" -cf - . | cat >/dev/null', { tree })
  const packed = new Map<string, Packed>()
  for (let round = 0; round < rounds; round++) {
    for (const { what, makes, work } of ways) {
      place.say(what)
      rmSync(makes, { recursive: true, force: true })
      const took = better(await measure(work), packed.get(what))
      packed.set(what, { ...took, bytes: sizeOf(makes) })
    }
  }
  return ways.map((way) => rowOf(way, packed))
}

function rowOf({ what, beside }: Way, packed: ReadonlyMap<string, Packed>): string[] {
  const { wall, cpu, bytes } = packed.get(what) ?? { ...never, bytes: Number.NaN }
  const seconds = (other: string) => packed.get(other)?.wall ?? Number.NaN
  const others = beside ? [...beside.map(seconds), Math.min(...everyday.map(seconds))] : []
  const ratios = others.map((other) => ratio(wall, other))
  return [what, figure(wall), figure(cpu), figure(bytes / 1e6), ...(beside ? ratios : ['', '', ''])]
}

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

/** The second reading, which is for the torrent. */
async function hashing(tarballs: readonly Way[]): Promise<string[][]> {
  const rows: string[][] = []
  for (const { what, makes } of tarballs) {
    let best = never
    for (let round = 0; round < rounds; round++) best = better(await measure(() => hash(makes)), best)
    const { wall, cpu } = best
    rows.push([`${what}: its pieces hashed`, figure(wall), figure(cpu), '', '', '', ''])
  }
  return rows
}

async function hash(file: string): Promise<void> {
  const announce = 'http://10.30.255.254:7050/announce'
  const webSeed = 'http://10.30.255.254:7050/torrents/x'
  await makeTorrent({ file, size: statSync(file).size, name: 'x', comment: 'x', announce, webSeed })
}
