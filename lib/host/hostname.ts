// What this machine is called.
import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { sharedName } from '../object/ns-name.ts'

/**
 * The default name of the name server in a new network: the name that a pair of heads shares, where it
 * resolves, else the short name of this machine.
 */
export async function defaultNameServer(short = shortHostname(), resolves = canResolve): Promise<string> {
  const shared = sharedName(short)
  return shared !== undefined && (await resolves(shared)) ? shared : short
}

/** The host name up to the first dot. */
function shortHostname(): string {
  return hostname().split('.')[0] ?? ''
}

// Resolvers that nobody answers are asked for half a minute (resolv.conf(5)).
const longest = 5000

async function canResolve(name: string): Promise<boolean> {
  const found = lookup(name).then(
    () => true,
    () => false,
  )
  return await Promise.race([found, delay(longest, false, { ref: false })])
}
