// Documents that are read for their objects alone: ids as text, integers as numbers
// (https://bsonspec.org/spec.html). The library keeps the types of BSON, so that each number is an object of
// its own, and makes the same names anew for every document: of a long list that is the larger part.
import type { Document } from 'bson'
import { documentOf } from './values.ts'

/**
 * Makes a reader of documents, which is quick where one is like the last. It gives ObjectIds as their digits,
 * references as `{$ref, $id}`, integers as numbers, and those beyond 2^53 as bigint. What objects have no
 * fields for it leaves to `documentOf`, types and all. Throws BSONError for what is no document.
 */
export function plainReader(): (bytes: Uint8Array) => Document {
  const places: Place[] = []
  return (bytes) => {
    try {
      return new Reading(bytes, places).whole()
    } catch {
      return documentOf(bytes)
    }
  }
}

/**
 * A name or a reference of the last document, by when it was read: to compare the bytes is quicker than to
 * make the text.
 */
interface Place {
  readonly what: 'name' | 'reference'
  readonly bytes: Uint8Array
  readonly text: string
}

/** One document being read; throws where it is unusual or damaged. */
class Reading {
  readonly #bytes: Buffer
  readonly #places: Place[]
  #place = 0
  #at = 0

  constructor({ buffer, byteOffset, byteLength }: Uint8Array, places: Place[]) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength)
    this.#places = places
  }

  whole(): Document {
    const document = this.#document()
    if (this.#at !== this.#bytes.length) throw unusual
    return document
  }

  #document(): Document {
    const bytes = this.#bytes
    const start = this.#skip(4)
    const end = start + bytes.readInt32LE(start) - 1
    const document: Document = {}
    while (this.#at < end) {
      const type = bytes[this.#at++]
      const name = this.#name()
      document[name] = this.#value(type, name)
    }
    if (this.#at !== end || bytes[this.#skip(1)] !== 0) throw unusual
    return document
  }

  #name(): string {
    const start = this.#at
    const present = this.#again('name')
    if (present !== undefined) return present
    const end = this.#bytes.indexOf(0, start)
    const name = this.#text(start, end)
    if (end < 0 || name === '__proto__') throw unusual
    this.#at = end + 1
    return this.#remember('name', start, name)
  }

  /** By type, as the specification numbers them. */
  #value(type: number | undefined, name: string): unknown {
    const bytes = this.#bytes
    switch (type) {
      case 1:
        return bytes.readDoubleLE(this.#skip(8))
      case 2: {
        const size = bytes.readInt32LE(this.#skip(4))
        const start = this.#skip(size)
        if (size < 1 || bytes[this.#at - 1] !== 0) throw unusual
        return this.#text(start, this.#at - 1)
      }
      case 3:
        return this.#document()
      case 7:
        return this.#id(name)
      case 8: {
        const byte = bytes[this.#skip(1)]
        if (byte !== 0 && byte !== 1) throw unusual
        return byte === 1
      }
      case 9:
        return new Date(Number(bytes.readBigInt64LE(this.#skip(8))))
      case 10:
        return null
      case 16:
        return bytes.readInt32LE(this.#skip(4))
      case 18: {
        const wide = bytes.readBigInt64LE(this.#skip(8))
        return Number.isSafeInteger(Number(wide)) ? Number(wide) : wide
      }
      default:
        throw unusual
    }
  }

  /** Where a text belongs, an id is damage and not its digits. */
  #id(name: string): string {
    if (name === '_id') return this.#hex(this.#skip(12))
    if (name !== '$id') throw unusual
    const present = this.#again('reference')
    if (present !== undefined) return present
    const start = this.#skip(12)
    return this.#remember('reference', start, this.#hex(start))
  }

  #hex(start: number): string {
    return this.#bytes.toString('hex', start, start + 12)
  }

  /** The text that was read in this place last, where the same bytes are here. */
  #again(what: Place['what']): string | undefined {
    const place = this.#places[this.#place++]
    if (place?.what !== what) return undefined
    const [bytes, start, { length }] = [this.#bytes, this.#at, place.bytes]
    for (let at = 0; at < length; at++) if (place.bytes[at] !== bytes[start + at]) return undefined
    this.#at += length
    return place.text
  }

  #remember(what: Place['what'], start: number, text: string): string {
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, start, this.#at)
    this.#places[this.#place - 1] = { what, bytes, text }
    return text
  }

  /** Where bytes are no UTF-8, or what stands for those that are none, the library says which. */
  #text(start: number, end: number): string {
    if (start === end) return ''
    const text = this.#bytes.toString('utf8', start, end)
    if (text.includes('\ufffd')) throw unusual
    return text
  }

  /** Where the next bytes begin, of which there are so many. */
  #skip(size: number): number {
    const start = this.#at
    this.#at += size
    return start
  }
}

const unusual = new Error('the document is left to the library')
