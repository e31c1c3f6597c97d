// Recognises a machine that asks over the network.
import { LunaError } from '../../error.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { SteadyNode } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import type { RequestCache } from './cache.ts'
import { judge, locateAtSwitch, mostPerPort, sightingsOf, type Verdict } from './switch-port.ts'

/** A recognised machine. */
export interface Found {
  readonly node: SteadyNode
  /** How it was recognised. */
  readonly by: 'mac' | 'port' | 'hand'
  readonly mac: Mac
  /** The switch port that it was recognised by. */
  readonly at?: string
}

/** What a machine says of itself, and the node chosen for it at the menu. */
interface Self {
  readonly macs: readonly Mac[]
  readonly node?: SteadyNode
}

/**
 * The node of a machine: the chosen one, else the one that has any of its MAC addresses, else the one that is
 * configured at the switch port where one of them is seen. Throws LunaError `not-found` when there is none,
 * or several are possible.
 */
export async function recognise(
  store: Store,
  { nodes }: Pick<RequestCache, 'nodes'>,
  { macs, node }: Self,
): Promise<Found> {
  const [first] = macs
  if (node && first) return { node, mac: first, by: 'hand' }
  for (const mac of macs) {
    const known = await nodes.having(mac)
    if (known) return { node: known, mac, by: 'mac' }
  }
  const refusals: LunaError[] = []
  for (const mac of macs) {
    const verdict = judge(await sightingsOf(store, mac))
    if (verdict.kind === 'matched')
      return { node: verdict.node, mac, by: 'port', at: await locateAtSwitch(store, verdict.at) }
    refusals.push(...refusalOf(mac, verdict))
  }
  if (refusals[0]) throw refusals[0]
  throw new LunaError('not-found', 'no node has any of these MAC addresses', {
    why: macs.length > 0 ? macs.join(', ') : 'none was given',
    fix: 'luna node change NODE --mac ADDRESS',
  })
}

/** Why a machine that was seen at the port of some node is not taken for it. */
function refusalOf(mac: Mac, verdict: Verdict): LunaError[] {
  if (verdict.kind !== 'ambiguous' && verdict.kind !== 'crowded') return []
  const names = verdict.nodes.join(', ')
  const seen = `${mac} was seen where ${names} ${verdict.nodes.length > 1 ? 'are' : 'is'} configured`
  const [what, why]: [string, string] =
    verdict.kind === 'ambiguous'
      ? ['the machine could be any of several nodes', seen]
      : ['the machine is not alone at its switch port', `${seen}, with more than ${mostPerPort - 1} others`]
  const fix = `see: luna node discover ${mac}; or: luna node change NODE --mac ${mac}`
  return [new LunaError('not-found', what, { why, fix })]
}
