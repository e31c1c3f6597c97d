// What becomes of the addresses of nodes that a file describes: a plan for each, settled for all together, so
// that nodes may exchange addresses.
import type { LunaError } from '../../../error.ts'
import type { NodeInterface } from '../../../object/field.ts'
import { type Group, interfaceKey } from '../../../object/group.ts'
import { formatPrefix, toOffset } from '../../../object/net/address.ts'
import { isUsable } from '../../../object/net/freelist.ts'
import {
  type Assignment,
  heldBy,
  interfacesWith,
  keepAddresses,
  noAddress,
  type Slot,
  slotsOf,
} from '../../../object/net/slot.ts'
import { prefixOf } from '../../../object/network.ts'
import type { Node } from '../../../object/node.ts'
import { exhausted, notFree } from '../../change/assign-address.ts'
import type { Pool } from '../../change/pool.ts'
import type { Numbered } from '../../numbered.ts'
import type { Faults } from '../faults.ts'
import type { NodeWish, WishedAddress } from './node-wish.ts'

/** A node of the file beside the one of the database. */
export interface NodePlan {
  readonly wish: NodeWish
  readonly old: Node | undefined
  /** Its group now, and the one that it is to have; undefined where it has none (damaged data). */
  readonly from: Group | undefined
  readonly to: Group | undefined
}

/** An address that the file asks for, in the place where it belongs. */
type Wished = Assignment & { readonly address: WishedAddress }

interface Move extends NodePlan {
  readonly to: Group
  readonly wished: readonly Wished[]
  readonly kept: Assignment[]
}

type Interfaces = Readonly<Record<string, NodeInterface>>

/**
 * The interfaces of all nodes whose addresses change, by name. What they have is given back first, then what
 * they keep is taken, then what the file asks for, then the next free ones. The pool knows all networks.
 */
export async function settleAddresses(
  pool: Pool,
  plans: readonly NodePlan[],
  numbered: Numbered,
  faults: Faults,
): Promise<Map<string, Interfaces>> {
  const moves = plans.flatMap((plan) => moveOf(pool, plan, faults))
  for (const { old, from } of moves) {
    if (!old || !from) continue
    for (const { network, offset } of heldBy(old, from)) pool.release(network, offset)
  }
  const owners = new Map<string, string>()
  const take = (node: string, { network, offset }: Assignment) => {
    if (!pool.reserve(network, offset)) return false
    owners.set(`${network} ${offset}`, node)
    return true
  }
  const kept = new Map(
    moves.map(({ wish, kept: all }) => [wish.name, all.filter((one) => take(wish.name, one))]),
  )
  for (const { wish, wished } of moves)
    for (const one of wished)
      if (!take(wish.name, one))
        await refuse(pool, wish, one, owners.get(`${one.network} ${one.offset}`), faults)
  if (faults.any) return new Map()
  return new Map(
    moves.map((move) => {
      const held = [...(kept.get(move.wish.name) ?? []), ...move.wished]
      return [move.wish.name, interfacesOf(move, [...held, ...takeRest(pool, move, held, numbered, faults)])]
    }),
  )
}

/** The move of a node; none where its addresses stay as they are. */
function moveOf(pool: Pool, plan: NodePlan, faults: Faults): Move[] {
  const { wish, old, from, to } = plan
  const wished = wish.addresses.flatMap((one) => wishedAt(pool, plan, one, faults))
  if (!to) return []
  const had = old && from ? heldBy(old, from) : []
  const has = new Set(had.map(slotText))
  const same = old !== undefined && from?.id === to.id
  if (same && wished.every((one) => has.has(slotText(one)))) return []
  const given = new Set(wished.map(placeText))
  const slots = slotsOf(to)
  const kept = same
    ? had
    : keepAddresses(
        had,
        slots.filter((slot) => !given.has(placeText(slot))),
      )
  return [{ ...plan, to, wished, kept: kept.filter((one) => !given.has(placeText(one))) }]
}

