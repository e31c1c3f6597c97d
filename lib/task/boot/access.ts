// Who is let in who asks over the network: the machine that a node is, the heads, and whoever the level of
// the cluster says.
import { LunaError } from '../../error.ts'
import type { Place } from '../../host/wire.ts'
import {
  type BootAccess,
  bootAccess,
  firstUserPort,
  isArmed,
  mayFetchByToken,
  mayReport,
} from '../../object/boot-access.ts'
import { type Cluster, headAddresses } from '../../object/cluster.ts'
import { isSameCard, type Mac } from '../../object/net/mac.ts'
import type { Node, SteadyNode } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { groupOf, networksOf } from '../find.ts'
import { type BootCache, recentCache } from './cache.ts'
import { addressOf } from './node-facts.ts'
import { boundTo, isToken } from './token.ts'

/** Who asks, as nginx and the kernel of the head see it. */
export interface Asker {
  readonly address: string
  readonly port: number
  /** Where that address is now. */
  place(): Promise<Place>
}

/** What somebody is to a node. */
export interface Standing {
  readonly level: BootAccess
  /** A head, or anybody where everybody is let in: may do what the first Luna let do. */
  readonly trusted: boolean
  /** It is the machine of that node. */
  readonly itself: boolean
}

/**
 * What the asker is to the node. `own` is a MAC address that the node is known to have: it saves looking for
 * them.
 */
export async function standingOf(store: Store, node: SteadyNode, asker: Asker, own?: Mac): Promise<Standing> {
  const shared = await recentCache(store)
  const cluster = await shared.cluster()
  const level = bootAccess(cluster)
  if (level === 'open') return { level, trusted: true, itself: true }
  const known = beliefsOf(store)
  const key = `${asker.address} ${node.id}`
  if ((known.get(key) ?? 0) > performance.now()) return { level, trusted: false, itself: true }
  if (await isHead(cluster, asker)) return { level, trusted: true, itself: true }
  const itself = await looksLike(store, shared, node, asker, own)
  if (itself) believe(known, key)
  return { level, trusted: false, itself }
}

/** True for this machine and for the other heads. */
export async function isHead(
  cluster: Pick<Cluster, 'cluster_ips' | 'frontend_address'>,
  { address, place }: Asker,
): Promise<boolean> {
  if (address === cluster.frontend_address || headAddresses(cluster).includes(address)) return true
  return (await place()).kind === 'here'
}

/** Lets the machine of the node in, from level `root` on only its root. Throws LunaError `forbidden`. */
export async function admit(store: Store, node: SteadyNode, asker: Asker): Promise<Standing> {
  const standing = await standingOf(store, node, asker)
  if (!standing.itself) throw notItself(node, asker, await asker.place())
  if (!standing.trusted && standing.level !== 'node') refuseUsers(node, asker)
  return standing
}

/** Refuses, at level `armed`, a node that is not armed or has no good token. Throws LunaError `forbidden`. */
export async function refuseUnarmed(node: Node, asker: Asker, token: string, now: Date): Promise<void> {
  const again = `luna node arm ${node.name}; then boot it again (lpower ${node.name} reset)`
  if (!isArmed(node.armed, now)) throw new LunaError('forbidden', `${node.name} is not armed`, { fix: again })
  const good =
    mayFetchByToken(node.status) &&
    isToken(token, node.armed, boundTo(asker.address, await asker.place()), now)
  if (good) return
  throw new LunaError('forbidden', `${node.name} has no token that is good now`, {
    why:
      token === ''
        ? 'it sent none: it was not armed when it booted, or does not boot by iPXE'
        : 'it is used, or old',
    fix: again,
  })
}

/** Lets in, from level `root` on, only root of a machine, and heads. Throws LunaError `forbidden`. */
export async function admitRoot(store: Store, asker: Asker): Promise<void> {
  const cluster = await (await recentCache(store)).cluster()
  if (['open', 'node'].includes(bootAccess(cluster)) || (await isHead(cluster, asker))) return
  refuseUsers({ name: 'a node' }, asker)
}

/** Refuses who asks from a port that does not take root. Throws LunaError `forbidden`. */
export function refuseUsers(node: Pick<Node, 'name'>, { address, port }: Asker): void {
  if (port > 0 && port < firstUserPort) return
  throw new LunaError('forbidden', `only root of ${node.name} is let in`, {
    why: `${address} asks from port ${port}, which every user can; an initramfs of a former release does so, too`,
    fix: 'luna osimage pack IMAGE --boot; until then: luna cluster change --boot_access node',
  })
}

/** Refuses a status that no installation of the node sends now. Throws LunaError `forbidden`. */
export function refuseUntimely(node: Node, step: string): void {
  if (mayReport(node.status, step)) return
  throw new LunaError('forbidden', `${node.name} is not being installed`, {
    why: `it is at ${node.status?.step ?? 'no step yet'}, and no script runs that would ask`,
    fix: 'ask from a head, which may at any time',
  })
}

// How long a machine is believed to be a node, in milliseconds, and of how many that is remembered.
const believedFor = 30_000
const mostRemembered = 20_000

const believed = new WeakMap<Store, Map<string, number>>()

function beliefsOf(store: Store): Map<string, number> {
  const known = believed.get(store) ?? new Map<string, number>()
  believed.set(store, known)
  return known
}

/** The oldest belief goes where there are too many. */
function believe(known: Map<string, number>, key: string): void {
  known.delete(key)
  known.set(key, performance.now() + believedFor)
  const [oldest] = known.size > mostRemembered ? known.keys() : []
  if (oldest !== undefined) known.delete(oldest)
}

async function looksLike(
  store: Store,
  shared: BootCache,
  node: SteadyNode,
  asker: Asker,
  own: Mac | undefined,
): Promise<boolean> {
  const place = await asker.place()
  if (place.kind === 'routed') return (await addressesOf(shared, node)).includes(asker.address)
  if (place.kind === 'here' || place.macs.length === 0) return false
  if (own && place.macs.every((link) => isSameCard(own, link))) return true
  const first = await store.macOf(node.id)
  if (first && place.macs.every((link) => isSameCard(first, link))) return true
  const cards = [...(first ? [first] : []), ...(await store.alsoOf(node.id))]
  return place.macs.every((link) => cards.some((mac) => isSameCard(mac, link)))
}

async function addressesOf({ find }: BootCache, node: SteadyNode): Promise<string[]> {
  const group = await groupOf(find, node)
  if (!group) return []
  const facts = { node, group, networks: await networksOf(find, group) }
  return Object.keys(group.interfaces).flatMap((key) =>
    ([4, 6] as const).flatMap((version) => addressOf(facts, key, version)?.address ?? []),
  )
}

function notItself(node: Pick<SteadyNode, 'name'>, { address }: Asker, place: Place): LunaError {
  const open = 'to let everybody in: luna cluster change --boot_access open'
  const [why, fix] =
    place.kind === 'routed'
      ? [
          `${address} is beyond a router, and no address of that node`,
          `luna node change ${node.name} -i BOOTIF ${address}`,
        ]
      : place.kind === 'link' && place.macs[0]
        ? [
            `${address} has the MAC address ${place.macs.join(' and ')}`,
            `luna node change ${node.name} --mac ${place.macs[0]}`,
          ]
        : [`the head knows no MAC address of ${address}`, `ip neighbour show ${address}`]
  return new LunaError('forbidden', `who asks is not ${node.name}`, { why, fix: `${fix}; ${open}` })
}
