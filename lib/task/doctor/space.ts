// Whether there is room for the next image, and for what the services write.
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../host/file.ts'
import { type Check, fine, type Verdict, warning, wrong } from './check.ts'

const mebibyte = 2 ** 20

export const spaceChecks: readonly Check[] = [
  {
    name: 'space for images',
    async run({ paths: { torrents }, all }) {
      const sizes = all.osimage.map(({ tarball }) => sizeOf(join(torrents, `${tarball}.tgz`)))
      return await spaceAt(torrents, Math.max(0, ...(await Promise.all(sizes))))
    },
  },
  { name: 'space of the system', run: () => spaceAt('/', 0) },
]

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
  if (free < 100 * mebibyte) return wrong(seen, fix)
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
