// Which nodes are meant: names, groups, conditions on fields, and exceptions.
import { type Condition, readCondition } from '../../object/choice/condition.ts'
import type { NameList } from '../../object/choice/name-list.ts'
import { expandHostlist } from '../../object/hostlist.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'
import { type ListedNode, listNodes } from '../show/nodes.ts'
import { readerOf, textsOf } from './fields.ts'

/** Names and groups add up; the conditions must all hold. */
export interface NodeChoice {
  readonly names?: NameList | undefined
  /** A group, or a hostlist of groups. */
  readonly group?: string | undefined
  /** `FIELD=PATTERN` each. */
  readonly where?: readonly string[] | undefined
}

/**
 * The names of the nodes that are meant, in the order given; then those of the groups. Without conditions a
 * name stands for itself, whether there is such a node or not. Throws LunaError `not-found` for a group that
 * does not exist, and, with conditions, for a node.
 */
export async function chosenNames(store: Store, choice: NodeChoice): Promise<readonly string[]> {
  const { names, group, where = [] } = choice
  const left = (names?.names ?? []).filter((name) => !names?.except.has(name))
  if (where.length === 0 && group === undefined) return left
  const rest = { group, names: names && { ...names, names: undefined } }
  const chosen = (await chosenNodes(store, where.length > 0 ? choice : rest)).map(({ name }) => name)
  const holding = new Set(chosen)
  return [...new Set([...left.filter((name) => where.length === 0 || holding.has(name)), ...chosen])]
}

/**
 * The nodes that are meant, as they are listed: those of a group together; all when neither names nor groups
 * are given. Throws LunaError `not-found` for a node or group that does not exist, `usage` for a condition
 * that cannot be read or a field that no node has.
 */
export async function chosenNodes(
  store: Store,
  { names, group, where = [] }: NodeChoice,
): Promise<ListedNode[]> {
  const conditions = where.map(readCondition)
  const nodes = await listNodes(store, names?.names ? undefined : await onlyGroup(store, group))
  const fits = fitting(nodes, conditions)
  return (await chosenAmong(store, nodes, { names, group })).filter(fits)
}

/** Those of these nodes that names and groups mean; the same errors. */
export async function chosenAmong<T extends NamedNode>(
  store: Store,
  nodes: readonly T[],
  { names, group }: Omit<NodeChoice, 'where'>,
): Promise<T[]> {
  const meant = await meantOf(store, nodes, names?.names, group)
  return nodes.filter((node) => meant(node) && !names?.except.has(node.name))
}

/** Nodes that are about to be added. */
export interface Coming {
  readonly names: readonly string[]
  readonly group: string
  readonly where: readonly string[]
}

/**
 * The names of nodes about to be added of which conditions hold: each has its name, its group and the image
 * of that, and nothing else yet. Throws LunaError as `chosenNodes` does.
 */
export async function namesToAdd(store: Store, { names, group, where }: Coming): Promise<readonly string[]> {
  const conditions = where.map(readCondition)
  const { osimage } = await store.getNamed('group', group)
  const image = osimage === null ? undefined : await store.find('osimage', osimage)
  const bare = { mac: null, switch: null, port: null, interfaces: {} }
  const nodes = names.map((name) => ({ name, group, osimage: image?.name ?? null, ...bare }))
  return nodes.filter(fitting(nodes, conditions)).map(({ name }) => name)
}

function fitting(
  nodes: readonly ListedNode[],
  conditions: readonly Condition[],
): (node: ListedNode) => boolean {
  const tests = conditions.map(({ field, holds }) => ({ holds, read: readerOf(field, nodes) }))
  return (node) => tests.every(({ holds, read }) => holds(textsOf(read(node))))
}

/** All objects, of the nodes only those that are meant; all of them where nothing says which. */
export async function chosenInventory(store: Store, choice: NodeChoice | undefined): Promise<Inventory> {
  const all = await loadInventory(store)
  if (!choice) return all
  const names = new Set(await chosenNames(store, choice))
  return { ...all, node: all.node.filter(({ name }) => names.has(name)) }
}

/** The group, when it is one: its nodes are found faster than all. */
async function onlyGroup(store: Store, group: string | undefined): Promise<string | undefined> {
  if (group === undefined) return undefined
  const groups = await groupsOf(store, group)
  return groups.length === 1 ? groups[0] : undefined
}

type NamedNode = Pick<ListedNode, 'name' | 'group'>

async function meantOf(
  store: Store,
  nodes: readonly NamedNode[],
  names: readonly string[] | undefined,
  group: string | undefined,
): Promise<(node: NamedNode) => boolean> {
  if (!names && group === undefined) return () => true
  const groups = new Set(group === undefined ? [] : await groupsOf(store, group))
  for (const name of groups) await store.getNamed('group', name)
  const present = new Set(nodes.map(({ name }) => name))
  const missing = names?.find((name) => !present.has(name))
  if (missing !== undefined) await store.getNamed('node', missing)
  const wanted = new Set(names)
  return (node) => wanted.has(node.name) || (node.group !== null && groups.has(node.group))
}

/** A group of that very name, else those of the hostlist. */
async function groupsOf(store: Store, group: string): Promise<string[]> {
  if (!/[,[\]]/.test(group) || (await store.findNamed('group', group))) return [group]
  return expandHostlist(group)
}
