// A node: a machine of the cluster. Its MAC address is kept beside it (collection `mac`), its interfaces'
// names in its group.
import { field, type ObjectOf } from './field.ts'

export const nodeFields = {
  name: field('name', 'host name', ''),
  group: field('ref', 'group that the node belongs to', null, { to: 'group' }),
  interfaces: field('node-interfaces', 'addresses per interface of the group', {}),
  mac: field('text', 'always null: the address is in the collection of the same name', null),
  switch: field('ref', 'switch that the node is plugged into', null, { to: 'switch' }),
  port: field('text', 'port of that switch, by name or number', null, {
    mostBytes: 255,
    standard: 'ifName, RFC 2863',
  }),
  localboot: field('flag', 'boot from the local disk', false),
  setupbmc: field('flag', 'set up the BMC at installation', true),
  service: field('flag', 'stop in the initramfs with network and sshd', false),
  status: field('status', 'what the node said last', null, { later: true }),
  armed: field('arm', 'it may be installed, at level armed of boot_access', null, {
    later: true,
    secret: true,
  }),
  bmc_set: field('bmc-mark', 'with what its BMC was set up', null, { later: true, secret: true }),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Node = ObjectOf<typeof nodeFields>

/**
 * A node without what changes while it boots: what is remembered as long as the version of the database
 * stays.
 */
export type SteadyNode = Omit<Node, 'status' | 'armed' | 'bmc_set'>

/**
 * `NAME.DOMAIN`, or the bare name where there is no domain. A domain is a network: its
 * name is that of its zone.
 */
export function hostName(
  { name }: Pick<Node, 'name'>,
  domain: { readonly name: string } | undefined,
): string {
  return domain ? `${name}.${domain.name}` : name
}
