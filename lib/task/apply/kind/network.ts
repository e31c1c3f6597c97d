// Networks as documents describe them.

import { defaultNameServer } from '../../../host/hostname.ts'
import { addressIn, type Network, prefixOf } from '../../../object/network.ts'
import { addNetwork, readPrefix } from '../../change/network.ts'
import { changeNetwork, type NetworkChange } from '../../change/network-change.ts'
import { type Applying, changedOf, hasAll, textIn } from './apply-one.ts'

export async function applyNetwork(one: Applying): Promise<void> {
  const { tx, name, fields, note } = one
  if (!(await tx.findNamed('network', name))) {
    if (!hasAll(one, 'network', ['NETWORK', 'PREFIX'])) return
    const nsIp = textIn(fields, 'ns_ip')
    const wish = {
      name,
      address: textIn(fields, 'NETWORK'),
      prefix: Number(fields.PREFIX),
      nsHostname: textIn(fields, 'ns_hostname') || (await defaultNameServer()),
      ...(nsIp !== '' && { nsIp }),
    }
    note(await addNetwork(tx, wish), 'NETWORK')
  }
  // Each from what the former one made.
  for (const step of steps) {
    const change = step(await tx.getNamed('network', name), one)
    if (change) note(await changeNetwork(tx, name, change), ...pathOf(change))
  }
}

type Step = (network: Network, one: Applying) => NetworkChange | undefined

const prefix: Step = ({ PREFIX }, { fields }) => {
  return differs(fields.PREFIX, PREFIX) ? { prefix: Number(fields.PREFIX) } : undefined
}

const base: Step = (network, { fields }) => {
  const address = textIn(fields, 'NETWORK')
  if (address === '') return undefined
  const now = prefixOf(network)
  const wished = readPrefix(address, network.PREFIX)
  return wished.version === now.version && wished.base === now.base ? undefined : { network: address }
}

const nameServer: Step = (network, { fields }) => {
  const address = textIn(fields, 'ns_ip')
  const now = network.ns_ip === null ? undefined : addressIn(network, network.ns_ip)
  return address === '' || address === now ? undefined : { ns_ip: address }
}

/** A network that shrinks moves its name server first: that has the last address unless told otherwise. */
const nameServerFirst: Step = (network, one) => {
  return Number(one.fields.PREFIX ?? 0) > network.PREFIX ? nameServer(network, one) : undefined
}

// The base is looked at again when the length is what it is to be: that says which bits of it count.
const steps: readonly Step[] = [
  ...[base, nameServerFirst, prefix, base, nameServer],
  (network, { fields }) => text(network, fields, 'ns_hostname'),
  (network, { fields }) => text(network, fields, 'include'),
  (network, { fields }) => text(network, fields, 'rev_include'),
  (network, { fields }) => text(network, fields, 'classless'),
  (network, { fields }) => text(network, fields, 'comment'),
]

function differs(given: unknown, now: unknown): boolean {
  return given !== undefined && given !== now
}

function text(
  network: Network,
  fields: Applying['fields'],
  name: 'ns_hostname' | 'include' | 'rev_include' | 'classless' | 'comment',
): NetworkChange | undefined {
  const changed = changedOf('network', network, fields)[name]
  // The name server always has a name.
  if (changed === undefined || (name === 'ns_hostname' && changed === '')) return undefined
  return { [name]: String(changed) } as NetworkChange
}

function pathOf(change: NetworkChange): string[] {
  const upper: Readonly<Record<string, string>> = { network: 'NETWORK', prefix: 'PREFIX' }
  return Object.keys(change).map((key) => upper[key] ?? key)
}
