// Nodes as a file describes them: added, changed, and with `prune` removed, all or none.
import { sharedPorts } from '../../../object/check/defect-port.ts'
import type { Id } from '../../../object/field.ts'
import type { Group } from '../../../object/group.ts'
import { slotsOf } from '../../../object/net/slot.ts'
import type { Node } from '../../../object/node.ts'
import type { Change } from '../../../object/objects.ts'
import type { Switch } from '../../../object/switch.ts'
import type { Edit } from '../../change/edit.ts'
import { checkHostNames, domainOf } from '../../claim-names.ts'
import { Numbered } from '../../numbered.ts'
import { alikeWarnings } from '../../show/alike-hosts.ts'
import { unpackedWarning } from '../../show/unpacked.ts'
import type { Faults } from '../faults.ts'
import { type CardChange, type Cards, cardChange, checkCards, writeCards } from './node-cards.ts'
import { type NodePlan, settleAddresses } from './node-plan.ts'
import type { NodeWish } from './node-wish.ts'

/** The nodes that go when the file does not name them: none, those of the groups that it names, all. */
export type Prune = 'none' | 'groups' | 'all'

interface Site {
  readonly groups: ReadonlyMap<string, Group>
  readonly byId: ReadonlyMap<Id, Group>
  readonly switches: ReadonlyMap<string, Switch>
  readonly nodes: ReadonlyMap<string, Node>
  readonly cards: Cards
}

/** Makes the nodes what the wishes say. Throws Faulty when something of them cannot be. */
export async function applyNodes(
  edit: Edit,
  wishes: readonly NodeWish[],
  prune: Prune,
  faults: Faults,
): Promise<void> {
  const site = await readSite(edit)
  const plans = wishes.map((wish) => planOf(site, wish, faults))
  await edit.pool.load(
    [...site.byId.values()].flatMap((group) => slotsOf(group).map(({ network }) => network)),
  )
  const gone = await removeOthers(edit, site, plans, prune)
  await checkNames(edit, plans, faults)
  const left = [...site.nodes.values()].filter(({ name }) => !gone.has(name))
  checkCards(site.cards, left, plans, faults)
  const numbered = new Numbered()
  const interfaces = await settleAddresses(edit.pool, plans, numbered, faults)
  edit.notes.warnings.push(...numbered.warnings())
  faults.end()
  await write(edit, site, plans, interfaces)
  await warn(edit, plans)
}

async function readSite({ tx }: Edit): Promise<Site> {
  const groups = await tx.list('group')
  const named = <T extends { readonly name: string }>(all: readonly T[]) =>
    new Map(all.toReversed().map((one) => [one.name, one]))
  return {
    groups: named(groups),
    byId: new Map(groups.map((group) => [group.id, group])),
    switches: named(await tx.list('switch')),
    nodes: named(await tx.list('node')),
    cards: { macs: await tx.macs(), also: await tx.also() },
  }
}

function planOf({ groups, byId, switches, nodes }: Site, wish: NodeWish, faults: Faults): NodePlan {
  const { entry, name, fields } = wish
  const old = nodes.get(name)
  const from = old?.group ? byId.get(old.group) : undefined
  const to = fields.group === undefined ? from : groups.get(String(fields.group))
  if (fields.group !== undefined && !to) faults.add(entry, ['group'], nowhere('group', fields.group, groups))
  if (fields.group === undefined && !old) {
    const fix = 'give it one in the field group, or all of them: --group GROUP'
    faults.add(entry, ['group'], { what: `the new node ${name} has no group`, fix })
  }
  if (fields.switch && !switches.has(String(fields.switch)))
    faults.add(entry, ['switch'], nowhere('switch', fields.switch, switches))
  return { wish, old, from, to }
}

function nowhere(kind: string, name: unknown, known: ReadonlyMap<string, unknown>) {
  const some = [...known.keys()].slice(0, 10).join(', ')
  return {
    what: `there is no ${kind} ${JSON.stringify(String(name).slice(0, 80))}`,
    fix: some === '' ? `add it: luna ${kind} add` : `give one of ${some}, or add it: luna ${kind} add`,
  }
}

