// Hosts of an inventory of Ansible, INI or YAML ("How to build your inventory", docs.ansible.com). Ansible
// has no variables for what we need: those of `luna export ansible` are read (luna_mac, luna_group, ...),
// and in their place mac, mac_address or macaddress; ansible_host where it is an address; bmc_address or
// ipmi_address. Only variables of hosts count: those of groups are the same for many.
import { parseIp } from '../../object/net/address.ts'
import { readDocuments } from '../documents.ts'
import type { Entry } from '../entry.ts'
import { readIni } from './ansible-ini.ts'
import { type Found, foundIn, type Host, madeNode, mapOf, type Path } from './made.ts'

/** The nodes of an inventory. Throws LunaError `invalid` for what is none. */
export function readAnsible(text: string, source: string): Entry[] {
  const documents = /^\s*\{/.test(text) || (/^(---|[\w"'-]+:)\s*$/m.test(text) && !/^\s*\[/m.test(text))
  const hosts = documents ? hostsOfDocuments(text, source) : readIni(text, source)
  return merged(hosts).map(nodeOf)
}

/** A host may stand in several groups: where most of its variables are counts. */
function merged(hosts: readonly Host[]): Host[] {
  const all = new Map<string, Host>()
  for (const host of hosts) {
    const before = all.get(host.name)
    const more = Object.keys(host.variables).length > Object.keys(before?.variables ?? {}).length
    all.set(host.name, before && !more ? before : host)
  }
  return [...all.values()]
}

// Deeper groups are somebody's joke.
const deepest = 20

/** The groups of YAML, or the answer of a script to --list, which has all variables in one place. */
function hostsOfDocuments(text: string, source: string): Host[] {
  return readDocuments(text, source).flatMap((file) => {
    const { _meta: meta, ...groups } = file.fields
    if (meta !== undefined) return hostsIn(file, mapOf(meta).hostvars, ['_meta', 'hostvars'])
    return hostsOfGroups(file, groups, [], deepest)
  })
}

function hostsOfGroups(file: Entry, groups: unknown, path: Path, levels: number): Host[] {
  if (levels === 0) return []
  return Object.entries(mapOf(groups)).flatMap(([name, group]) => [
    ...hostsIn(file, mapOf(group).hosts, [...path, name, 'hosts']),
    ...hostsOfGroups(file, mapOf(group).children, [...path, name, 'children'], levels - 1),
  ])
}

function hostsIn(file: Entry, hosts: unknown, path: Path): Host[] {
  return Object.entries(mapOf(hosts)).map(([name, variables]) => {
    return { name, variables: mapOf(variables), path: [...path, name], place: (at) => file.place(...at) }
  })
}

function nodeOf({ name, variables, path, place }: Host): Entry {
  const said = (...names: string[]) => foundIn(variables, path, ...names)
  const address = (...names: string[]): Found | undefined => {
    const found = said(...names)
    return found && parseIp(String(found.value)) ? found : undefined
  }
  const [boot, bmc] = [address('ansible_host'), address('bmc_address', 'ipmi_address')]
  const own = Object.entries(mapOf(variables.luna_interfaces)).map(([iface, value]): [string, Found] => {
    return [iface, { value, path: [...path, 'luna_interfaces', iface] }]
  })
  const others: [string, Found][] = [
    ...(boot ? [['BOOTIF', boot] as [string, Found]] : []),
    ...(bmc ? [['BMC', bmc] as [string, Found]] : []),
  ]
  return madeNode(place, {
    name: { value: name.split('.')[0], path },
    fields: {
      group: said('luna_group'),
      mac: said('luna_mac', 'mac', 'mac_address', 'macaddress'),
      also: said('luna_also'),
      switch: said('luna_switch'),
      port: said('luna_port'),
      comment: said('luna_comment'),
    },
    interfaces: variables.luna_interfaces === undefined ? others : own,
  })
}
