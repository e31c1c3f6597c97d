// A whole database as text and back: canonical Extended JSON (version 2),
// https://github.com/mongodb/specifications.
import { BSONRegExp, type Document, EJSON, ObjectId } from 'bson'
import { LunaError } from '../error.ts'
import { kinds } from '../object/field.ts'
import type { Dump } from './store.ts'

/** A database as `{"<collection>": [documents], ...}` in canonical Extended JSON, one document a line. */
export function dumpText(dump: Dump): string {
  const collections = Object.entries(dump).map(([name, documents]) => {
    const lines = documents.map((document) => EJSON.stringify(document, { relaxed: false }))
    return `${JSON.stringify(name)}: [\n${lines.join(',\n')}\n]`
  })
  return collections.length === 0 ? '{}\n' : `{\n${collections.join(',\n')}\n}\n`
}

/**
 * A database from its text, with all BSON types. Throws LunaError `invalid` that says what is wrong where.
 */
export function parseDump(text: string): Dump {
  const json = parseJson(text)
  if (!isObject(json)) throw invalid('it is not an object of collections')
  return Object.fromEntries(
    Object.entries(json).map(([name, documents]) => [name, parseCollection(name, documents)]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function parseCollection(name: string, documents: unknown): Document[] {
  const at = `collection ${JSON.stringify(name)}`
  if (!isPossible(name)) throw invalid(`${at}: not a possible name`)
  if (!Array.isArray(documents)) throw invalid(`${at}: not a list of documents`)
  const ids = new Set<string>()
  return documents.map((document, index) => {
    const parsed = parseDocument(name, document, `${at}, document ${index + 1}`)
    const id = EJSON.stringify(parsed._id, { relaxed: false })
    if (ids.has(id)) throw invalid(`${at}, document ${index + 1}: its _id ${id} is there twice`)
    ids.add(id)
    return parsed
  })
}

/**
 * Whether both engines can have a collection of that name, and MongoDB a copy of it: namespaces have 255
 * bytes.
 */
function isPossible(name: string): boolean {
  if (/^$|[$\0]|^system\.|^sqlite_|^luna_|^\.|\.\.|\.$/.test(name)) return false
  return Buffer.byteLength(name) <= 240
}

// JSON.stringify writes such halves, and only them, with an escape; no engine could hold them.
const halfCharacter = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

const ours: readonly string[] = [...kinds, 'mac', 'switch_mac', 'tracker']

function parseDocument(collection: string, json: unknown, at: string): Document {
  if (!isObject(json)) throw invalid(`${at}: not a document`)
  if (halfCharacter.test(JSON.stringify(json))) throw invalid(`${at}: it has half of a surrogate pair`)
  let document: unknown
  try {
    document = EJSON.deserialize(json, { relaxed: false })
  } catch (error) {
    throw invalid(`${at}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(document) || document._id === undefined) throw invalid(`${at}: it has no _id`)
  if (ours.includes(collection) && !(document._id instanceof ObjectId)) {
    throw invalid(`${at}: its _id is not an ObjectId ({"$oid": "24 hexadecimal digits"})`)
  }
  if (Array.isArray(document._id) || document._id instanceof RegExp || document._id instanceof BSONRegExp) {
    throw invalid(`${at}: its _id is a list or a regular expression`)
  }
  const dollar = Object.keys(document).find((key) => key.startsWith('$'))
  if (dollar !== undefined) throw invalid(`${at}: MongoDB takes no field ${JSON.stringify(dollar)}`)
  return document
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(why: string): LunaError {
  return new LunaError('invalid', 'the text is not a database of Luna', {
    why,
    fix: 'give what luna db export printed',
  })
}
