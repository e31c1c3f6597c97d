// What this machine is called.
import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import { sharedName } from '../object/ns-name.ts'

/**
 * The name server's name in a new network: the name that a pair of heads shares where that resolves, else
 * this machine's own short name.
 */
export async function defaultNameServer(short = shortHostname(), resolves = canResolve): Promise<string> {
  const shared = sharedName(short)
  return shared !== undefined && (await resolves(shared)) ? shared : short
}

/** The host name up to the first dot. */
export function shortHostname(): string {
  return hostname().split('.')[0] ?? ''
}

async function canResolve(name: string): Promise<boolean> {
  try {
    await lookup(name)
    return true
  } catch {
    return false
  }
}
