// Documents of a dump put into a database, each checked.
import { type Document, serialize } from 'bson'
import { isBookkeeping, isRecord } from '../backend.ts'
import { Gathering } from '../bson/gathering.ts'
import { documentOf } from '../bson/values.ts'
import type { Bytes, Piece } from './bytes.ts'

/** A database of 10,000 nodes has about 10 MiB. In memory one takes about eighteen times as much. */
const mostBytes = 64 * 1024 * 1024

/** Collections of a dump that are no part of a database: those of MongoDB and Luna's own bookkeeping. */
export function isLeftOut(collection: string): boolean {
  return collection.startsWith('system.') || (isBookkeeping(collection) && !isRecord(collection))
}

/** What is gathered from a dump. Methods throw LunaError `invalid` that says which byte of which file. */
export class DumpGathering extends Gathering {
  #size = 0

  /** The collection that a file or a part of an archive belongs to. */
  begin(collection: string, bytes: Bytes): void {
    const misnamed = this.open(collection)
    if (misnamed !== undefined) throw bytes.damaged(`collection ${JSON.stringify(collection)}: ${misnamed}`)
  }

  /** A document of a collection that has begun. */
  take(collection: string, piece: Piece, from: Bytes): void {
    this.#size += piece.bytes.length
    const wrong =
      this.#size > mostBytes
        ? `the database is larger than ${mostBytes / 1024 / 1024} MiB`
        : this.add(collection, parse(piece, from))
    if (wrong !== undefined) throw from.damaged(wrong, piece.offset)
  }
}

/** A document that is the same bytes again when it is stored. */
export function parse({ bytes, offset }: Piece, from: Bytes): Document {
  let again: Uint8Array
  let document: Document
  try {
    document = documentOf(bytes)
    again = serialize(document)
  } catch (error) {
    throw from.damaged(error instanceof Error ? error.message : String(error), offset)
  }
  if (bytes.equals(again)) return document
  throw from.damaged('the document has a value or a name that cannot be kept as it is', offset)
}
