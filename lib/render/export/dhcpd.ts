// Host declarations for dhcpd.conf(5).
import type { Reservation } from '../dhcpd.ts'
import { head } from './exported.ts'

/** To be taken in by `include` of dhcpd.conf. */
export function renderReservations(hosts: readonly Reservation[]): string {
  const declarations = hosts.map(
    ({ name, mac, address }) => `host ${name} { hardware ethernet ${mac}; fixed-address ${address}; }\n`,
  )
  return head('dhcpd') + declarations.join('')
}
