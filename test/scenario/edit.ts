// Edits the database as an older program or a hand may have done: reads a list of operations from standard
// input, and goes by `luna db export` and `luna db import --replace`.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { type Document, EJSON, ObjectId } from 'bson'

interface Operation {
  readonly op: 'insert' | 'update' | 'unset' | 'remove'
  readonly collection: string
  readonly doc?: Document
  readonly filter?: Document
  readonly set?: Document
  readonly fields?: readonly string[]
}

const luna = join(import.meta.dirname, '../../bin/luna')
const dump: Record<string, Document[]> = parse(execFileSync(luna, ['db', 'export'], { encoding: 'utf8' }))
const operations: Operation[] = parse(await text(process.stdin))
for (const one of operations) dump[one.collection] = edited(dump[one.collection] ?? [], one)
const input = EJSON.stringify(dump, { relaxed: false })
execFileSync(luna, ['db', 'import', '--replace', '-'], { input, stdio: ['pipe', 'inherit', 'inherit'] })

function parse<T>(json: string): T {
  // Plain numbers of an operation are int32 where they fit, as a driver would write them.
  return EJSON.parse(json, { relaxed: false }) as T
}

function edited(documents: readonly Document[], { op, doc, filter, set, fields }: Operation): Document[] {
  if (op === 'insert') return [...documents, { _id: new ObjectId(), ...doc }]
  const meant = (one: Document) => matches(one, filter ?? {})
  if (op === 'remove') return documents.filter((one) => !meant(one))
  return documents.map((one) => (meant(one) ? changed(one, set ?? {}, fields ?? []) : one))
}

function matches(document: Document, filter: Document): boolean {
  const canonical = (value: unknown) => EJSON.serialize({ value }, { relaxed: true })
  return Object.entries(filter).every(([path, value]) =>
    isDeepStrictEqual(canonical(at(document, path)), canonical(value)),
  )
}

function at(document: Document, path: string): unknown {
  return path
    .split('.')
    .reduce((value: Document | undefined, key) => value?.[key] as Document | undefined, document)
}

function changed(document: Document, set: Document, unset: readonly string[]): Document {
  const copy = EJSON.deserialize(EJSON.serialize(document, { relaxed: false }), {
    relaxed: false,
  }) as Document
  for (const [path, value] of Object.entries(set)) put(copy, path, value)
  for (const path of unset) put(copy, path, undefined)
  return copy
}

function put(document: Document, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const parent = at(document, keys.join('.'))
  const holder = keys.length === 0 ? document : (parent as Document | undefined)
  if (!holder) return
  if (value === undefined) delete holder[last]
  else holder[last] = value
}
