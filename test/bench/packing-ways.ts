// The ways in which a tree is packed: by hand, by the function that Luna has for it, by
// the command that people give.
import { join } from 'node:path'
import { type Compression, compressor, makeTarball, tarArguments } from '../../lib/host/image/tarball.ts'
import { quoteForShell } from '../../lib/render/escape-shell.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Place } from './bench.ts'
import { shell } from './packing-measure.ts'
import { bin, embeddedStage, timed } from './stage.ts'

export interface Way {
  readonly what: string
  /** What it makes: a tarball, or a folder with one. */
  readonly makes: string
  work(): unknown
  /** Of those by Luna: what the same is called by hand, with plain tar and with the options of Luna's. */
  readonly beside?: readonly [plain: string, alike: string]
}

const compressions: readonly Compression[] = ['gzip', 'zstd']

const compressors = ['pigz -n', 'zstd -T0', 'zstd -T0 -6', 'zstd -T0 -12']

/** What somebody gives who thinks of no level. */
export const everyday: readonly string[] = ['pigz -n', 'zstd -T0'].map(plain)

/**
 * Plain tar, and tar with the options that Luna gives it, with each compressor and with
 * those that Luna takes.
 */
export async function byHand({ dir }: Place, tree: string): Promise<Way[]> {
  const own = await Promise.all(compressions.map(compressor))
  const makes = join(dir, 'by-hand')
  const options = tarArguments({ root: tree, file: '-' }, '').filter(
    (option) => !/^--(use-compress-program|checkpoint)/.test(option),
  )
  const pack = (args: readonly string[], compress: string) => () =>
    shell(`tar ${args.map(quoteForShell).join(' ')} | ${compress} >"$makes"`, { makes })
  const bare = ['-C', tree, '-cf', '-', '.']
  const all = [...new Set([...compressors, ...own])].flatMap((compress) => [
    { what: plain(compress), makes, work: pack(bare, compress) },
    { what: alike(compress), makes, work: pack(options, compress) },
  ])
  const durable = own.flatMap((compress) => [
    { what: onDisk(plain(compress)), makes, work: () => synced(pack(bare, compress), makes) },
    { what: onDisk(alike(compress)), makes, work: () => synced(pack(options, compress), makes) },
  ])
  return [...all, ...durable]
}

function synced(work: () => void, makes: string): void {
  work()
  shell('sync -f "$makes"', { makes })
}

function plain(compress: string): string {
  return `by hand: tar to ${compress}`
}

/** As the command leaves it. */
function onDisk(what: string): string {
  return `${what}, and sync -f`
}

function alike(compress: string): string {
  return `by hand: tar with the options of Luna to ${compress}`
}

async function besides(compress: Compression): Promise<[string, string]> {
  const own = await compressor(compress)
  return [plain(own), alike(own)]
}

/** The tarballs alone; they are where nginx serves them. */
export async function byFunction({ dir }: Place, tree: string): Promise<Way[]> {
  return await Promise.all(
    compressions.map(async (compress) => {
      const makes = join(dir, 'torrents', compress === 'gzip' ? 'luna.gz' : 'luna.zst')
      const work = () => makeTarball({ root: tree, file: makes, compress })
      return { what: `Luna's tarball, ${compress}`, makes, work, beside: await besides(compress) }
    }),
  )
}

/** All of the command: it starts, makes tarball and torrent, and has them on the disk. */
export async function byCommand(place: Place, tree: string): Promise<Way[]> {
  const { dir, env, config } = embeddedStage(place)
  const luna = (...args: string[]) => timed(process.execPath, [join(bin, 'luna'), ...args], env)
  luna('cluster', 'init', '--frontend_address', '10.30.255.254', '--user', 'root', '--path', dir)
  const store = await openStore(config)
  for (const compression of compressions) {
    await store.insert('osimage', { name: compression, path: tree, compression })
  }
  await store.close()
  return await Promise.all(
    compressions.map(async (name) => ({
      what: `luna osimage pack --image, ${name}`,
      makes: join(dir, 'torrents'),
      work: () => luna('osimage', 'pack', '--image', name),
      beside: durable(await besides(name)),
    })),
  )
}

function durable([one, other]: readonly [string, string]): [string, string] {
  return [onDisk(one), onDisk(other)]
}
