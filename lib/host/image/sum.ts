// The SHA-256 of a tarball, in a file beside it as sha256sum(1) writes it: nodes compare it with what has
// come to them, whoever has brought it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Where the sum of a tarball is. */
export function sumFile(tarball: string): string {
  return `${tarball}.sha256`
}

export function isSumFile(path: string): boolean {
  return path.endsWith('.sha256')
}

/** The text of the file for a tarball of that name. */
export async function sumOf(file: string, name: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  // Reads of a size that lets the disk work while the processor does.
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash, { ...(signal && { signal }) })
  return `${hash.digest('hex')}  ${name}\n`
}

/** The sum of a tarball in hexadecimal; '' where none is known. */
export async function readSum(tarball: string): Promise<string> {
  const handle = await open(sumFile(tarball)).catch(() => undefined)
  if (!handle) return ''
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0)
    const text = buffer.subarray(0, bytesRead).toString('latin1')
    return /^[0-9a-f]{64}$/.test(text) ? text : ''
  } finally {
    await handle.close()
  }
}
