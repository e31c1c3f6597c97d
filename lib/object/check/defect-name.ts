// Names and MAC addresses that are unfit or given twice: the operator has to decide about these.

import { type Id, kinds } from '../field.ts'
import { hostNameObjection, nameObjection } from '../name.ts'
import { macObjection, parseMac } from '../net/mac.ts'
import { type Defect, label, type Snapshot } from './defect.ts'

export function nameDefects({ all }: Pick<Snapshot, 'all'>): Defect[] {
  const clusters = all.cluster.length
  const objects = kinds.flatMap((kind) => all[kind].map(({ name }) => ({ kind, name })))
  const bad = objects.flatMap(({ kind, name }) => {
    const why = nameObjection(kind, name)
    return why === undefined ? [] : [{ kind, name, why }]
  })
  const twice = Map.groupBy(objects, ({ kind, name }) => label(kind, name))
  return [
    ...(clusters > 1 ? [{ defect: 'cluster' as const, line: `there are ${clusters} clusters` }] : []),
    ...bad.map(({ kind, name, why }): Defect => {
      const fix = `luna ${kind} rename ${JSON.stringify(name)} --newname NAME`
      const line = `${label(kind, name)}: the name cannot be used safely: ${why} (${fix})`
      return { defect: 'bad-name', line }
    }),
    ...interfaceNames({ all }),
    ...longHostNames(all),
    ...sameInDns(all),
    ...[...twice]
      .filter(([, same]) => same.length > 1)
      .map(([what, same]): Defect => {
        const fix = 'rename or delete all but one'
        return { defect: 'duplicate-name', line: `${what}: ${same.length} objects have this name (${fix})` }
      }),
  ]
}

function interfaceNames({ all }: Pick<Snapshot, 'all'>): Defect[] {
  return all.group.flatMap((group) =>
    Object.values(group.interfaces).flatMap(({ name }): Defect[] => {
      const why = nameObjection('interface', name)
      if (why === undefined) return []
      const what = `${label('group', group.name)}: interface ${JSON.stringify(name)}`
      return [{ defect: 'bad-name', line: `${what} has a name that cannot be used safely: ${why}` }]
    }),
  )
}

function longHostNames({ group, network, node }: Snapshot['all']): Defect[] {
  const zones = new Map(network.map(({ id, name }) => [id, name]))
  const domains = new Map(group.map(({ id, domain }) => [id, domain && zones.get(domain)]))
  return node.flatMap(({ name, group: id }): Defect[] => {
    const zone = id && domains.get(id)
    const why = zone ? hostNameObjection(name, zone) : undefined
    return why === undefined ? [] : [{ defect: 'bad-name', line: `${label('node', name)}: ${why}` }]
  })
}

/** Names that differ, but not in DNS. */
function sameInDns(all: Snapshot['all']): Defect[] {
  return (['network', 'node', 'switch', 'otherdev'] as const).flatMap((kind) => {
    const names = new Set(all[kind].map(({ name }) => name))
    return several(Map.groupBy(names, (name) => name.toLowerCase())).map(([, same]): Defect => {
      const what = `${kind} ${same.join(', ')}: names that differ only in case are the same in DNS (RFC 4343)`
      return { defect: 'duplicate-name', line: `${what} (luna ${kind} rename NAME --newname OTHER)` }
    })
  })
}

export function macDefects({ all, macs }: Pick<Snapshot, 'all' | 'macs'>): Defect[] {
  const names = new Map(all.node.map(({ id, name }) => [id, name]))
  const lives = ({ node }: { node: Id | undefined }) => node !== undefined && names.has(node)
  const living = macs.filter(lives)
  return [
    ...macs
      .filter((record) => !lives(record))
      .map(({ mac, node }): Defect => {
        const repair = node && ({ do: 'forget-mac', node } as const)
        return { defect: 'dangling', line: `MAC address ${mac}: its node is gone`, ...(repair && { repair }) }
      }),
    ...living
      .filter(({ mac }) => parseMac(mac) !== mac)
      .map(({ mac, node, further }): Defect => {
        const fix = `luna node change NAME --${further ? 'also' : 'mac'} ADDRESS`
        const line = `${nodeNamed(names, node)}: ${JSON.stringify(mac)} is not a MAC address (${fix})`
        return { defect: 'bad-name', line }
      }),
    ...living.flatMap(({ mac: text, node, further }): Defect[] => {
      const mac = parseMac(text)
      const why = mac && macObjection(mac)
      if (why === undefined) return []
      const line = `${nodeNamed(names, node)}: no machine has the MAC address ${mac}: ${why} (luna node change NAME --${further ? 'also' : 'mac'} ADDRESS)`
      return [{ defect: 'bad-name', line }]
    }),
    ...several(Map.groupBy(living, ({ mac }) => mac.toLowerCase())).map(([mac, records]): Defect => {
      const nodes = records.map(({ node }) => nodeNamed(names, node)).join(', ')
      return { defect: 'duplicate-mac', line: `MAC address ${mac}: several have it: ${nodes}` }
    }),
    ...several(
      Map.groupBy(
        living.filter(({ further }) => !further),
        ({ node }) => node,
      ),
    ).map(([node, records]): Defect => {
      const list = records.map(({ mac }) => mac).join(', ')
      return {
        defect: 'duplicate-mac',
        line: `${nodeNamed(names, node)}: has several MAC addresses: ${list}`,
      }
    }),
  ]
}

function several<K, V>(groups: Map<K, V[]>): [K, V[]][] {
  return [...groups].filter(([, same]) => same.length > 1)
}

function nodeNamed(names: ReadonlyMap<Id, string>, node: Id | undefined): string {
  return label('node', (node && names.get(node)) ?? '')
}
