// What switches see, and machines that ask what to boot and are no node, with the commands that make them
// nodes.
import type { Node } from '../../object/node.ts'
import type { Unknown } from '../../object/record/unknown.ts'
import type { Store } from '../../store/store.ts'
import { judge, sightingsOf } from '../boot/switch-port.ts'
import { macOwners } from '../macs.ts'
import { strangers } from '../record/strangers.ts'
import { listMacs, type SeenMac } from '../show/listmacs.ts'

/** A machine at a port; times are in ISO 8601. */
export interface PagePort extends Omit<SeenMac, 'age'> {
  readonly seen: string
}

export interface PageUnknown {
  readonly mac: string
  readonly address: string
  readonly first: string
  readonly last: string
  readonly times: number
  /** Switch and port where it is seen. */
  readonly at?: string
  /** Nodes that are configured at that port. */
  readonly candidates: readonly string[]
  /** What makes it a node. */
  readonly commands: readonly string[]
}

export interface PageMachines {
  readonly ports: readonly PagePort[]
  readonly unknown: readonly PageUnknown[]
}

export async function pageMachines(store: Store, now: Date): Promise<PageMachines> {
  const macs = (await listMacs(store, now)) ?? []
  const ports = macs.map(({ age, ...port }) => {
    // To ten seconds: the text shall not be another one because a moment has passed.
    const seen = new Date(Math.round((now.getTime() - 1000 * age) / 10_000) * 10_000)
    return { ...port, seen: seen.toISOString() }
  })
  return { ports, unknown: await unknownMachines(store, macs, now) }
}

async function unknownMachines(store: Store, macs: readonly SeenMac[], now: Date): Promise<PageUnknown[]> {
  const owners = await macOwners(store)
  const machines = await strangers(store, now.getTime(), (mac) => owners.has(mac))
  if (machines.length === 0) return []
  const known = new Set(owners.values())
  const free = (await store.list('node')).filter(({ id }) => !known.has(id))
  const groups = await store.names('group')
  return await Promise.all(machines.map((machine) => pageUnknown(store, machine, macs, free, groups)))
}

async function pageUnknown(
  store: Store,
  { mac, address, first, last, times }: Unknown,
  macs: readonly SeenMac[],
  free: readonly Node[],
  groups: readonly string[],
): Promise<PageUnknown> {
  const place = macs.find((one) => one.mac === mac)
  const verdict = place && judge(await sightingsOf(store, mac))
  const candidates = verdict && 'nodes' in verdict ? verdict.nodes : []
  const time = (at: number) => new Date(at).toISOString()
  return {
    mac,
    address,
    first: time(first),
    last: time(last),
    times,
    ...(place && { at: `${place.switch} ${place.portname}` }),
    candidates,
    commands: commandsFor(
      mac,
      candidates,
      free.map(({ name }) => name),
      groups,
    ),
  }
}

/**
 * The commands that make a machine a node: one that is configured at its port, else one without a MAC
 * address, else a new one.
 */
function commandsFor(
  mac: string,
  candidates: readonly string[],
  free: readonly string[],
  groups: readonly string[],
): string[] {
  const [first] = [...candidates, ...free]
  if (first !== undefined) return [`luna node change ${first} --mac ${mac}`]
  const group = groups.length === 1 ? groups[0] : 'GROUP'
  return [`luna node add -g ${group}`, `luna node change NODE --mac ${mac}`]
}
