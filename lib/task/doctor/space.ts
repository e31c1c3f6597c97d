// Whether there is room for the next image, and for what the services write.
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../host/file.ts'
import type { ClusterPaths } from '../../object/cluster.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { type Check, type Finding, fine, type Verdict, verdictOf, warning, wrong } from './check.ts'

const mebibyte = 2 ** 20

/** What these checks look at. */
interface Room {
  readonly paths: Pick<ClusterPaths, 'torrents'>
  readonly all: Pick<Inventory, 'osimage'>
}

export const spaceChecks = [
  {
    name: 'space for images',
    async run({ paths: { torrents }, all }: Room) {
      const sizes = all.osimage.map(({ tarball }) => sizeOf(join(torrents, `${tarball}.tgz`)))
      return await spaceAt(torrents, Math.max(0, ...(await Promise.all(sizes))))
    },
  },
  { name: 'space of the system', run: () => spaceAt('/', 0) },
] as const satisfies readonly Check[]

/** Their findings, for which nobody has to be root. */
export async function spaceFindings(room: Room): Promise<Finding[]> {
  return await Promise.all(
    spaceChecks.map(async ({ name, run }) => ({ check: name, ...(await run(room).catch(verdictOf)) })),
  )
}

async function spaceAt(path: string, largest: number): Promise<Verdict> {
  try {
    const { bavail, bsize } = await statfs(path)
    return judgeSpace(path, bavail * bsize, largest)
  } catch (cause) {
    if (isMissing(cause)) return fine(`there is no ${path} yet`)
    throw cause
  }
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Bytes. A tarball is packed beside the former one, so there has to be room for the `largest` once more. */
export function judgeSpace(path: string, free: number, largest: number): Verdict {
  const seen = `${amount(free)} free in ${path}`
  const fix = `make room: du -xh ${path} | sort -h | tail`
  if (free < 100 * mebibyte) return wrong(`disk full or nearly so: ${seen}`, fix)
  if (free < largest)
    return warning(`${seen}, and the largest image takes ${amount(largest)} while it is packed anew`, fix)
  if (free < 1024 * mebibyte) return warning(seen, fix)
  return fine(seen)
}

function amount(bytes: number): string {
  return bytes < 1024 * mebibyte
    ? `${Math.round(bytes / mebibyte)} MiB`
    : `${(bytes / mebibyte / 1024).toFixed(1)} GiB`
}
