// What the store, and the files that nodes fetch, have of a node: what anybody may look at.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Id } from '../../object/field.ts'
import type { Node } from '../../object/node.ts'
import { type RefusedAsked, readRefused, refusedFor } from '../../object/record/refused.ts'
import type { Store } from '../../store/store.ts'
import { locateAtSwitch } from '../boot/switch-port.ts'
import { finder, groupOf } from '../find.ts'
import { isPacked, packedDrivers, packedFiles } from '../image/packed.ts'
import { macOwners } from '../macs.ts'
import { powerTargets } from '../power.ts'
import { strangers } from '../record/strangers.ts'
import { progressOf } from '../show/progress.ts'
import type { Sight } from './sight.ts'

export type About = Omit<Sight, 'head' | 'power' | 'now' | 'reservation' | 'dhcpSaid' | 'tftpSaid'>

/** `root` is the cluster path. */
export async function aboutNode(store: Store, root: string, node: Node, now: number): Promise<About> {
  const { status, localboot } = node
  const find = finder(store)
  const group = await groupOf(find, node)
  const image = group?.osimage ? await find('osimage', group.osimage) : undefined
  const gone = image ? packedFiles(image).filter((file) => !existsSync(join(root, file))) : []
  const untold = image && !isPacked(image) ? 'it is not packed' : null
  const boot = await store.lastBoot(node.id)
  const asked = { ipv4: boot?.asker?.address ?? null }
  const { targets } = await powerTargets(store, { names: [node.name], groups: [], interface: 'BMC' })
  const bmc = targets[0]?.bmc
  return {
    node: node.name,
    group: group?.name ?? null,
    members: group ? (await store.nodesOf(group.id)).length : 0,
    image: image?.name ?? null,
    sharing: image ? await nodesWith(store, image.id) : 0,
    kernmodules: image?.kernmodules ?? null,
    drivers: image && (await packedDrivers(root, image)),
    imageTrouble: untold ?? (gone.length > 0 ? `${gone.join(', ')} not in ${root}` : null),
    localboot,
    bmc: targets.length > 0,
    sol: bmc ? { address: bmc.address, user: bmc.user } : null,
    mac: (await store.macOf(node.id)) ?? null,
    ...(await plugOf(store, node)),
    strangers: await strangerMacs(store, now),
    boot,
    report: await store.report(node.id),
    progress: await progressOf({ store, find, now: new Date(now) }, node, group, { asked }),
    refused: await refusedAs(store, node),
    told: status ? { step: status.step, time: status.time.getTime() } : undefined,
  }
}

/** How many nodes have an image. */
async function nodesWith(store: Store, image: Id): Promise<number> {
  const groups = (await store.list('group')).filter(({ osimage }) => osimage === image)
  const members = await Promise.all(groups.map(({ id }) => store.nodesOf(id)))
  return members.flat().length
}

/** Who asked as that node last and was refused, lately. */
async function refusedAs(store: Store, { name }: Node): Promise<RefusedAsked | undefined> {
  const all = (await store.headReports('refused')).flatMap(({ told }) => readRefused(told))
  const own = all.filter(({ node, time }) => node === name && Date.now() - time < refusedFor)
  return own.toSorted((a, b) => a.time - b.time).at(-1)
}

async function strangerMacs(store: Store, now: number): Promise<string[]> {
  const owners = await macOwners(store)
  return (await strangers(store, now, (mac) => owners.has(mac))).map(({ mac }) => mac)
}

/** Where the node is configured to be plugged in, and which machines are seen there. */
async function plugOf(store: Store, node: Node): Promise<Pick<Sight, 'port' | 'atPort'>> {
  const { switch: id, port } = node
  if (id === null || !port) return { port: null, atPort: [] }
  const seen = (await store.learned()).filter(
    (one) => one.switch === id && (one.port === port || one.portname === port),
  )
  const [at] = seen
  const where = at
    ? await locateAtSwitch(store, at)
    : `${(await store.find('switch', id))?.name} port ${port}`
  return { port: where, atPort: [...new Set(seen.map(({ mac }) => mac))] }
}
