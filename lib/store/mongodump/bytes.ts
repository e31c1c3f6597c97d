// The bytes of a dump in their order, from a file or a pipe. No more of it is in memory than one document.
import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LunaError } from '../../error.ts'

/** A document, still as bytes, and where it began. */
export interface Piece {
  readonly offset: number
  readonly bytes: Buffer
}

/** What stands in place of the length of a document at the end of a part of an archive. */
export const terminator = -1

// MongoDB's limit for a document, and the 16 KiB more that its own may have.
const largest = (16 * 1024 + 16) * 1024
const smallest = 5

/** Bytes that are taken one after the other. All methods throw LunaError `invalid`: which file, and where. */
export class Bytes {
  readonly name: string
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)
  #offset = 0

  constructor(name: string, chunks: AsyncIterable<Uint8Array>) {
    this.name = name
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** How many bytes were taken. */
  get offset(): number {
    return this.#offset
  }

  /** The next bytes, which stay; fewer at the end. */
  async peek(length: number): Promise<Buffer> {
    if (this.#rest.length < length) await this.#fill(length)
    return this.#rest.subarray(0, length)
  }

  /** The next bytes; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const bytes = await this.peek(length)
    this.#rest = this.#rest.subarray(bytes.length)
    this.#offset += bytes.length
    return bytes
  }

  /** All that follows, piece by piece. */
  async *left(): AsyncGenerator<Buffer> {
    for (let some = await this.take(1); some.length > 0; some = await this.take(1)) {
      yield Buffer.concat([some, await this.take(this.#rest.length)])
    }
  }

  /** The next document, or `terminator`; undefined at the end. */
  async document(): Promise<Piece | typeof terminator | undefined> {
    const offset = this.#offset
    const head = await this.peek(4)
    if (head.length === 0) return undefined
    if (head.length < 4) throw this.damaged(`it ends after ${head.length} of the 4 bytes of a length`)
    const length = head.readInt32LE()
    if (length === terminator) {
      await this.take(4)
      return terminator
    }
    if (length < smallest || length > largest) throw this.damaged(`no document is ${length} bytes long`)
    const bytes = await this.take(length)
    if (bytes.length === length) return { offset, bytes }
    throw this.damaged(`it ends after ${bytes.length} of the ${length} bytes of a document`, offset)
  }

  /** The error that there is something wrong at an offset, by default at the next byte. */
  damaged(why: string, offset = this.#offset): LunaError {
    return new LunaError('invalid', 'the dump of MongoDB is damaged', {
      why: `${this.name}, byte ${offset}: ${why}`,
      fix: 'copy it again, or dump the database again: mongodump -d luna',
    })
  }

  async #fill(length: number): Promise<void> {
    const parts = [this.#rest]
    for (let have = this.#rest.length; have < length; ) {
      const { done, value } = await this.#next()
      if (done) break
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      have += value.length
    }
    this.#rest = Buffer.concat(parts)
  }

  async #next(): Promise<IteratorResult<Uint8Array, unknown>> {
    try {
      return await this.#chunks.next()
    } catch (error) {
      if (error instanceof LunaError) throw error
      throw this.damaged(`cannot be read on: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** The bytes of a file, which is opened when the first of them is asked for. */
export function bytesOfFile(path: string): Bytes {
  return new Bytes(path, readingLater(path))
}

async function* readingLater(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
}

/** The bytes that gzip packed into these; offsets count from the first of them. */
export function unpacked(packed: Bytes): Bytes {
  // Errors of either come out of the last one, as it is read.
  const plain = pipeline(Readable.from(packed.left()), createGunzip(), () => undefined)
  return new Bytes(`${packed.name} (unpacked)`, plain)
}
