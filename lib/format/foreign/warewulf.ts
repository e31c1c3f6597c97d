// Nodes of Warewulf 4, from its nodes.conf ("Node Configuration", warewulf.org/docs): a map of nodes, each
// with `network devices` (hwaddr, ipaddr, ip6addr, device), `ipmi` (ipaddr) and a comment. The primary
// device is our BOOTIF, the others have their own names, the BMC is BMC. What profiles say is the same for
// many nodes: that is for groups.
import { readDocuments } from '../documents.ts'
import type { Entry } from '../entry.ts'
import { type Found, foundIn, madeNode, mapOf, type Path } from './made.ts'

/** The nodes of a nodes.conf. Throws LunaError `invalid` for what is no YAML. */
export function readWarewulf(text: string, source: string): Entry[] {
  return readDocuments(text, source).flatMap((file) =>
    Object.entries(mapOf(file.fields.nodes)).map(([name, node]) => {
      const path = ['nodes', name]
      return madeNode((at) => file.place(...at), nodeOf(name, node, path, mapOf(file.fields.nodeprofiles)))
    }),
  )
}

function nodeOf(name: string, node: unknown, path: Path, profiles: Readonly<Record<string, unknown>>) {
  const devices = Object.entries(mapOf(mapOf(node)['network devices']))
  const primary = primaryOf(node, devices)
  const bmc = foundIn(mapOf(node).ipmi, [...path, 'ipmi'], 'ipaddr')
  const addresses = devices.flatMap(([netname, device]): [string, Found][] => {
    const at = [...path, 'network devices', netname]
    const own = [foundIn(device, at, 'ipaddr'), foundIn(device, at, 'ip6addr', 'ipaddr6')].filter(
      (one) => one !== undefined,
    )
    const [first] = own
    if (!first) return []
    const iface = netname === primary ? 'BOOTIF' : deviceName(netname, device, node, profiles)
    return [
      [iface, { ...first, value: own.map(({ value }) => String(value).replace(/\/\d+$/, '')).join(' ') }],
    ]
  })
  return {
    // A domain behind the name is that of a cluster.
    name: { value: name.split('.')[0], path },
    fields: {
      comment: foundIn(node, path, 'comment'),
      mac:
        primary === undefined
          ? undefined
          : foundIn(
              mapOf(mapOf(node)['network devices'])[primary],
              [...path, 'network devices', primary],
              'hwaddr',
            ),
    },
    interfaces: [...addresses, ...(bmc ? [['BMC', bmc] as const] : [])],
  }
}

/** The device that it boots from: the one that is named, or marked, or `default`, or the only one. */
function primaryOf(node: unknown, devices: readonly (readonly [string, unknown])[]): string | undefined {
  const named = mapOf(node)['primary network']
  const marked = devices.find(([, device]) => String(mapOf(device).primary) === 'true')?.[0]
  const usual = devices.find(([name]) => name === named || name === 'default')?.[0]
  return typeof named === 'string' ? named : (marked ?? usual ?? devices[0]?.[0])
}

/** What the system calls it: profiles may say so for all nodes. */
function deviceName(
  netname: string,
  own: unknown,
  node: unknown,
  profiles: Readonly<Record<string, unknown>>,
): string {
  const names = mapOf(node).profiles
  const inherited = (Array.isArray(names) ? names : []).map(
    (name) => mapOf(mapOf(profiles[String(name)])['network devices'])[netname],
  )
  const said = [own, ...inherited].map((one) => mapOf(one).device).find((one) => typeof one === 'string')
  return typeof said === 'string' ? said : netname
}
