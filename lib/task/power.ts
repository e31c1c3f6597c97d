// Power of many nodes by their BMCs: who is meant, and all of them at once within bounds, answered in order.
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../error.ts'
import type { Bmc, PowerAction } from '../host/bmc/bmc.ts'
import { power } from '../host/bmc/power.ts'
import type { Bmcsetup } from '../object/bmcsetup.ts'
import { interfaceKey } from '../object/group.ts'
import { compressHostlist } from '../object/hostlist.ts'
import type { Node } from '../object/node.ts'
import type { Store } from '../store/store.ts'
import { addressOf } from './boot/node-facts.ts'
import { type Find, finder, groupOf, networksOf } from './find.ts'
import { makeLimit } from './limit.ts'

export interface PowerTarget {
  readonly node: string
  readonly bmc: Bmc
}

export interface PowerWish {
  /** Names of nodes, in the order in which they are answered; then the nodes of groups. */
  readonly names: readonly string[]
  readonly groups: readonly string[]
  /** The interface that has the BMC's address. */
  readonly interface: string
}

export interface PowerTargets {
  readonly targets: readonly PowerTarget[]
  /** Why others are left out, a sentence for each reason. */
  readonly skipped: readonly string[]
}

/**
 * The BMCs of nodes. Nodes that do not exist, have no address there or no BMC setup are left out, as they
 * always were. Throws LunaError `not-found` for a group that does not exist.
 */
export async function powerTargets(store: Store, wish: PowerWish): Promise<PowerTargets> {
  const find = finder(store)
  const skipped = new Map<string, string[]>()
  const skip = (why: string, name: string) => skipped.set(why, [...(skipped.get(why) ?? []), name])
  const nodes = new Map<string, Node>()
  for (const name of wish.names) {
    const node = await store.findNamed('node', name)
    if (node) nodes.set(name, node)
    else skip('', name)
  }
  for (const name of wish.groups) {
    const { id } = await store.getNamed('group', name)
    for (const node of await store.nodesOf(id)) nodes.set(node.name, node)
  }
  const targets: PowerTarget[] = []
  for (const node of nodes.values()) {
    const bmc = await bmcOf(find, node, wish.interface)
    if (typeof bmc === 'string') skip(bmc, node.name)
    else targets.push({ node: node.name, bmc })
  }
  return { targets, skipped: [...skipped].map(skippedText) }
}

/** One sentence for all that are left out for the same reason; '': there is no such node. */
function skippedText([why, names]: readonly [string, readonly string[]]): string {
  if (why !== '') return `${compressHostlist(names)}: ${why}`
  const [name] = names
  return names.length === 1
    ? `there is no node ${JSON.stringify(name)}`
    : `there are no nodes ${compressHostlist(names)}`
}

/** How the node's BMC is reached, or the sentence that says why it is not. */
async function bmcOf(find: Find, node: Node, name: string): Promise<Bmc | string> {
  const group = await groupOf(find, node)
  if (!group) return 'it has no group'
  const setup = group.bmcsetup === null ? undefined : await find('bmcsetup', group.bmcsetup)
  if (!setup) return `its group "${group.name}" has no BMC setup`
  const key = interfaceKey(group, name)
  if (key === undefined) return `its group "${group.name}" has no interface "${name}"`
  const facts = { node, group, networks: await networksOf(find, group) }
  const found = addressOf(facts, key, 4) ?? addressOf(facts, key, 6)
  return found ? bmcAt(found.address, setup) : `it has no address on the interface "${name}"`
}

function bmcAt(address: string, { user, password, protocol, certificate }: Bmcsetup): Bmc {
  return {
    ...{ address, user: user ?? '', password: password ?? '' },
    protocol: protocol === 'redfish' || protocol === 'auto' ? protocol : 'ipmi',
    certificate: certificate === 'any' ? 'any' : 'known',
  }
}

export interface Powered {
  readonly node: string
  /** What the BMC said, or that it did not do it. */
  readonly result: string | LunaError
}

export interface PowerHow {
  readonly signal: AbortSignal
  /** Milliseconds between two nodes; 0: none. */
  readonly pause?: number
  readonly act?: typeof power
}

// So many programs and connections at once.
const mostAtOnce = 64
// What one BMC may take for all that is asked of it, in milliseconds. A cycle may be off,
// a wait until it is off, and on.
const bmcTimeout = 20_000
const cycleTimeout = 60_000

/**
 * Does the action to all of them, many at once, and gives what became of each in their
 * order, as soon as that can be.
 */
export async function* powerAll(
  targets: readonly PowerTarget[],
  action: PowerAction,
  { signal, pause = 0, act = power }: PowerHow,
): AsyncGenerator<Powered> {
  const limit = makeLimit(mostAtOnce)
  const wait = pacer(pause, signal)
  const timeout = action === 'cycle' ? cycleTimeout : bmcTimeout
  const underWay = targets.map(({ node, bmc }) =>
    limit(async (): Promise<Powered> => {
      await wait()
      const result = await act(bmc, action, { timeout, signal }).catch(asLunaError)
      return { node, result }
    }),
  )
  for (const one of underWay) yield await one
}

/** Resolves for one caller after the other, with a pause between them; at once when it is aborted. */
function pacer(pause: number, signal: AbortSignal): () => Promise<void> {
  let next = 0
  return async () => {
    if (pause === 0) return
    const [now, mine] = [performance.now(), next]
    next = Math.max(now, mine) + pause
    if (mine > now) await delay(mine - now, undefined, { signal }).catch(() => {})
  }
}

function asLunaError(error: unknown): LunaError {
  if (error instanceof LunaError) return error
  return new LunaError('internal', error instanceof Error ? error.message : String(error), {
    fix: null,
    cause: error,
  })
}
