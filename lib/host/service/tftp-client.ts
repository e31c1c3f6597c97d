// Fetches a file by TFTP (RFC 1350), as the firmware of a node does, with curl(1).
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgram, patiently, run } from '../run.ts'

/** The file that a TFTP server gave, or why there is none. */
export type Fetched =
  | { readonly bytes: Buffer }
  | { readonly trouble: 'no-client'; readonly why: string; readonly fix: string }
  | { readonly trouble: 'no-such-file' | 'other'; readonly why: string }

// Exit statuses of curl(1). What it says of TFTP is often about something else.
const [noProtocol, timedOut, notFound] = [1, 28, 68]
const seconds = 4

/** Fetches a file from the TFTP server at an address. */
export async function fetchByTftp(address: string, name: string): Promise<Fetched> {
  if (!(await hasProgram('curl')))
    return { trouble: 'no-client', why: 'curl is not installed', fix: 'install curl' }
  const host = address.includes(':') ? `[${address}]` : address
  const dir = await mkdtemp(join(tmpdir(), 'luna-tftp-'))
  try {
    const file = join(dir, 'file')
    const args = [
      '-q',
      '-sS',
      '--noproxy',
      '*',
      '--max-time',
      String(seconds),
      '-o',
      file,
      `tftp://${host}/${name}`,
    ]
    const { status, stderr } = await run('curl', args, { ...patiently, allowFailure: true })
    return status === 0 ? { bytes: await readFile(file) } : troubleOf(status, stderr)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function troubleOf(status: number, said: string): Fetched {
  // EL's curl-minimal.
  if (status === noProtocol)
    return { trouble: 'no-client', why: 'this curl speaks no TFTP', fix: 'dnf swap curl-minimal curl' }
  if (status === notFound) return { trouble: 'no-such-file', why: 'the server has no such file' }
  if (status === timedOut) return { trouble: 'other', why: `no answer within ${seconds} s` }
  return { trouble: 'other', why: said.trim() || `curl ended with status ${status}` }
}
