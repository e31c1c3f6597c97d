// A group of nodes: one image, one domain, the same interfaces and scripts.
import { field, type GroupInterface, type Id, type ObjectOf } from './field.ts'

/** Makes the root file system in memory: what a node without disks wants. */
const defaultPartscript = 'mount -t tmpfs tmpfs /sysroot'

/** Tells the installed system that its root is in memory. */
const defaultPostscript = `cat << EOF >> /sysroot/etc/fstab
tmpfs   /       tmpfs    defaults        0 0
EOF`

export const groupFields = {
  name: field('name', 'name of the group', ''),
  osimage: field('ref', 'image that its nodes run', null, { to: 'osimage' }),
  bmcsetup: field('ref', 'setup of the BMCs', null, { to: 'bmcsetup' }),
  domain: field('ref', 'network that gives the DNS domain', null, { to: 'network' }),
  prescript: field('text', 'script that runs before anything else of the installation', '', { lines: true }),
  partscript: field(
    'text',
    'script that makes and mounts the root file system at /sysroot',
    defaultPartscript,
    { lines: true },
  ),
  postscript: field('text', 'script that runs when the image is unpacked and configured', defaultPostscript, {
    lines: true,
  }),
  torrent_if: field('text', 'interface that the torrent client uses', null),
  interfaces: field('group-interfaces', 'network interfaces', {}),
  numbers: field(
    'node-interfaces',
    'per interface, the address that the number of a node is added to',
    {},
    {
      later: true,
    },
  ),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Group = ObjectOf<typeof groupFields>

/** The interfaces of a group with their keys, sorted by name. */
export function sortedInterfaces(group: Pick<Group, 'interfaces'>): SortedInterfaces {
  const present = sorted.get(group.interfaces)
  if (present) return present
  const made = Object.entries(group.interfaces)
    .map(([key, iface]) => ({ key, ...iface }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  sorted.set(group.interfaces, made)
  return made
}

type SortedInterfaces = readonly (GroupInterface & { readonly key: string })[]

// Asked for every node of a group. Objects are values: what was sorted stays sorted.
const sorted = new WeakMap<object, SortedInterfaces>()

/** Key of the interface with that name. */
export function interfaceKey(group: Pick<Group, 'interfaces'>, name: string): string | undefined {
  return Object.keys(group.interfaces).find((key) => group.interfaces[key]?.name === name)
}

/** Every use that a group makes of networks: one entry per interface and version, and one for the domain. */
export function networksUsed(group: Pick<Group, 'interfaces' | 'domain'>): Id[] {
  const used = Object.values(group.interfaces).flatMap(({ network }) => [network[4], network[6]])
  return [...used, group.domain].filter((id) => id !== null)
}
