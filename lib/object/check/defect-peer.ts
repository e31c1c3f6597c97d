// Nodes that give each other nothing while they boot from initramfs images of the first Luna. Nothing is
// wrong with the database.
import type { Inventory } from '../net/address-use.ts'
import { alikePeers, peerIdLength } from '../peer-id.ts'
import { type Defect, label } from './defect.ts'

export function peerDefects({
  group,
  network,
  node,
}: Pick<Inventory, 'group' | 'network' | 'node'>): Defect[] {
  const groups = new Map(group.map((one) => [one.id, one]))
  const domains = new Map(network.map(({ id, name }) => [id, name]))
  const groupOf = new Map<string, string>()
  for (const { name, group: id } of node) {
    const own = id === null ? undefined : groups.get(id)
    const domain = own?.domain ? domains.get(own.domain) : undefined
    groupOf.set(domain === undefined ? name : `${name}.${domain}`, own?.name ?? '')
  }
  return [...alikePeers([...groupOf.keys()])].map(([octets, hosts]): Defect => {
    const names = [...new Set(hosts.map((host) => groupOf.get(host) ?? ''))].filter(Boolean).sort()
    const who = names.map((name) => label('group', name)).join(', ') || 'nodes without group'
    const what = `${hosts.length} host names begin with the ${peerIdLength} characters ${octets}`
    const why = 'with an initramfs of Luna 1.2 these nodes give each other nothing of the image'
    return { defect: 'peer-id', line: `${who}: ${what}: ${why} (luna osimage pack NAME --boot)` }
  })
}
