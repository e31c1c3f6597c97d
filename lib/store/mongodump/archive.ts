// The file that `mongodump --archive` writes, as mongo-tools describes it: a magic number, a header, the
// metadata of all collections, then documents in parts. Parts of several collections may take turns; each
// collection ends with a sum of its bytes.
import type { Document } from 'bson'
import { LunaError } from '../../error.ts'
import { integerOf } from '../bson/values.ts'
import { type Bytes, type Piece, terminator } from './bytes.ts'
import { addBytes, asInt64, type Crc64, noBytes } from './crc64.ts'
import { type DumpGathering, isLeftOut, parse } from './gather.ts'

/** The first bytes of an archive: 0x8199e26d, the low byte first. */
export const archiveMagic = Buffer.from([0x6d, 0xe2, 0x99, 0x81])

const ours = 'luna'

/**
 * Takes the database `luna` out of an archive, and gives the names of the other databases in it. Throws
 * LunaError `invalid`.
 */
export async function readArchive(bytes: Bytes, into: DumpGathering): Promise<string[]> {
  await bytes.take(archiveMagic.length)
  const archive = new Archive(bytes, into)
  const [header, ...metadata] = await archive.documents()
  if (!header) throw bytes.damaged('an archive begins with a header')
  for (const piece of metadata) archive.expect(parse(piece, bytes))
  for (let head = await bytes.document(); head !== undefined; head = await bytes.document()) {
    if (head === terminator) throw bytes.damaged('a part of an archive begins with a header')
    await archive.part(parse(head, bytes))
  }
  return archive.finish()
}

/** An archive as far as it is read. */
class Archive {
  readonly #bytes: Bytes
  readonly #into: DumpGathering
  readonly #databases = new Set<string>()
  /** Sums of the collections that have not ended. */
  readonly #sums = new Map<string, Crc64>()
  readonly #ended = new Set<string>()

  constructor(bytes: Bytes, into: DumpGathering) {
    this.#bytes = bytes
    this.#into = into
  }

  /** All documents up to the next terminator. */
  async documents(): Promise<Piece[]> {
    const pieces: Piece[] = []
    await this.#each((piece) => pieces.push(piece))
    return pieces
  }

  /** Notes that a collection is to come. */
  expect(metadata: Document): void {
    const { collection, taken } = this.#named(metadata)
    if (taken && hasDocuments(metadata.metadata)) this.#begin(collection)
  }

  /** Reads a part, up to its end. */
  async part(head: Document): Promise<void> {
    const { collection, taken } = this.#named(head)
    if (!taken) return await this.#each(() => undefined)
    if (this.#ended.has(collection)) throw this.#bytes.damaged(`${collection} has ended already`)
    if (!this.#sums.has(collection)) this.#begin(collection)
    await this.#each((piece) => {
      this.#sums.set(collection, addBytes(this.#sums.get(collection) ?? noBytes, piece.bytes))
      this.#into.take(collection, piece, this.#bytes)
    })
    if (head.EOF === true) this.#end(collection, integerOf(head.CRC))
  }

  /** The databases that are not ours. */
  finish(): string[] {
    const [unfinished] = this.#sums.keys()
    if (unfinished !== undefined) throw this.#bytes.damaged(`it ends before the end of ${unfinished}`)
    const others = [...this.#databases].filter((name) => name !== ours)
    if (this.#databases.has(ours)) return others
    throw new LunaError('invalid', `there is no database ${ours} in ${this.#bytes.name}`, {
      why: others.length > 0 ? `it has ${others.join(', ')}` : 'it has none at all',
      fix: `dump it by: mongodump -d ${ours}`,
    })
  }

  #begin(collection: string): void {
    this.#into.begin(collection, this.#bytes)
    this.#sums.set(collection, noBytes)
  }

  #end(collection: string, sum: bigint | undefined): void {
    if (sum !== asInt64(this.#sums.get(collection) ?? noBytes)) {
      throw this.#bytes.damaged(`the documents of ${collection} have another sum than it says`)
    }
    this.#sums.delete(collection)
    this.#ended.add(collection)
  }

  #named({ db, collection }: Document): { collection: string; taken: boolean } {
    if (typeof db !== 'string' || typeof collection !== 'string') {
      throw this.#bytes.damaged('a part of an archive says which collection it belongs to')
    }
    this.#databases.add(db)
    return { collection, taken: db === ours && !isLeftOut(collection) }
  }

  async #each(use: (piece: Piece) => void): Promise<void> {
    for (;;) {
      const piece = await this.#bytes.document()
      if (piece === terminator) return
      if (piece === undefined) throw this.#bytes.damaged('it ends in the middle of an archive')
      use(piece)
    }
  }
}

/** Of a view there is only the metadata. */
function hasDocuments(metadata: unknown): boolean {
  if (typeof metadata !== 'string') return true
  return !/"type"\s*:\s*"(view|timeseries)"|"viewOn"\s*:/.test(metadata)
}
