// The tree of the packing bench, and the room that it takes.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'

/**
 * Throws LunaError `failed` when a tree of so many bytes and its tarballs would fill the
 * disk, or a node the memory.
 */
export function refuseWithoutRoom(dir: string, wanted: number): void {
  const { bavail, bsize } = statfsSync(dir)
  // A tarball is less than half of the tree, and there are four at most; a node has the tree and one.
  refuse(`on the disk of ${dir}`, wanted * 3, bavail * bsize, 'TMPDIR=DIRECTORY on a larger one')
  refuse('in memory', wanted * 1.5, process.availableMemory(), 'a machine with more')
}

function refuse(where: string, needed: number, free: number, other: string): void {
  if (free >= needed) return
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`
  throw new LunaError('failed', `there is no room ${where}`, {
    why: `the bench takes ${megabytes(needed)}, and ${megabytes(free)} are free`,
    fix: `LUNA_BENCH_MB=... for a smaller tree, or ${other}`,
  })
}

export interface Tree {
  readonly bytes: number
  readonly files: number
  /** How often what is on this machine was taken. */
  readonly copies: number
}

/**
 * Makes a tree like that of an image: programs, libraries and texts of this machine, again and again until it
 * is as large as wanted, or nothing more fits.
 */
export function makeTree(root: string, wanted: number): Tree {
  const there = sources.filter((source) => existsSync(source) && lstatSync(source).isDirectory())
  const parts = there.flatMap((source) => partsOf(source, wanted / 8)).sort(byName)
  let [bytes, copies] = [0, 0]
  while (bytes < wanted * 0.98) {
    const chosen = choose(parts, wanted - bytes)
    const more = chosen.reduce((sum, part) => sum + part.bytes, 0)
    if (more === 0) break
    const paths = chosen.map(({ path }) => path)
    // Below etc, which is where Luna's tarballs begin.
    if (copies === 0) copy([...always, ...paths], root)
    else copy(paths, join(root, 'srv', String(copies)))
    bytes += more
    copies++
  }
  const files = Number.parseInt(execFileSync('du', ['-lxs', '--inodes', root], { encoding: 'utf8' }), 10)
  return { bytes, files, copies }
}

function copy(paths: readonly string[], target: string): void {
  mkdirSync(target, { recursive: true })
  // Their names are too many for one command line; with a target elsewhere, cp of coreutils 9.1 fails.
  execFileSync('xargs', ['-0', 'cp', '-ax', '--parents', '-t', '.', '--'], {
    cwd: target,
    input: paths.join('\0'),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

const sources = ['/usr/bin', '/usr/lib', '/usr/lib64', '/usr/libexec', '/usr/share']
// What packing and unpacking look for in an image.
const always = ['/etc/passwd', '/etc/group', '/usr/bin/zstd']

interface Part {
  readonly path: string
  readonly bytes: number
}

/** What is in a directory; of directories that are too large, what is in them. */
function partsOf(dir: string, most: number): Part[] {
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const
  const said = execFileSync('du', ['-alxB1', '--max-depth=1', '--', dir], options)
  return [...said.matchAll(/^(\d+)\t(.*)$/gm)].flatMap(([, bytes, path = '']) => {
    if (path === dir) return []
    if (Number(bytes) <= most) return [{ path, bytes: Number(bytes) }]
    return lstatSync(path).isDirectory() ? partsOf(path, most) : []
  })
}

/** By the last name in the path, which mixes programs, libraries and texts. */
function byName(one: Part, other: Part): number {
  const key = ({ path }: Part) => `${path.slice(path.lastIndexOf('/') + 1)}\0${path}`
  return key(one) < key(other) ? -1 : 1
}

/** From the first one on, what fits. */
function choose(parts: readonly Part[], room: number): Part[] {
  let left = room
  return parts.filter(({ bytes }) => {
    if (bytes > left) return false
    left -= bytes
    return true
  })
}
