// Addresses: given twice, outside, missing, and free lists that do not agree with what objects have.

import type { Range } from '../field.ts'
import { bitsOf, formatIp, lastHost, makePrefix, type Prefix } from '../net/address.ts'
import { type AddressUse, addressUses, type Inventory } from '../net/address-use.ts'
import { complement, isFree, isUsable, tidy } from '../net/freelist.ts'
import { heldBy, slotsOf } from '../net/slot.ts'
import { type Network, prefixOf } from '../network.ts'
import { type Defect, label } from './defect.ts'

/** With `keepReserved` addresses that are reserved and unused stay so when free lists are repaired. */
export function addressDefects(all: Inventory, keepReserved: boolean): Defect[] {
  const recorded = Map.groupBy(addressUses(all), ({ network }) => network)
  return [
    ...missingAddresses(all),
    ...all.network.flatMap((network) => inNetwork(network, recorded.get(network.id) ?? [], keepReserved)),
  ]
}

function missingAddresses({ group, node, switch: switches }: Inventory): Defect[] {
  const groups = new Map(group.map((each) => [each.id, each]))
  const nodes = node.flatMap((each): Defect[] => {
    const own = each.group === null ? undefined : groups.get(each.group)
    const held = new Set((own ? heldBy(each, own) : []).map(({ key, version }) => `${key} ${version}`))
    const lacking = (own ? slotsOf(own) : []).filter(({ key, version }) => !held.has(`${key} ${version}`))
    return lacking.map(({ name, version }) => {
      const fix = `luna node change ${each.name} --group ${own?.name}`
      return lacks(`${label('node', each.name)}: has no IPv${version} address on ${name} (${fix})`)
    })
  })
  return [
    ...nodes,
    ...switches
      .filter(({ ip }) => ip === null)
      .map(({ name }) =>
        lacks(`${label('switch', name)}: has no address (luna switch change ${name} --ip ADDRESS)`),
      ),
  ]
}

function lacks(line: string): Defect {
  return { defect: 'no-address', line }
}

function inNetwork(network: Network, recorded: readonly AddressUse[], keepReserved: boolean): Defect[] {
  const prefix = prefixOf(network)
  const what = label('network', network.name)
  if (!isSound(prefix)) {
    const line = `${what}: no network has the base ${prefix.base} and the prefix length ${prefix.length} (put right its NETWORK and PREFIX: luna db export and import)`
    return [{ defect: 'bad-network', line }]
  }
  const free = tidy(network.freelist, prefix)
  const taken = complement(free, prefix)
  const unused = complement([...free, ...recorded], prefix)
  const sound = complement(keepReserved ? [...taken, ...recorded] : recorded, prefix)
  const repair = { do: 'update', kind: 'network', id: network.id, change: { freelist: sound } } as const
  const [usable, outside] = parted(recorded, ({ start, end }) => isUsable(prefix, start, end))
  return [
    ...outside.map((one): Defect => {
      const line = `${what}: ${addressText(network, one)} of ${one.who} is no address for a host in it`
      return { defect: 'outside', line }
    }),
    ...overlaps(recorded).map(([one, other]): Defect => {
      const line = `${what}: ${addressText(network, other)} belongs to both ${one.who} and ${other.who}`
      return { defect: 'duplicate-address', line }
    }),
    ...(isTidy(network.freelist, free)
      ? []
      : [
          {
            defect: 'free-list' as const,
            line: `${what}: its list of free addresses is out of order`,
            repair,
          },
        ]),
    ...usable
      .filter(({ start, end }) => touchesFree(free, start, end))
      .map((one): Defect => {
        return {
          defect: 'free-list',
          line: `${what}: ${addressText(network, one)} counts as free, but ${one.who} has it`,
          repair,
        }
      }),
    ...unused.map((range): Defect => {
      const line = `${what}: ${addressText(network, range)} is reserved, and nothing has it: left by a failure, or kept free by hand (--repair frees it, with --keep-reserved it stays)`
      return { defect: 'reserved', line, ...(keepReserved ? {} : { repair }) }
    }),
  ]
}

/** What makePrefix gives for an address. */
function isSound({ version, base, length }: Prefix): boolean {
  const inside = base >> BigInt(bitsOf(version)) === 0n
  return inside && makePrefix({ version, value: base }, length)?.base === base
}

function parted<T>(items: readonly T[], fits: (item: T) => boolean): [T[], T[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))]
}

/** Every pair in which the later one begins before an earlier one ends. */
function overlaps(recorded: readonly AddressUse[]): [AddressUse, AddressUse][] {
  const pairs: [AddressUse, AddressUse][] = []
  const sorted = recorded.toSorted((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)))
  let reach: AddressUse | undefined
  for (const one of sorted) {
    if (reach && one.start <= reach.end) pairs.push([reach, one])
    if (!reach || one.end > reach.end) reach = one
  }
  return pairs
}

function touchesFree(free: readonly Range[], start: bigint, end: bigint): boolean {
  if (start === end) return isFree(free, start)
  return free.some((range) => range.start <= end && start <= range.end)
}

function isTidy(kept: readonly Range[], tidied: readonly Range[]): boolean {
  return (
    kept.length === tidied.length &&
    kept.every(({ start, end }, at) => start === tidied[at]?.start && end === tidied[at]?.end)
  )
}

function addressText(network: Network, { start, end }: Range): string {
  const prefix = prefixOf(network)
  const text = (offset: bigint) =>
    offset < 0n || offset > lastHost(prefix) + 1n
      ? `offset ${offset}`
      : formatIp(prefix.version, prefix.base + offset)
  return start === end ? text(start) : `${text(start)}-${text(end)}`
}
