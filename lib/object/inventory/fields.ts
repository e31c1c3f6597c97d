// Which fields of an object its site decides on: those that are exported, imported and applied.
import type { Field, FieldTable, Kind } from '../field.ts'
import { fieldsOf } from '../objects.ts'

/** The kinds of an inventory, each after those that it refers to. */
export const inventoryKinds = [
  'cluster',
  'network',
  'osimage',
  'bmcsetup',
  'switch',
  'otherdev',
  'group',
  'node',
] as const

export type InventoryKind = (typeof inventoryKinds)[number]

/**
 * What Luna keeps by itself: free addresses, what was packed, what nodes say, what their group says, and what
 * `luna cluster makedhcp` was told.
 */
const kept: { readonly [K in Kind]?: readonly string[] } = {
  cluster: ['debug', 'db_version', 'dhcp_net', 'dhcp_range_start', 'dhcp_range_end', 'seed_key'],
  osimage: ['kernfile', 'initrdfile', 'tarball', 'torrent'],
  network: ['version', 'freelist'],
  node: ['status', 'osimage', 'armed', 'bmc_set'],
}

/** Whether Luna keeps the field by itself: it is shown, and nobody gives it. */
export function isKept(kind: Kind, name: string): boolean {
  return kept[kind]?.includes(name) ?? false
}

/** The other fields of a kind, in the order of their table. */
export function givenFields(kind: Kind): [name: string, field: Field][] {
  return Object.entries<Field>(fieldsOf[kind] as FieldTable).filter(([name]) => !isKept(kind, name))
}
