// What a change outdates: the one table of it. What nodes fetch when they boot (menus, boot and install
// scripts) is made anew for each of them and is never out of date.
import type { Kind } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { slotsOf } from '../../object/net/slot.ts'
import type { Node } from '../../object/node.ts'
import type { Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { changedFields } from './fields.ts'
import type { Effect, EffectOn } from './record.ts'

// Files of services, in the order in which they are best made.
const files = ['dhcp', 'dns', 'nginx', 'tftp'] as const

/** What is made from the database: files of services, and packed images. */
type Product = (typeof files)[number] | 'pack'

type Row<K extends Kind> = {
  /** When such an object is added. */
  readonly added?: readonly Product[]
  readonly deleted?: readonly Product[]
  /** Of a node: the MAC addresses of its further boot cards, kept beside it. */
  readonly also?: readonly Product[]
} & { readonly [F in keyof Objects[K]]?: readonly Product[] }

const outdates: { readonly [K in Kind]: Row<K> } = {
  cluster: {
    added: ['nginx', 'tftp'],
    // Torrents say where their tracker is.
    frontend_address: ['dhcp', 'nginx', 'pack'],
    frontend_port: ['dhcp', 'nginx', 'pack'],
    frontend_https: ['dhcp', 'nginx', 'pack'],
    server_port: ['nginx'],
    boot_access: ['nginx'],
    path: ['nginx', 'tftp', 'pack'],
    // The key that it shares with nginx.
    user: ['nginx'],
    cluster_ips: ['dhcp', 'dns', 'nginx'],
    boot_networks: ['nginx'],
    ui_from: ['nginx'],
    named_include_file: ['dns'],
    named_zone_dir: ['dns'],
  },
  // nginx serves the networks of the cluster.
  network: {
    added: ['dns', 'nginx'],
    deleted: ['dns', 'nginx'],
    name: ['dns'],
    NETWORK: ['dhcp', 'dns', 'nginx'],
    PREFIX: ['dhcp', 'dns', 'nginx'],
    ns_hostname: ['dns'],
    ns_ip: ['dns'],
    include: ['dns'],
    rev_include: ['dns'],
    classless: ['dns'],
  },
  // Where its nodes have addresses on them.
  group: { interfaces: ['dhcp', 'dns'] },
  node: {
    added: ['dhcp', 'dns'],
    deleted: ['dhcp', 'dns'],
    name: ['dhcp', 'dns'],
    group: ['dhcp', 'dns'],
    interfaces: ['dhcp', 'dns'],
    mac: ['dhcp'],
    also: ['dhcp'],
  },
  switch: { added: ['dns'], deleted: ['dns'], name: ['dns'], network: ['dns'], ip: ['dns'] },
  otherdev: { added: ['dns'], deleted: ['dns'], name: ['dns'], connected: ['dns'] },
  osimage: {
    added: ['pack'],
    path: ['pack'],
    kernver: ['pack'],
    dracutmodules: ['pack'],
    kernmodules: ['pack'],
    compression: ['pack'],
    pack_exclude_list: ['pack'],
  },
  bmcsetup: {},
}

/** The commands that are to be given after these changes, in the order in which they are best given. */
export async function dueAfter(store: Store, effects: readonly Effect[]): Promise<string[]> {
  const ofCluster = effects.filter(({ kind }) => kind === 'cluster')
  if (ofCluster.some(({ after }) => !after)) return []
  const products = new Set<Product>()
  const images = new Set<string>()
  for (const effect of effects) {
    const own = await productsOf(store, effect)
    for (const product of own) products.add(product)
    if (own.has('pack')) for (const name of await imagesOf(store, effect)) images.add(name)
  }
  const isNew = ofCluster.some(({ before }) => !before)
  const made = files.filter((file) => products.has(file))
  return [...making(made, isNew), ...[...images].map((name) => `luna osimage pack ${name}`)]
}

/** One command makes all that was made before; of a new cluster nothing was. */
function making(made: readonly string[], isNew: boolean): string[] {
  if (isNew) return made.map((file) => `luna cluster make${file}`)
  return made.length > 0 ? [`luna cluster make (${made.join(', ')})`] : []
}

async function productsOf(store: Store, effect: Effect): Promise<Set<Product>> {
  const row: { readonly [field: string]: readonly Product[] | undefined } = outdates[effect.kind]
  if (effect.kind === 'group' && !(await movesNodes(store, effect))) return new Set()
  const products = new Set(reasonsOf(effect).flatMap((reason) => row[reason] ?? []))
  // dhcpd knows nodes by their MAC addresses.
  if (effect.kind === 'node' && !(await hasMac(store, effect))) products.delete('dhcp')
  return products
}

/** The fields that have other values; an interface without addresses is in no file. */
function reasonsOf(effect: Effect): string[] {
  if (!effect.before) return ['added']
  if (!effect.after) return ['deleted']
  if (effect.kind !== 'node') return changedFields(effect)
  const same = JSON.stringify(addresses(effect.before)) === JSON.stringify(addresses(effect.after))
  return changedFields(effect).filter((field) => !(same && field === 'interfaces'))
}

function addresses({ interfaces }: Node): string[] {
  const held = Object.entries(interfaces).filter(([, own]) => own[4] !== null || own[6] !== null)
  return held.map(([key, own]) => `${key} ${own[4]} ${own[6]}`).sort()
}

/** Whether nodes of the group have other addresses or names of interfaces by the change. */
async function movesNodes(store: Store, { id, before, after }: EffectOn<'group'>): Promise<boolean> {
  const slots = (group: Group | undefined) => JSON.stringify(group ? slotsOf(group) : [])
  return slots(before) !== slots(after) && (await store.nodesOf(id)).length > 0
}

async function hasMac(store: Store, effect: EffectOn<'node'>): Promise<boolean> {
  const { id, before, after } = effect
  if (before?.mac || after?.mac || changedFields(effect).includes('also')) return true
  return (await store.macOf(id)) !== undefined || (await store.alsoOf(id)).length > 0
}

/** The images that have to be packed: those that were before, when the cluster changes. */
async function imagesOf(store: Store, effect: Effect): Promise<string[]> {
  if (effect.kind === 'osimage') return [effect.after?.name ?? '']
  return (await store.list('osimage')).filter(({ torrent }) => torrent).map(({ name }) => name)
}
