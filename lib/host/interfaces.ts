// The IPv4 addresses of this machine, by ip(8).
import { briefly, run } from './run.ts'

export interface LocalAddress {
  readonly interface: string
  readonly address: string
  /** Length of the prefix that is configured with it. */
  readonly prefix: number
}

interface Link {
  readonly ifname: string
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[]
}

/** All but those of the loopback network, in the order of the interfaces. */
export async function localAddresses(): Promise<LocalAddress[]> {
  const { stdout } = await run('ip', ['-json', '-4', 'addr', 'show', 'scope', 'global'], briefly)
  return readAddresses(stdout)
}

/** What `ip -json addr` says; interfaces without an address are empty objects there. */
export function readAddresses(json: string): LocalAddress[] {
  const links = JSON.parse(json || '[]') as readonly Partial<Link>[]
  return links.flatMap(({ ifname = '', addr_info = [] }) =>
    addr_info.map(({ local, prefixlen }) => ({ interface: ifname, address: local, prefix: prefixlen })),
  )
}
