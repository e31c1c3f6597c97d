// The inventory: a document per object, in a stable order, as `luna apply` takes it.
import type { Id, Kind } from '../../object/field.ts'
import { documentOf, type InventoryDocument, type Lookup } from '../../object/inventory/document.ts'
import { type InventoryKind, inventoryKinds } from '../../object/inventory/fields.ts'
import type { Objects } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { loadInventory } from '../inventory.ts'

/**
 * The documents of all objects: by kind, each after those that it refers to, and by name.
 * Passwords and keys are in it only when they are asked for.
 */
export async function inventoryDocuments(
  store: Store,
  options: { readonly secrets: boolean },
): Promise<InventoryDocument[]> {
  const [all, macs, also] = [await loadInventory(store), await store.macs(), await store.also()]
  const objects = new Map<string, Objects[Kind]>()
  for (const kind of inventoryKinds) for (const one of all[kind]) objects.set(`${kind} ${one.id}`, one)
  const find = (<K extends Kind>(kind: K, id: Id) => objects.get(`${kind} ${id}`)) as Lookup
  const documentsOf = <K extends InventoryKind>(kind: K, some: readonly Objects[K][]): InventoryDocument[] =>
    some.map((one) => ({ kind, ...documentOf(kind, one, find, options) }))
  const nodes = all.node.map((node) => ({ ...node, mac: macs.get(node.id) ?? null, also: also.get(node.id) }))
  return inventoryKinds.flatMap((kind) => documentsOf(kind, kind === 'node' ? nodes : all[kind]))
}
