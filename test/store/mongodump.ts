// Dumps of MongoDB as mongodump writes them, made from a database for tests.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Document, Int32, Long, serialize } from 'bson'
import { parseDump } from '../../lib/store/dump.ts'
import { addBytes, asInt64, noBytes } from '../../lib/store/mongodump/crc64.ts'
import type { Dump } from '../../lib/store/store.ts'

/** A database of test/store/data. */
export function sampleDump(name: string): Dump {
  return parseDump(readFileSync(join(import.meta.dirname, 'data', name), 'utf8'))
}

/** The bytes of COLLECTION.bson. */
export function bsonOf(documents: readonly Document[]): Buffer {
  return Buffer.concat(documents.map((document) => serialize(document)))
}

/** Writes a folder like that of `mongodump -d luna`, or with `gzip` of `mongodump -d luna --gzip`. */
export function writeFolder(folder: string, dump: Dump, { gzip = false } = {}): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, documents] of Object.entries(dump)) {
    const pack = (bytes: Buffer) => (gzip ? gzipSync(bytes) : bytes)
    const end = gzip ? '.gz' : ''
    writeFileSync(join(folder, `${name}.bson${end}`), pack(bsonOf(documents)))
    writeFileSync(join(folder, `${name}.metadata.json${end}`), pack(Buffer.from('{"options":{}}')))
  }
}

/** One piece of an archive: the header of a part, its documents, the end. */
export function part(db: string, collection: string, documents: readonly Document[]): Buffer {
  return segment({ db, collection, EOF: false, CRC: Long.ZERO }, documents)
}

/** The piece that ends a collection. */
export function ending(db: string, collection: string, documents: readonly Document[]): Buffer {
  const CRC = Long.fromBigInt(asInt64(addBytes(noBytes, bsonOf(documents))))
  return segment({ db, collection, EOF: true, CRC }, [])
}

function segment(header: Document, documents: readonly Document[]): Buffer {
  return Buffer.concat([bsonOf([header, ...documents]), end])
}

const end = Buffer.from([0xff, 0xff, 0xff, 0xff])

/** What an archive begins with, for these collections. */
export function prelude(
  ...collections: readonly (readonly [db: string, collection: string, type?: string])[]
) {
  const metadata = collections.map(([db, collection, type = 'collection']) => {
    return { db, collection, metadata: JSON.stringify({ options: {}, type }), size: new Int32(0), type }
  })
  const header = { concurrent_collections: new Int32(4), version: '0.1', server_version: '3.2.22' }
  return Buffer.concat([Buffer.from([0x6d, 0xe2, 0x99, 0x81]), bsonOf([header, ...metadata]), end])
}

/** An archive of a database: documents one by one, the collections taking turns. */
export function archiveOf(dump: Dump, db = 'luna'): Buffer {
  const names = Object.keys(dump)
  const turns = Math.max(0, ...Object.values(dump).map((documents) => documents.length))
  const parts = Array.from({ length: turns }, (_, turn) =>
    names.flatMap((name) => {
      const document = dump[name]?.[turn]
      return document ? [part(db, name, [document])] : []
    }),
  ).flat()
  const ends = names.map((name) => ending(db, name, dump[name] ?? []))
  return Buffer.concat([prelude(...names.map((name) => [db, name] as const)), ...parts, ...ends])
}
