// Looks for a text in an initramfs that was packed some time: what its scripts can do.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { programEnvironment } from '../environment.ts'

/** Programs that expand to standard output, by the first bytes of what they expand. */
const expanders: readonly (readonly [magic: string, program: string])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['fd377a585a00', 'xz'],
  ['02214c18', 'lz4'],
]

// Microcode, which stands in front of the rest, has a few megabytes.
const mostInFront = 32 * 1024 * 1024

/** Whether the text is in it; undefined where it cannot be read here. */
export async function isInInitramfs(path: string, text: string): Promise<boolean | undefined> {
  const start = await startOf(path).catch(() => undefined)
  if (!start) return undefined
  const program = expanders.find(([magic]) => start.magic.startsWith(magic))?.[1]
  if (program === undefined) return undefined
  const child = spawn(program, ['-dc'], { env: programEnvironment(), stdio: ['pipe', 'pipe', 'ignore'] })
  const file = createReadStream(path, { start: start.at })
  child.stdin.on('error', () => {})
  file.on('error', () => child.kill())
  file.pipe(child.stdin)
  const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)))
  const found = await Promise.race([failed, search(child.stdout, text)])
  file.destroy()
  child.kill()
  return found
}

async function search(stream: AsyncIterable<Buffer>, text: string): Promise<boolean | undefined> {
  const wanted = Buffer.from(text)
  let last = Buffer.alloc(0)
  let size = 0
  for await (const chunk of stream) {
    const all = Buffer.concat([last, chunk])
    if (all.includes(wanted)) return true
    last = all.subarray(-wanted.length)
    size += chunk.length
  }
  return size > 0 ? false : undefined
}

/** Where the compressed archive begins: behind an archive that is not compressed, if there is one. */
async function startOf(path: string): Promise<{ readonly at: number; readonly magic: string }> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostInFront), 0, mostInFront, 0)
    const bytes = buffer.subarray(0, bytesRead)
    let at = 0
    if (bytes.subarray(0, 6).toString('latin1') === '070701') {
      at = bytes.indexOf('TRAILER!!!') + 'TRAILER!!!'.length
      while (at < bytes.length && bytes[at] === 0) at++
    }
    return { at, magic: bytes.subarray(at, at + 6).toString('hex') }
  } finally {
    await file.close()
  }
}
