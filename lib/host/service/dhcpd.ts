// The DHCP server of this machine: its own opinion of a configuration, its leases, its restart.
import { rm, truncate, writeFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { isMissing, readBytes, reason } from '../file.ts'
import { run } from '../run.ts'
import { findGroup, type Owner } from '../user.ts'
import { bringUp, service } from './service.ts'

/** Has dhcpd judge a configuration file. Throws LunaError `failed` with what it says. */
export async function checkDhcpd(file: string): Promise<void> {
  await run('dhcpd', ['-4', '-t', '-q', '-cf', file])
}

/** Who may read dhcpd.conf, which holds the OMAPI key: root, and dhcpd's own group where the distribution has one. */
export async function dhcpdOwner(): Promise<Owner> {
  return { uid: 0, gid: (await findGroup('dhcpd')) ?? 0 }
}

/** Restarts dhcpd. With `forget` all leases are dropped in between; they come back when it does not start. */
export async function restartDhcpd(unit: string, leases: string, forget: boolean): Promise<void> {
  if (!forget) return await bringUp('restart', unit)
  await service('stop', unit)
  const before = await emptyLeases(leases)
  try {
    await bringUp('start', unit)
  } catch (cause) {
    if (before) await writeFile(leases, before)
    throw cause
  }
}

/** Empties the lease file, which dhcpd needs to be there, and gives what was in it. */
async function emptyLeases(path: string): Promise<Buffer | undefined> {
  try {
    const before = await readBytes(path)
    if (before) await truncate(path)
    else await writeFile(path, '', { mode: 0o644 })
    await rm(`${path}~`, { force: true })
    return before
  } catch (cause) {
    throw new LunaError('failed', `cannot empty the lease file ${path}`, {
      why: reason(cause),
      ...(isMissing(cause) && {
        fix: 'install the DHCP server, or correct [Paths] dhcpd_leases in luna.conf',
      }),
      cause,
    })
  }
}