function placeText({ key, version }: Slot): string {
  return `${key} ${version}`
}

function slotText(one: Assignment): string {
  return `${placeText(one)} ${one.network} ${one.offset}`
}

/** Where a wished address belongs; nothing, with a fault, where there is no such place. */
function wishedAt(pool: Pool, { wish, old, to }: NodePlan, address: WishedAddress, faults: Faults): Wished[] {
  const { interface: name, ip, text, path } = address
  const refuse = (what: string, why: string | undefined, fix: string) => {
    faults.add(wish.entry, path, { what, why, fix })
    return []
  }
  if (!to) {
    // A group that there is not has been told.
    if (!old || wish.fields.group !== undefined) return []
    return refuse(`${wish.name} has no group, and no interfaces`, undefined, 'give it a group')
  }
  const key = interfaceKey(to, name)
  const id = key === undefined ? undefined : to.interfaces[key]?.network[ip.version]
  const network = id ? pool.network(id) : undefined
  if (key === undefined || !network) {
    const known = slotsOf(to).map((slot) => slot.name)
    const what = `${wish.name} cannot have ${text} on ${JSON.stringify(name.slice(0, 80))}`
    const lacks = key === undefined ? 'interface of that name' : `IPv${ip.version} network there`
    const fix = `its interfaces with networks are ${[...new Set(known)].join(', ') || 'none'}; luna group list`
    return refuse(what, `group "${to.name}" has no ${lacks}`, fix)
  }
  const prefix = prefixOf(network)
  const offset = toOffset(prefix, ip)
  if (offset !== undefined && isUsable(prefix, offset))
    return [{ key, name, version: ip.version, network: network.id, offset, address }]
  const why =
    offset === undefined
      ? `network "${network.name}" of ${name} is ${formatPrefix(prefix)}`
      : 'it is the first or last address of its network, which no host can have'
  return refuse(`${wish.name} cannot have ${text}`, why, `give one of ${formatPrefix(prefix)}`)
}

async function refuse(
  pool: Pool,
  wish: NodeWish,
  { network, address }: Wished,
  owner: string | undefined,
  faults: Faults,
): Promise<void> {
  const found = pool.network(network)
  // Who has it is a question to the whole database: only for what is told.
  if (faults.full || !found) return faults.add(wish.entry, address.path, { what: '', fix: undefined })
  const what = `${wish.name} cannot have ${address.text}`
  if (owner !== undefined) {
    const why = `${owner === wish.name ? 'another interface of it' : owner} has it by this file, too`
    return faults.add(wish.entry, address.path, { what, why, fix: 'give one of them another address' })
  }
  const error: LunaError = await notFree(pool.store, found, address.text)
  faults.add(wish.entry, address.path, { what, why: sentenceOf(error), fix: error.fix })
}

function sentenceOf({ message, why }: LunaError): string {
  return why ?? message
}

/** Addresses by number, or the lowest free ones, for what is left of a node that is new or moves. */
function takeRest(
  pool: Pool,
  move: Move,
  held: readonly Assignment[],
  numbered: Numbered,
  faults: Faults,
): Assignment[] {
  const { wish, old, from, to } = move
  if (old && from?.id === to.id) return []
  const has = new Set(held.map(placeText))
  return slotsOf(to).flatMap((slot) => {
    if (has.has(placeText(slot))) return []
    const offset = numbered.take(pool, to, slot, wish.name)
    if (offset !== undefined) return [{ ...slot, offset }]
    const { message, why, fix } = exhausted(pool.network(slot.network), to.name, [wish.name])
    faults.add(wish.entry, [], { what: message, why, fix })
    return []
  })
}

/** Interfaces that the node has already stay, also without an address. */
function interfacesOf({ old, from, to }: Move, held: readonly Assignment[]): Interfaces {
  const keys = Object.keys(old && from ? old.interfaces : {}).filter((key) => to.interfaces[key])
  return { ...Object.fromEntries(keys.map((key) => [key, noAddress])), ...interfacesWith(held) }
}
