// Discovery: which node a machine is, and the script that it boots.
import { LunaError } from '../../error.ts'
import { bootAccess, isArmed } from '../../object/boot-access.ts'
import { frontendUrl, paths } from '../../object/cluster.ts'
import { interfaceKey } from '../../object/group.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Node, SteadyNode } from '../../object/node.ts'
import type { Boot } from '../../object/record/boot.ts'
import {
  type BootType,
  type BootView,
  bootTypes,
  type MenuText,
  menuTemplate,
  renderBoot,
  renderMenu,
  unlistable,
} from '../../render/ipxe.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { type Asker, standingOf } from './access.ts'
import { type HandRule, handRule } from './by-hand.ts'
import { type BootCache, cacheOf } from './cache.ts'
import { type Found, recognise } from './identify.ts'
import { addressOf, type BootFacts, bootFacts, hostname } from './node-facts.ts'
import { boundTo, makeToken, newArm } from './token.ts'

/** What a machine says of itself. */
export interface Asked {
  /** Its MAC addresses, the one that it boots from first. */
  readonly macs: readonly Mac[]
  /** The node that somebody chose at the menu. */
  readonly node?: Node
  /** ipxe, syslinux; anything else is not found. */
  readonly type: string
  /** Who asks over the network; nobody: this head itself. */
  readonly asker?: Asker
}

export interface Discovered extends Found {
  readonly script: string
  /** What comes of it, for the record: `boot.error.image` where the image has no kernel. */
  readonly step: string
  readonly image: string
  readonly kernel: Pick<Boot, 'kernel'>
  readonly way: Pick<Boot, 'way'>
  /** Whose MAC address it was until now. */
  readonly takenFrom?: string
  /** The node itself asked, or a head. */
  readonly itself: boolean
}

/**
 * Finds the node: the chosen one, else by any of the MAC addresses, else by the switch port where one was
 * seen. In the first and last case the address becomes the node's. Sets the status `boot.request`, unless
 * somebody else than the node asks. Throws LunaError `not-found` when no node is found, or when there is no
 * such type of script; `forbidden` where the chosen node is not to be had over the network.
 */
export async function discover(store: Store, asked: Asked, url: string, now: Date): Promise<Discovered> {
  const shared = await cacheOf(store)
  const found = await recognise(store, shared, asked)
  const { asker, node: chosen } = asked
  const guard =
    asker && chosen && found.by === 'hand'
      ? await handRule(store, { node: chosen, mac: found.mac }, asker, now)
      : undefined
  const takenFrom = await assign(store, found, now, guard)
  const type = bootTypes.find((known) => known === asked.type)
  if (!type)
    throw new LunaError('not-found', `there are no boot scripts of type ${JSON.stringify(asked.type)}`, {
      fix: `ask for one of ${bootTypes.join(', ')}`,
    })
  const [facts, mac] = [await bootFacts(shared, found.node), await macOf(store, found)]
  const standing = asker && (await standingOf(store, found.node, asker, found.mac))
  const itself = standing?.itself ?? true
  // The node as it is now: a new address has armed it.
  const token =
    standing?.level === 'armed' && itself && type === 'ipxe'
      ? await tokenOf(store, found.node, asker, now)
      : ''
  const script = scriptOf({ ...facts, mac }, type, url, token)
  if (itself) await store.setStatus(found.node.id, { step: 'boot.request', time: now })
  return { ...found, script, itself, ...forRecord(facts), ...(takenFrom && { takenFrom }) }
}

async function tokenOf(
  store: Store,
  { id }: SteadyNode,
  asker: Asker | undefined,
  now: Date,
): Promise<string> {
  const armed = (await store.find('node', id))?.armed ?? null
  if (!asker || !isArmed(armed, now)) return ''
  return makeToken(armed, boundTo(asker.address, await asker.place()), now)
}

function forRecord({ node, image }: Pick<BootFacts, 'node' | 'image'>) {
  const { localboot, service } = node
  const way = localboot ? ({ way: 'localboot' } as const) : service ? ({ way: 'service' } as const) : {}
  const kernel = image.kernfile ? { kernel: image.kernfile } : {}
  const step = image.kernfile || localboot ? 'boot.request' : 'boot.error.image'
  return { step, image: image.name, kernel, way }
}

