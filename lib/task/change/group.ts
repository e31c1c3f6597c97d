// Groups: added, cloned, changed, deleted. Their interfaces are in group-interface.ts.
import { randomUUID } from 'node:crypto'
import { readByBash } from '../../host/script.ts'
import type { GroupInterface, Id, Kind, Typed } from '../../object/field.ts'
import { scriptWarnings } from '../../object/given/text.ts'
import { checkValues } from '../../object/given/value.ts'
import { type Group, type groupFields, interfaceKey } from '../../object/group.ts'
import { checkNewName } from '../../object/name.ts'
import type { Network } from '../../object/network.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { checkHostNames, memberNames } from '../claim-names.ts'
import type { Notes, Outcome } from '../outcome.ts'
import { alikeWarnings, exampleNames } from '../show/alike-hosts.ts'
import { unpackedWarning } from '../show/unpacked.ts'
import { edit } from './edit.ts'

export interface GroupWish {
  readonly name: string
  readonly osimage: string
  /** Network of the boot interface, and the domain. */
  readonly network: string
  readonly bmcsetup?: string
  /** Network of the BMCs: makes the interface of that name. */
  readonly bmcnetwork?: string
}

/** Adds a group with the interface BOOTIF, and BMC where there is a network for it. */
export async function addGroup(store: Store, wish: GroupWish): Promise<Outcome> {
  checkValues('group', { name: wish.name })
  return await edit(store, async ({ tx, notes, cluster, insert }) => {
    const boot = await tx.getNamed('network', wish.network)
    const bmc = wish.bmcnetwork === undefined ? [] : [await tx.getNamed('network', wish.bmcnetwork)]
    await insert('group', {
      name: wish.name,
      osimage: (await tx.getNamed('osimage', wish.osimage)).id,
      bmcsetup: wish.bmcsetup === undefined ? null : (await tx.getNamed('bmcsetup', wish.bmcsetup)).id,
      domain: boot.id,
      interfaces: Object.fromEntries([
        makeInterface('BOOTIF', boot),
        ...bmc.map((network) => makeInterface('BMC', network)),
      ]),
    })
    notes.warnings.push(...alikeWarnings(exampleNames(await cluster()), boot))
  })
}

/** Adds a group as it is described: without interfaces, which it gets by changing it. */
export async function describeGroup(
  store: Store,
  { name, osimage }: { readonly name: string; readonly osimage: string },
): Promise<Outcome> {
  checkValues('group', { name })
  return await edit(store, async ({ tx, insert }) =>
    insert('group', { name, osimage: (await tx.getNamed('osimage', osimage)).id }),
  )
}

/** A new interface with its key: the 32 hexadecimal digits of a UUID. */
export function makeInterface(name: string, network?: Network): [key: string, GroupInterface] {
  const networks = { 4: null, 6: null, ...(network && { [network.version]: network.id }) }
  return [randomUUID().replaceAll('-', ''), { name, network: networks, params: '' }]
}

/** Adds a group like another one, parameters of its interfaces included, without nodes. */
export async function cloneGroup(store: Store, wish: { from: string; to: string }): Promise<Outcome> {
  checkValues('group', { name: wish.to })
  return await edit(store, async ({ tx, insert }) => {
    const { id: _, numbers, ...old } = await tx.getNamed('group', wish.from)
    const keys = new Map(
      Object.entries(old.interfaces).map(([key, { name }]) => [key, makeInterface(name)[0]]),
    )
    const keyed = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).map(([key, one]) => [keys.get(key) ?? key, one]))
    await insert('group', {
      ...old,
      prescript: old.prescript ?? '',
      name: wish.to,
      interfaces: keyed(old.interfaces),
      ...(Object.keys(numbers).length > 0 && { numbers: keyed(numbers) }),
    })
  })
}

export type GroupChange = Typed<typeof groupFields>

/**
 * Changes everything that is given, or nothing: an image, network or BMC setup that does not exist is
 * `not-found`.
 */
export async function changeGroup(store: Store, name: string, change: GroupChange): Promise<Outcome> {
  return await edit(store, async ({ tx, notes, update }) => {
    const group = await tx.getNamed('group', name)
    await update('group', group, await readChange(tx, group, change, notes))
  })
}

async function readChange(
  store: Store,
  group: Group,
  change: GroupChange,
  notes: Notes,
): Promise<Change<'group'>> {
  checkValues('group', change)
  const { osimage, domain, bmcsetup, torrent_if, ...texts } = change
  for (const script of ['prescript', 'partscript', 'postscript'] as const)
    notes.warnings.push(...(await warningsOf(`the ${script} of group "${group.name}"`, texts[script] ?? '')))
  if (torrent_if && interfaceKey(group, torrent_if) === undefined) {
    checkNewName('interface', torrent_if)
    notes.warnings.push(`group "${group.name}" has no interface "${torrent_if}" yet: torrents will use any`)
  }
  const image = osimage === undefined ? undefined : await store.getNamed('osimage', osimage)
  if (image) notes.warnings.push(...unpackedWarning(image, `nodes of group "${group.name}"`))
  return {
    ...texts,
    ...(torrent_if !== undefined && { torrent_if: torrent_if || null }),
    ...(image && { osimage: image.id }),
    ...(domain !== undefined && { domain: await domainFor(store, group, domain) }),
    ...(bmcsetup !== undefined && { bmcsetup: await idOrNull(store, 'bmcsetup', bmcsetup) }),
  }
}

async function warningsOf(what: string, script: string): Promise<string[]> {
  const found = script === '' ? undefined : await readByBash(script)
  const how = found?.stops ? `cannot read ${what}, and nodes will stop there` : `warns of ${what}`
  return [...scriptWarnings(what, script), ...(found ? [`bash ${how}: ${found.said}`] : [])]
}

async function domainFor(store: Store, group: Group, name: string): Promise<Id | null> {
  const id = await idOrNull(store, 'network', name)
  if (id !== null) checkHostNames(await memberNames(store, group.id), name)
  return id
}

async function idOrNull(store: Store, kind: Kind, name: string): Promise<Id | null> {
  return name === '' ? null : (await store.getNamed(kind, name)).id
}
