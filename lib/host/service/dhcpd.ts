// The DHCP server of this machine: its own opinion of a configuration, its leases.
import { rm, writeFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { isMissing, readBytes, reason } from '../file.ts'
import { findGroup, type Owner } from '../user.ts'
import { type Draft, judge } from './checker.ts'

/** Has dhcpd judge a configuration file, and gives its warnings. Throws LunaError `failed`. */
export async function checkDhcpd(draft: Draft): Promise<string[]> {
  return await judge('dhcpd', ['-4', '-t', '-cf', draft.file], draft, banner)
}

// What dhcpd says about itself, whatever it was given.
const banner = new RegExp(
  [
    '^Internet Systems Consortium|^Copyright|^All rights reserved|^For info, please visit',
    '^Configuration file errors|^If you think you have|^than a configuration issue|^bugs on either|^before submitting',
    '^(Config|Database|PID) file: |^process and the information|^exiting\\.$',
  ].join('|'),
)

/** The owner of dhcpd.conf, which holds the OMAPI key: root, and the group of dhcpd where there is one. */
export async function dhcpdOwner(): Promise<Owner> {
  return { uid: 0, gid: (await findGroup('dhcpd')) ?? 0 }
}

/**
 * Puts other leases into the lease file, which dhcpd needs to be there, and gives those that were in it.
 * dhcpd must not run meanwhile. Owner and mode of the file stay. Throws LunaError `failed`.
 */
export async function swapLeases(path: string, leases: Uint8Array): Promise<Buffer> {
  try {
    const before = (await readBytes(path)) ?? Buffer.alloc(0)
    await writeFile(path, leases, { mode: 0o644 })
    await rm(`${path}~`, { force: true })
    return before
  } catch (cause) {
    throw new LunaError('failed', `cannot write the lease file ${path}`, {
      why: reason(cause),
      fix: isMissing(cause)
        ? 'install the DHCP server, or correct [Paths] dhcpd_leases in luna.conf'
        : `look at the rights of ${path}`,
      cause,
    })
  }
}
