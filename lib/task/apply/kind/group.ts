// Groups as documents describe them. Their map of interfaces is all of them: others are deleted.
import type { GroupInterface } from '../../../object/field.ts'
import { type Group, interfaceKey, sortedInterfaces } from '../../../object/group.ts'
import type { Version } from '../../../object/net/address.ts'
import { addressIn, type Network } from '../../../object/network.ts'
import type { Change } from '../../../object/objects.ts'
import { changeGroup, describeGroup, type GroupChange } from '../../change/group.ts'
import { addInterface, deleteInterface, editInterface } from '../../change/group-interface.ts'
import { delNetwork, setNetwork, setNumbers } from '../../change/group-network.ts'
import { readMap, textOf } from '../read.ts'
import { type Applying, changedOf, hasAll, referred, textIn, typed } from './apply-one.ts'

const versions = [4, 6] as const

/** An interface as a document has it; a network that is null is taken off. */
interface WishedInterface {
  readonly name: string
  readonly networks: { readonly [V in Version]?: Network | null }
  readonly params: string | undefined
  /** The bases of addresses by number; none erases. */
  readonly numbers: readonly string[] | undefined
}

export async function applyGroup(one: Applying): Promise<void> {
  const { tx, name, fields, faults, note } = one
  for (const kind of ['osimage', 'bmcsetup'] as const)
    if (fields[kind]) await referred(one, kind, textIn(fields, kind), kind)
  if (fields.domain) await referred(one, 'network', textIn(fields, 'domain'), 'domain')
  const interfaces = await readInterfaces(one)
  if (faults.any) return
  if (!(await tx.findNamed('group', name))) {
    if (!hasAll(one, 'group', ['osimage'])) return
    note(await describeGroup(tx, { name, osimage: textIn(fields, 'osimage') }), 'name')
  }
  if (interfaces) await applyInterfaces(one, interfaces)
  const change = await changeOf(one, await tx.getNamed('group', name))
  if (Object.keys(change).length > 0) note(await changeGroup(tx, name, change))
}

async function changeOf({ tx, fields }: Applying, group: Group): Promise<GroupChange> {
  const changed: Record<string, string> = {}
  for (const [field, kind] of [
    ['osimage', 'osimage'],
    ['bmcsetup', 'bmcsetup'],
    ['domain', 'network'],
  ] as const) {
    if (fields[field] === undefined || (field === 'osimage' && fields[field] === '')) continue
    const id = group[field]
    const now = id === null ? '' : ((await tx.find(kind, id))?.name ?? undefined)
    if (textIn(fields, field) !== now) changed[field] = textIn(fields, field)
  }
  return typed<Change<'group'> & GroupChange>({ ...changedOf('group', group, fields), ...changed })
}

async function readInterfaces(one: Applying): Promise<WishedInterface[] | undefined> {
  const { entry, faults } = one
  if (entry.fields.interfaces === undefined) return undefined
  const read: WishedInterface[] = []
  for (const [name, value] of Object.entries(
    readMap(entry, ['interfaces'], entry.fields.interfaces, faults) ?? {},
  )) {
    const path = ['interfaces', name]
    const map = readMap(entry, path, value, faults)
    if (!map) continue
    for (const key of Object.keys(map).filter((key) => !['ipv4', 'ipv6', 'params', 'number'].includes(key)))
      faults.add(entry, [...path, key], {
        what: `an interface has no field ${key}`,
        fix: 'it has ipv4, ipv6, params, number',
      })
    const networks = Object.fromEntries(
      await Promise.all(
        versions.map(async (version) => [version, await networkAt(one, path, version, map)] as const),
      ),
    )
    const params = map.params === undefined ? undefined : textOf(map.params)
    const numbers = map.number === undefined ? undefined : textOf(map.number)?.match(/\S+/g)
    read.push({ name, networks, params, numbers: numbers === null ? [] : numbers })
  }
  return read
}

/** The network of an interface: by name, or as luna group list --json has it. */
async function networkAt(
  one: Applying,
  path: readonly string[],
  version: Version,
  map: Readonly<Record<string, unknown>>,
): Promise<Network | null | undefined> {
  const at = [...path, `ipv${version}`]
  const given = map[`ipv${version}`]
  if (given === undefined) return undefined
  const name = typeof given === 'object' && given !== null && 'name' in given ? given.name : given
  const text = textOf(name)
  if (text === '') return null
  const network = await referred(one, 'network', text ?? '', ...at)
  if (!network || (network.version === 6 ? 6 : 4) === version) return network
  one.faults.add(one.entry, at, {
    what: `network ${network.name} is not of IPv${version}`,
    fix: 'put it beside the other version',
  })
  return undefined
}

async function applyInterfaces(applying: Applying, wished: readonly WishedInterface[]): Promise<void> {
  const { tx, name, note } = applying
  const names = new Set(wished.map((one) => one.name))
  for (const { name: iface } of sortedInterfaces(await tx.getNamed('group', name)))
    if (!names.has(iface)) note(await deleteInterface(tx, name, iface), 'interfaces')
  for (const one of wished) {
    const path = ['interfaces', one.name]
    if (!interfaceOf(await tx.getNamed('group', name), one.name))
      note(await addInterface(tx, name, one.name), ...path)
    const { params = '' } = interfaceOf(await tx.getNamed('group', name), one.name) ?? {}
    await applyNetworks(applying, one)
    await applyNumbers(applying, one)
    if (one.params !== undefined && one.params.trim() !== params)
      note(await editInterface(tx, name, one.name, one.params), ...path, 'params')
  }
}

async function applyNetworks({ tx, name, note }: Applying, one: WishedInterface): Promise<void> {
  const { network } = interfaceOf(await tx.getNamed('group', name), one.name) ?? {}
  for (const version of versions) {
    const path = ['interfaces', one.name, `ipv${version}`]
    const [now, then] = [network?.[version] ?? null, one.networks[version]]
    if (then === undefined || (then?.id ?? null) === now) continue
    const old = now === null ? undefined : await tx.find('network', now)
    if (now !== null) note(await delNetwork(tx, name, one.name, old?.name), ...path)
    if (then) note(await setNetwork(tx, name, one.name, then.name), ...path)
  }
}

async function applyNumbers({ tx, name, note }: Applying, one: WishedInterface): Promise<void> {
  if (!one.numbers) return
  const group = await tx.getNamed('group', name)
  const key = interfaceKey(group, one.name) ?? ''
  const now: string[] = []
  for (const version of versions) {
    const [id, base] = [
      group.interfaces[key]?.network[version] ?? null,
      group.numbers[key]?.[version] ?? null,
    ]
    const network = id === null || base === null ? undefined : await tx.find('network', id)
    if (network && base !== null) now.push(addressIn(network, base) ?? '')
  }
  if (String(now.toSorted()) === String(one.numbers.toSorted())) return
  for (const base of ['', ...one.numbers])
    note(await setNumbers(tx, name, one.name, base), 'interfaces', one.name, 'number')
}

function interfaceOf(group: Group, name: string): GroupInterface | undefined {
  return group.interfaces[interfaceKey(group, name) ?? '']
}
