// What a unit of work changed, as the history keeps it: differences of objects. Link counters, statuses,
// learned addresses and records are not in it; of free lists it has what was given out and given back.
import { type Document, serialize } from 'bson'
import { type Field, type FieldTable, type Id, type Kind, kinds, type Range } from '../../object/field.ts'
import { difference } from '../../object/net/freelist.ts'
import type { Mac } from '../../object/net/mac.ts'
import { fieldsOf } from '../../object/objects.ts'
import { alsoMacs } from '../backend.ts'
import { readField } from '../bson/field-codec.ts'
import { documentId } from '../bson/object-codec.ts'
import { idOf } from '../bson/values.ts'
import { byId, ofNode } from '../macs.ts'
import type { Entry } from '../transaction/overlay.ts'
import type { UnitOfWork } from '../transaction/unit-of-work.ts'
import type { Cards, ObjectChange } from './change.ts'

/** The fields of no object: its id, its link counters, and what a node says of itself. */
const left = new Set(['_id', '_use_', '_usedby_', 'status', 'bmc_set'])

/** The differences that a unit of work would make, in the order of kinds. */
export async function changesOf(unit: UnitOfWork): Promise<ObjectChange[]> {
  const cards = await cardsIn(unit)
  const changes: ObjectChange[] = []
  for (const kind of kinds) {
    for (const entry of unit.touched(kind)) {
      const change = changeOf(kind, entry)
      if (kind !== 'node') push(changes, change)
      else push(changes, withCards(entry, change, cards))
    }
  }
  const known = new Set(changes.map(({ id }) => id))
  for (const [node, both] of cards) {
    const [document] = known.has(node) ? [] : await unit.find('node', { _id: ofNode(node)['node.$id'] })
    if (document) push(changes, { ...bare('node', document), before: {}, after: {}, cards: both })
  }
  return changes
}

function push(changes: ObjectChange[], change: ObjectChange | undefined): void {
  if (change) changes.push(change)
}

function bare(kind: Kind, document: Document) {
  const name = typeof document.name === 'string' ? document.name : ''
  return { kind, id: documentId(document), name, secrets: [], taken: [], freed: [] }
}

function changeOf(kind: Kind, entry: Entry): ObjectChange | undefined {
  const { document, fresh, gone, fields } = entry
  if (fresh && gone) return undefined
  const former = { ...document, ...Object.fromEntries(fields) }
  if (fresh || gone) {
    const { kept, secrets } = wholeOf(kind, fresh ? document : former)
    const there = fresh ? { before: undefined, after: kept } : { before: kept, after: undefined }
    return { ...bare(kind, former), ...there, secrets }
  }
  return updateOf(kind, entry, former)
}

/** An object that comes or goes: all of it but its secrets. What a node is armed with goes with it. */
function wholeOf(kind: Kind, document: Document): { kept: Document; secrets: string[] } {
  const table: FieldTable = fieldsOf[kind]
  const kept: Document = {}
  const secrets: string[] = []
  for (const [name, value] of Object.entries(document)) {
    const field = table[name]
    if (left.has(name) || value === undefined || (kind === 'node' && name === 'armed')) continue
    if (!field?.secret) kept[name] = value
    else if (!isAbsent(field, value)) secrets.push(name)
  }
  return { kept, secrets }
}

/** The value that every new object has is no secret. */
function isAbsent(field: Field, value: unknown): boolean {
  const read = readField(field, value)
  return read === field.absent || read === null || read === ''
}

function updateOf(kind: Kind, { document, fields }: Entry, former: Document): ObjectChange | undefined {
  const table: FieldTable = fieldsOf[kind]
  const [before, after]: [Document, Document] = [{}, {}]
  const secrets: string[] = []
  for (const [name, was] of fields) {
    if (left.has(name) || isSame(was, document[name])) continue
    if (table[name]?.secret) secrets.push(name)
    else if (kind !== 'network' || name !== 'freelist') {
      if (was !== undefined) before[name] = was
      if (document[name] !== undefined) after[name] = document[name]
    }
  }
  const free = kind === 'network' && fields.has('freelist')
  const [was, is] = free ? [freeIn(former), freeIn(document)] : [[], []]
  const [taken, freed] = [difference(was, is), difference(is, was)]
  const idle = Object.values(before).every(isUnset) && Object.values(after).every(isUnset)
  if (idle && secrets.length + taken.length + freed.length === 0) return undefined
  return { ...bare(kind, former), before, after, secrets, taken, freed }
}

function freeIn({ freelist }: Document): readonly Range[] {
  return readField(fieldsOf.network.freelist, freelist) as readonly Range[]
}

/** "Not set" is null or '': one for the other is no change. */
function isUnset(value: unknown): boolean {
  return value === null || value === ''
}

function isSame(a: unknown, b: unknown): boolean {
  return Buffer.compare(serialize({ value: a }), serialize({ value: b })) === 0
}

type BothCards = NonNullable<ObjectChange['cards']>

/** The MAC addresses of the nodes whose MAC addresses changed. */
async function cardsIn(unit: UnitOfWork): Promise<Map<Id, BothCards>> {
  const touched = ['mac', alsoMacs].flatMap((collection) => unit.touched(collection))
  const nodes = new Set(touched.flatMap(({ document }) => idOf(document.node) ?? []))
  const all = new Map<Id, BothCards>()
  for (const node of nodes) {
    // Others of it that are not touched are its own, too.
    for (const collection of ['mac', alsoMacs]) await unit.find(collection, ofNode(node))
  }
  const [first, further] = [macsIn(unit, 'mac'), macsIn(unit, alsoMacs)]
  for (const node of nodes) {
    const both = { before: cards('before'), after: cards('after') }
    if (JSON.stringify(both.before) !== JSON.stringify(both.after)) all.set(node, both)
    function cards(when: 'before' | 'after'): Cards {
      return { mac: first[when].get(node)?.[0] ?? null, also: further[when].get(node) ?? [] }
    }
  }
  return all
}

function macsIn(unit: UnitOfWork, collection: string) {
  const entries = unit.known(collection)
  return {
    before: byNode(entries.filter(({ fresh }) => !fresh)),
    after: byNode(entries.filter(({ gone }) => !gone)),
  }
}

function byNode(entries: readonly Entry[]): Map<Id, Mac[]> {
  const nodes = new Map<Id, Mac[]>()
  for (const { node, mac } of entries.map(({ document }) => document).sort(byId)) {
    const id = idOf(node)
    const own = id && (nodes.get(id) ?? [])
    own?.push(String(mac) as Mac)
    if (id && own) nodes.set(id, own)
  }
  return nodes
}

function withCards(
  { document, fresh, gone }: Entry,
  change: ObjectChange | undefined,
  all: ReadonlyMap<Id, BothCards>,
): ObjectChange | undefined {
  const cards = all.get(documentId(document))
  if (!cards) return change
  if (change) return { ...change, cards }
  return fresh && gone ? undefined : { ...bare('node', document), before: {}, after: {}, cards }
}