/** Removes them, and gives their names. */
async function removeOthers(
  edit: Edit,
  site: Site,
  plans: readonly NodePlan[],
  prune: Prune,
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>()
  if (prune === 'none') return gone
  const named = new Set(plans.map(({ wish }) => wish.name))
  const groups = new Set(plans.map(({ to }) => to?.id))
  for (const node of site.nodes.values()) {
    if (named.has(node.name) || (prune === 'groups' && !groups.has(node.group ?? undefined))) continue
    await edit.remove('node', node)
    gone.add(node.name)
  }
  return gone
}

async function checkNames({ tx, claims }: Edit, plans: readonly NodePlan[], faults: Faults): Promise<void> {
  const claim = await claims('node')
  const domains = new Map<Id, string | undefined>()
  for (const { wish, old, from, to } of plans) {
    try {
      if (!old) claim(wish.name)
      if (!to || (old && from?.id === to.id)) continue
      if (!domains.has(to.id)) domains.set(to.id, await domainOf(tx, to))
      checkHostNames([wish.name], domains.get(to.id))
    } catch (error) {
      faults.catch(wish.entry, ['name'], error)
    }
  }
}

type Interfaces = Awaited<ReturnType<typeof settleAddresses>>

async function write(
  edit: Edit,
  site: Site,
  plans: readonly NodePlan[],
  interfaces: Interfaces,
): Promise<void> {
  const cards: CardChange[] = []
  for (const { wish, old, to } of plans) {
    const own = interfaces.get(wish.name)
    const fields = {
      ...storedFields(site, wish),
      ...(to && { group: to.id }),
      ...(own && { interfaces: own }),
    }
    const changed = old ? different(old, fields) : fields
    if (old && Object.keys(changed).length > 0) await edit.update('node', old, changed)
    const id = old?.id ?? (await edit.insert('node', { ...changed, name: wish.name }))
    const change = cardChange(site.cards, id, wish)
    if (change) cards.push(change)
  }
  await writeCards(edit.tx, site.cards, cards)
}

/** The plain fields as they are stored: references by id, null for a port that there is not. */
function storedFields({ switches }: Site, { fields }: NodeWish): Change<'node'> {
  const { group: _, switch: plugged, port, ...plain } = fields
  return {
    ...plain,
    ...(plugged !== undefined && { switch: switches.get(String(plugged))?.id ?? null }),
    ...(port !== undefined && { port: String(port) || null }),
  }
}

/** What of a change is another value; '' and null are both "not set". */
function different(old: Node, change: Change<'node'>): Change<'node'> {
  const has: Readonly<Record<string, unknown>> = { ...old }
  const pairs = Object.entries(change).filter(([name, value]) => {
    return name === 'interfaces' || (value === '' ? null : value) !== (has[name] === '' ? null : has[name])
  })
  return Object.fromEntries(pairs)
}

/** What is worth knowing of the ports and groups that nodes come to. */
async function warn({ tx, notes }: Edit, plans: readonly NodePlan[]): Promise<void> {
  const wired = plans.filter(({ wish: { fields } }) => fields.switch || fields.port)
  if (wired.length > 0) {
    const all = { node: await tx.list('node'), switch: await tx.list('switch') }
    notes.warnings.push(...sharedPorts(all, new Set(wired.map(({ wish }) => wish.name))))
  }
  const coming = plans.filter(({ old, from, to }) => !old || from?.id !== to?.id)
  for (const group of new Set(coming.map(({ to }) => to).filter((to) => to !== undefined))) {
    const domain = group.domain === null ? undefined : await tx.find('network', group.domain)
    const members = (await tx.nodesOf(group.id)).map(({ name }) => name)
    notes.warnings.push(...alikeWarnings(members, domain))
    const moved = coming.some(({ old, to }) => old && to === group)
    const image = moved && group.osimage ? await tx.find('osimage', group.osimage) : undefined
    if (image) notes.warnings.push(...unpackedWarning(image, `nodes of group "${group.name}"`))
  }
}
