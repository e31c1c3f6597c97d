// Whole objects as the documents of the first Luna, and back. Link counters are no part of an object: see
// transaction/unit-of-work.ts.
import { type Document, ObjectId } from 'bson'
import type { FieldTable, Id, Kind } from '../../object/field.ts'
import { type Change, fieldsOf, type New, type Objects } from '../../object/objects.ts'
import { readField, type Writing, writeField } from './field-codec.ts'
import { idOf, integerOf } from './values.ts'

/**
 * The object that a document describes. Nothing in it makes this fail: damaged values read like absent ones.
 */
export function readObject<K extends Kind>(kind: K, document: Document): Objects[K] {
  return objectReader(kind)(document)
}

/** The same for many documents: a value that the last one had, too, is read once, and shared. */
export function objectReader<K extends Kind>(kind: K): (document: Document) => Objects[K] {
  const fields = Object.entries<FieldTable[string]>(fieldsOf[kind]).map(([name, field]) => {
    return { name, field, stored: undefined as unknown, value: readField(field, undefined) as unknown }
  })
  return (document) => {
    const object: Record<string, unknown> = { id: idOf(document._id) }
    for (const last of fields) {
      const stored: unknown = document[last.name]
      if (stored !== last.stored) {
        last.value = readField(last.field, stored)
        last.stored = stored
      }
      object[last.name] = last.value
    }
    return object as unknown as Objects[K]
  }
}

/** The document of a new object. Fields marked `later` are in it only when they are given. */
export function newDocument<K extends Kind>(kind: K, object: New<K>): Document {
  const document: Document = { _id: new ObjectId() }
  const given = object as Readonly<Record<string, unknown>>
  const how: Writing = { fresh: true, version: given.version === 6 ? 6 : 4 }
  for (const [name, field] of Object.entries<FieldTable[string]>(fieldsOf[kind])) {
    const value = given[name]
    if (value === undefined && field.later) continue
    document[name] = writeField(field, value === undefined ? field.absent : value, how)
  }
  document._usedby_ = {}
  return document
}

/** The document of an object that was there before; secrets that are not given are those of a new one. */
export function formerDocument(kind: Kind, id: Id, fields: Document): Document {
  const document: Document = { _id: new ObjectId(id) }
  for (const [name, field] of Object.entries<FieldTable[string]>(fieldsOf[kind]))
    if (field.secret && !field.later) document[name] = field.absent
  return { ...document, ...fields, _usedby_: {} }
}

/** The BSON values of the fields that a change gives, for the document as it is now. */
export function changedFields<K extends Kind>(
  kind: K,
  change: Change<K>,
  now: Document,
): Record<string, unknown> {
  const table: FieldTable = fieldsOf[kind]
  const given = change as Readonly<Record<string, unknown>>
  const version = integerOf(given.version ?? now.version) === 6n ? 6 : 4
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const field = table[name]
    if (!field || value === undefined) continue
    changed[name] = writeField(field, value, { fresh: false, version, former: now[name] })
  }
  return changed
}

/** The id of a document of ours. */
export function documentId(document: Document): Id {
  return (document._id as ObjectId).toHexString() as Id
}
