// A DHCP client that nobody here has written: BusyBox's udhcpc(8), in a namespace,
// telling what it was answered.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Udhcpc {
  /** Options that are sent: their number and their bytes in hexadecimal. */
  readonly options?: readonly (readonly [number: number, hex: string])[]
  /** Option 60. */
  readonly vendorClass?: string
}

export interface Bound {
  readonly address: string
  /** The `file` field, or option 67 where it is there; empty without either. */
  readonly file: string
  readonly nextServer: string
}

/**
 * Asks once, by eth0 of the namespace, whose other end may be heard meanwhile; what it
 * got is not put on the interface.
 */
export async function askByUdhcpc(namespace: string, { options = [], vendorClass }: Udhcpc): Promise<Bound> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-udhcpc-'))
  try {
    const script = join(dir, 'script')
    // udhcpc sets `boot_file` from the header, `bootfile` from option 67.
    const tell = '#!/bin/sh\n[ "$1" != bound ] || printf "%s\\n" "$ip" "$bootfile$boot_file" "$siaddr"\n'
    writeFileSync(script, tell, { mode: 0o755 })
    const sent = options.flatMap(([number, hex]) => ['-x', `0x${number.toString(16)}:${hex}`])
    const args = ['-f', '-q', '-n', '-t', '5', '-T', '1', '-i', 'eth0', '-s', script, ...sent]
    const command = [
      'netns',
      'exec',
      namespace,
      'udhcpc',
      ...args,
      ...(vendorClass ? ['-V', vendorClass] : []),
    ]
    const { stdout } = await promisify(execFile)('ip', command)
    const [address = '', file = '', nextServer = ''] = stdout.split('\n')
    return { address, file, nextServer }
  } finally {
    rmSync(dir, { recursive: true })
  }
}
