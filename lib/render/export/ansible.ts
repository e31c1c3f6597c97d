// Inventories of Ansible, in the form that its scripts print ("Developing dynamic inventory",
// docs.ansible.com) and in the one that its plugin `yaml` reads.
import { type ExportedNode, nodesBy, word } from './exported.ts'

type Variables = Readonly<Record<string, unknown>>

/** What a script answers to `--list`: groups by name, and the variables of all hosts. */
export function ansibleList(nodes: readonly ExportedNode[]): unknown {
  const groups = [...groupsOf(nodes)].map(([name, hosts]) => [name, { hosts }])
  const hostvars = Object.fromEntries(nodes.map((node) => [node.name, variablesOf(node)]))
  return { ...Object.fromEntries(groups), _meta: { hostvars } }
}

/** What a script answers to `--host`. */
export function ansibleHost(node: ExportedNode | undefined): Variables {
  return node ? variablesOf(node) : {}
}

/** The same as a file: what YAML writes of it, Ansible reads. */
export function ansibleFile(nodes: readonly ExportedNode[]): unknown {
  const hosts = Object.fromEntries(nodes.map((node) => [node.name, variablesOf(node)]))
  const children = [...groupsOf(nodes)].map(([name, members]) => [
    name,
    { hosts: Object.fromEntries(members.map((member) => [member, {}])) },
  ])
  return { all: { hosts, children: Object.fromEntries(children) } }
}

/** A group for each group of Luna, and `image_NAME` for each image. Ansible takes no other names. */
function groupsOf(nodes: readonly ExportedNode[]): Map<string, string[]> {
  const named = [
    ...[...nodesBy(nodes, ({ group }) => group)].map(([name, some]) => [groupName(name), some] as const),
    ...[...nodesBy(nodes, ({ image }) => image)].map(
      ([name, some]) => [`image_${word(name)}`, some] as const,
    ),
  ]
  const groups = new Map<string, string[]>()
  // Names that differ only in what Ansible does not take are one group there.
  for (const [name, some] of named)
    groups.set(name, [...(groups.get(name) ?? []), ...some.map((node) => node.name)])
  return groups
}

function groupName(name: string): string {
  const safe = word(name)
  return ['all', 'ungrouped', '_meta'].includes(safe) || /^\d/.test(safe) ? `group_${safe}` : safe
}

function variablesOf(node: ExportedNode): Variables {
  const { host, address, group, image, mac, also, interfaces, comment } = node
  return {
    ...(address !== null && { ansible_host: address }),
    luna_hostname: host,
    luna_group: group,
    luna_osimage: image,
    luna_mac: mac,
    ...(also.length > 0 && { luna_also: also }),
    luna_interfaces: Object.fromEntries(interfaces.map(({ name, ipv4, ipv6 }) => [name, { ipv4, ipv6 }])),
    luna_switch: node.switch,
    luna_port: node.port,
    luna_comment: unsafe(comment),
  }
}

/** Ansible would expand braces of Jinja in variables: a comment is a text. */
function unsafe(text: string): string {
  return text.replaceAll(/\{(?=[{%#])/g, '{ ')
}
