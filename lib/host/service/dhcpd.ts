// The DHCP server of this machine: its own opinion of a configuration, its leases, and what Debian starts it
// with.
import { rm, writeFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { isMissing, readBytes, readText, reason } from '../file.ts'
import { findGroup, type Owner } from '../user.ts'
import { type Draft, judge } from './checker.ts'
import { startCommand } from './service.ts'
import { variableOf, withVariable } from './variables.ts'

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
  return { uid: 0, gid: (await findGroup(dhcpdGroup)) ?? 0 }
}

/** The group of dhcpd on EL. */
export const dhcpdGroup = 'dhcpd'

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

/** The variables that the start script of Debian's dhcpd reads. */
export interface DhcpdDefaults {
  readonly file: string
  readonly text: string
}

/** They are undefined where no such script starts the unit. */
export async function findDhcpdDefaults(unit: string): Promise<DhcpdDefaults | undefined> {
  const file = `/etc/default/${unit}`
  const text = await readText(file)
  if (text === undefined || !(await startCommand(unit)).startsWith(`/etc/init.d/${unit}`)) return undefined
  return { file, text }
}

/**
 * True where the script starts a server for IPv6 as well, which fails, and the unit with it, unless somebody
 * has configured one.
 */
export async function startsInVain({ text }: DhcpdDefaults): Promise<boolean> {
  if (variableOf(text, 'INTERFACESv4') || variableOf(text, 'INTERFACESv6')) return false
  return !/^\s*subnet6\s/m.test((await readText('/etc/dhcp/dhcpd6.conf')) ?? '')
}

/** The text with the interface among those that are served; the same where it is already. */
export function servingOn(text: string, name: string): string {
  const served = (variableOf(text, 'INTERFACESv4') ?? '').split(/\s+/).filter((one) => one !== '')
  return served.includes(name) ? text : withVariable(text, 'INTERFACESv4', [...served, name].join(' '))
}
