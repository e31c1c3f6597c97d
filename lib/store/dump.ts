// A whole database as text and back: canonical Extended JSON (version 2),
// https://github.com/mongodb/specifications.
import { EJSON } from 'bson'
import { LunaError } from '../error.ts'
import { Gathering } from './bson/gathering.ts'
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
  const gathering = new Gathering()
  for (const [name, documents] of Object.entries(json)) parseCollection(name, documents, gathering)
  return gathering.dump()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function parseCollection(name: string, documents: unknown, gathering: Gathering): void {
  const at = `collection ${JSON.stringify(name)}`
  const misnamed = gathering.open(name)
  if (misnamed !== undefined) throw invalid(`${at}: ${misnamed}`)
  if (!Array.isArray(documents)) throw invalid(`${at}: not a list of documents`)
  for (const [index, document] of documents.entries()) {
    const place = `${at}, document ${index + 1}`
    const wrong = gathering.add(name, parseDocument(document, place))
    if (wrong !== undefined) throw invalid(`${place}: ${wrong}`)
  }
}

// JSON.stringify writes such halves, and only them, with an escape; no engine could hold them.
const halfCharacter = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

function parseDocument(json: unknown, place: string): unknown {
  if (!isObject(json)) throw invalid(`${place}: not a document`)
  if (halfCharacter.test(JSON.stringify(json))) throw invalid(`${place}: it has half of a surrogate pair`)
  try {
    return EJSON.deserialize(json, { relaxed: false })
  } catch (error) {
    throw invalid(`${place}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(why: string): LunaError {
  return new LunaError('invalid', 'the text is not a database of Luna', {
    why,
    fix: 'give what luna db export printed, or what mongodump wrote',
  })
}
