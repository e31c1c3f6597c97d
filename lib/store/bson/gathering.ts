// A whole database in memory, gathered document by document. What is refused here could not be stored by both
// engines, or would not come back as it was.
import { BSONRegExp, calculateObjectSize, type Document, EJSON, ObjectId } from 'bson'
import { isRecord, lunas } from '../backend.ts'
import type { Dump } from '../store.ts'
import { isMap } from './values.ts'

/** How deep documents nest in MongoDB at most. */
const deepest = 100
/** How many bytes a document of MongoDB has at most. */
const largest = 16 * 1024 * 1024

/** Gathers a database from whatever form it has in files. */
export class Gathering {
  readonly #collections = new Map<string, { documents: Document[]; ids: Set<string> }>()

  /** Makes room for a collection. Gives what is wrong with its name, if anything. */
  open(collection: string): string | undefined {
    if (!isPossible(collection)) return 'not a possible name'
    if (!this.#collections.has(collection)) {
      this.#collections.set(collection, { documents: [], ids: new Set() })
    }
    return undefined
  }

  /** Adds a document to a collection that is open. Gives what is wrong with it, if anything. */
  add(collection: string, document: unknown): string | undefined {
    const gathered = this.#collections.get(collection)
    if (!isObject(document) || document._id === undefined || !gathered) return 'it has no _id'
    const wrong = faultOf(collection, document)
    if (wrong !== undefined) return wrong
    const id = EJSON.stringify(document._id, { relaxed: false })
    if (gathered.ids.has(id)) return `its _id ${id} is there twice`
    gathered.ids.add(id)
    gathered.documents.push(document)
    return undefined
  }

  dump(): Dump {
    return Object.fromEntries([...this.#collections].map(([name, { documents }]) => [name, documents]))
  }
}

/**
 * Whether both engines can have a collection of that name, and MongoDB a copy of it:
 * namespaces have 255 bytes.
 */
function isPossible(name: string): boolean {
  if (isRecord(name)) return true
  if (/^$|[$\0]|^system\.|^sqlite_|^luna_|^\.|\.\.|\.$/.test(name)) return false
  return Buffer.byteLength(name) <= 240
}

function faultOf(collection: string, document: Document): string | undefined {
  const { _id } = document
  if (lunas.includes(collection) && !(_id instanceof ObjectId)) {
    return 'its _id is not an ObjectId ({"$oid": "24 hexadecimal digits"})'
  }
  if (Array.isArray(_id) || _id instanceof RegExp || _id instanceof BSONRegExp) {
    return 'its _id is a list or a regular expression'
  }
  const dollar = Object.keys(document).find((key) => key.startsWith('$'))
  if (dollar !== undefined) return `MongoDB takes no field ${JSON.stringify(dollar)}`
  const size = calculateObjectSize(document)
  if (size > largest) return `it has ${size} bytes, and MongoDB takes ${largest} at most`
  return isDeeper(document, deepest) ? `it nests deeper than ${deepest} levels` : undefined
}

function isDeeper(value: unknown, levels: number): boolean {
  if (!Array.isArray(value) && !isMap(value)) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
