// The SHA-256 of a tarball, in a file beside it as sha256sum(1) writes it: nodes compare it with what has
// come to them, whoever has brought it.
import type { Hash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** Where the sum of a tarball is. */
export function sumFile(tarball: string): string {
  return `${tarball}.sha256`
}

export function isSumFile(path: string): boolean {
  return path.endsWith('.sha256')
}

/** The text of the file for a tarball of that name, of which the hash was given all. */
export function sumText(hash: Hash, name: string): string {
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
