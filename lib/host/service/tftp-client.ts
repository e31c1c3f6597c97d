// Fetches a file by TFTP (RFC 1350), as the firmware of a node does, with curl(1).
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../run.ts'

/** The file that a TFTP server gave; or why there is none, with the exit status of curl. */
export type Fetched = { readonly bytes: Buffer } | { readonly why: string; readonly status: number }

/** The exit status of a curl that was built without the protocol, as EL's curl-minimal without TFTP. */
export const curlLacksProtocol = 1

/** Fetches a file from the TFTP server at an address. Throws LunaError `failed` where there is no curl. */
export async function fetchByTftp(address: string, name: string): Promise<Fetched> {
  const host = address.includes(':') ? `[${address}]` : address
  const dir = await mkdtemp(join(tmpdir(), 'luna-tftp-'))
  try {
    const file = join(dir, 'file')
    const args = ['-q', '-sS', '--noproxy', '*', '--max-time', '4', '-o', file, `tftp://${host}/${name}`]
    const { status, stderr } = await run('curl', args, { allowFailure: true })
    if (status === 0) return { bytes: await readFile(file) }
    return { why: stderr.trim().replace(/^curl: \(\d+\) /, '') || `curl ended with status ${status}`, status }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