/** Gives the MAC address to the node, and returns the name of the node that had it. */
async function assign(
  store: Store,
  { node, mac, by }: Found,
  now: Date,
  guard?: HandRule,
): Promise<string | undefined> {
  if (by === 'mac') return undefined
  const former = await store.transaction(async (tx) => {
    const owner = await tx.findMac(mac)
    guard?.(owner, await tx.macOf(node.id))
    if (owner !== node.id) await tx.setMac(node.id, mac)
    if (owner !== node.id && bootAccess(await getCluster(tx)) === 'armed') {
      const { armed } = await tx.get('node', node.id)
      await tx.update('node', node.id, { armed: newArm(null, armed?.continuous ?? false) })
    }
    return owner
  })
  await store.setStatus(node.id, { step: 'boot.mac_assigned', time: now })
  if (former === undefined || former === node.id) return undefined
  return (await store.find('node', former))?.name
}

/** The MAC address of the node. A node recognised by its MAC address needs no second lookup. */
function macOf(store: Store, { by, mac, node }: Found): Promise<Mac | undefined> | Mac {
  return by === 'mac' ? mac : store.macOf(node.id)
}

/**
 * The boot script of a node as it would be now; the status stays. `url` is where nodes reach the cluster, as
 * configured by default.
 */
export async function bootScript(
  store: Store,
  node: Node,
  type: BootType = 'ipxe',
  url?: string,
): Promise<string> {
  const [facts, mac] = [await bootFacts(await cacheOf(store), node), await store.macOf(node.id)]
  return scriptOf({ ...facts, mac }, type, url ?? frontendUrl(facts.cluster))
}

/** Renders a boot script. Throws LunaError `invalid` when a value cannot stand in one. */
export function scriptOf(facts: BootFacts, type: BootType, url: string, token = ''): string {
  return renderBoot(bootView(facts, url, token), type, paths(facts.cluster).templates)
}

function bootView(facts: BootFacts, url: string, token: string): BootView {
  const { node, image } = facts
  return {
    url,
    node: node.name,
    hostname: hostname(facts),
    localboot: node.localboot,
    service: node.service,
    kernel: image.kernfile ?? '',
    initrd: image.initrdfile ?? '',
    options: image.kernopts ?? '',
    fixed: fixedAddress(facts),
    token,
  }
}

/**
 * The address on the boot interface: of the IP version of the frontend where the node has one, else of the
 * other.
 */
function fixedAddress(facts: BootFacts): BootView['fixed'] {
  const { mac, group, cluster } = facts
  const key = interfaceKey(group, 'BOOTIF')
  if (!mac || key === undefined) return null
  const versions = cluster.frontend_address?.includes(':') ? ([6, 4] as const) : ([4, 6] as const)
  const found = addressOf(facts, key, versions[0]) ?? addressOf(facts, key, versions[1])
  return found && { mac, ...found }
}

export interface Menu {
  readonly pieces: readonly Buffer[]
  /** Nodes that the menu could not hold. */
  readonly leftOut: readonly string[]
}

/** The boot menu. `random` (0..1) decides when a node asks again after a failure: not all at once. */
export async function bootMenu(store: Store, url: string, random: number): Promise<Menu> {
  const shared = await cacheOf(store)
  const { render, leftOut } = await shared.once(`menu ${url}`, () => menuOf(store, shared, url))
  return { pieces: render(retryAfter(random)), leftOut }
}

interface RenderedMenu {
  readonly of: readonly string[]
  readonly render: MenuText
  readonly leftOut: readonly string[]
}

const lastMenus = new WeakMap<Store, RenderedMenu>()

/** Renders the menu, or returns the last one while nothing in it has changed. */
async function menuOf(store: Store, shared: BootCache, url: string): Promise<RenderedMenu> {
  const [cluster, nodes] = [await shared.cluster(), await store.names('node')]
  const templates = paths(cluster).templates
  const of = [url, menuTemplate(templates), ...nodes]
  const last = lastMenus.get(store)
  if (last?.of.length === of.length && last.of.every((text, at) => text === of[at])) return last
  const menu = { of, render: renderMenu({ url, nodes }, templates), leftOut: unlistable(nodes) }
  lastMenus.set(store, menu)
  return menu
}

// With the 3 s that the failure stays on the screen, a node asks again after 10 s, give or take 2.
function retryAfter(random: number): number {
  return 5000 + 4000 * random
}
