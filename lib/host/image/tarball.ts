// The tree of an image as one compressed file, by GNU tar from outside the image: numbers instead of names
// for owners, also in ACLs, so that nobody's passwd matters. The same tree gives the same bytes.
import { dirname } from 'node:path'
import { LunaError } from '../../error.ts'
import { hasProgram, type Ran, run } from '../run.ts'
import { dyingWithUs } from './chroot.ts'

export interface TarballWish {
  /** The tree to pack. */
  readonly root: string
  /** The file to write. */
  readonly file: string
  readonly compress: Compression
  /** What stays out: paths from / on, with wildcards. */
  readonly exclude?: readonly string[]
  /** What people call the tree and the directory of the file, where these are other paths. */
  readonly shown?: { readonly root: string; readonly folder: string }
  readonly signal?: AbortSignal
  /** Is told how many bytes of the tree (before compression) have been written, every 5 MiB. */
  readonly onBytes?: (bytes: number) => void
}

export type Compression = 'gzip' | 'zstd'

/**
 * Packs a tree and gives what was left out: sockets, which mean nothing without their program, are all. What
 * is mounted inside the tree stays out. Throws LunaError `failed`, also when the tree changed meanwhile.
 */
export async function makeTarball(wish: TarballWish): Promise<{ excluded: string[] }> {
  const args = tarArguments(wish, await compressor(wish.compress))
  const command = dyingWithUs('tar', args)
  const ran = await run(command.program, command.args, {
    allowFailure: true,
    ...(wish.signal && { signal: wish.signal }),
    onLine: (line) => {
      const records = /^tar: records (\d+)$/.exec(line)?.[1]
      if (records) wish.onBytes?.(Number(records) * recordSize)
    },
  })
  if (ran.status !== 0) throw notPacked(wish, ran)
  return { excluded: said(ran).flatMap((line) => /^(.*): socket ignored$/.exec(line)?.[1] ?? []) }
}

// tar's default blocking factor of 20 (512 bytes each).
const recordSize = 10_240

// What no system expects to find after it has booted (hier(7)), and everybody can write to.
const transient = ['/tmp/*', '/var/tmp/*', '/run/*']

/** The arguments of tar; pure. */
export function tarArguments(
  wish: Pick<TarballWish, 'root' | 'file' | 'exclude'>,
  compress: string,
): string[] {
  return [
    ...['--create', '--file', wish.file, `--use-compress-program=${compress}`, '--directory', wish.root],
    ...[
      '--anchored',
      '--wildcards',
      ...[...transient, ...(wish.exclude ?? [])].map((path) => `--exclude=.${path}`),
    ],
    ...['--one-file-system', '--numeric-owner', '--sparse'],
    ...['--xattrs', '--xattrs-include=*', '--acls', '--selinux'],
    // Without these, the order of the directory, times of reading and process ids would be in the file.
    ...['--sort=name', '--format=posix', '--sparse-version=0.0'],
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    ...['--checkpoint=512', '--checkpoint-action=echo=records %u', '--', '.'],
  ]
}

/** The program that compresses, with its options. */
export async function compressor(compression: Compression): Promise<string> {
  // Its own level, 3: a fifth of the time of gzip for less to download; level 6 takes twice as long for a
  // twentieth less.
  if (compression === 'zstd') return 'zstd -T0'
  return (await hasProgram('pigz')) ? 'pigz -n' : 'gzip -n'
}

/** Whether this machine can compress with zstd. */
export async function hasZstd(): Promise<boolean> {
  return await hasProgram('zstd')
}

/** Bytes that the files of a tree take up, without what is mounted in it. */
export async function sizeOfTree(root: string, signal?: AbortSignal): Promise<number> {
  const args = ['--summarize', '--one-file-system', '--block-size=1', '--', `${root}/`]
  const { stdout } = await run('du', args, { allowFailure: true, ...(signal && { signal }) })
  return Number.parseInt(stdout, 10) || 0
}

function notPacked(wish: TarballWish, ran: Ran): LunaError {
  const { root, folder } = wish.shown ?? { root: wish.root, folder: dirname(wish.file) }
  const lines = said(ran).filter((line) => !line.endsWith('socket ignored'))
  const why = lines.slice(0, 5).join('; ') || `tar ended with status ${ran.status}`
  const full = /No space left on device|Disk quota exceeded/.test(why)
  const changed = ran.status === 1
  return new LunaError('failed', changed ? `${root} changed while it was packed` : `cannot pack ${root}`, {
    why,
    fix: full
      ? `make room in ${folder}`
      : changed
        ? 'pack again when nothing works in it'
        : 'see that root can read all of it',
  })
}

/** What tar said, without its name in front and the signs of progress. */
function said(ran: Ran): string[] {
  return ran.stderr
    .split('\n')
    .map((line) => line.replace(/^tar: /, ''))
    .filter((line) => line !== '' && !/^records \d+$/.test(line))
}
