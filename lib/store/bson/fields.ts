// Top-level fields of a stored document changed in its bytes (https://bsonspec.org/spec.html): a status is
// written a thousand times a second, and the rest of the document need not be read for it.
import { type Document, onDemand, serialize } from 'bson'

/**
 * The bytes of the document with these fields, in their places where it has them, else at its end. All else
 * is byte for byte as it was. Throws BSONError for what is no document.
 */
export function withFields(bytes: Uint8Array, set: Readonly<Document>): Uint8Array {
  const own = bytesOf(bytes)
  const fresh = bytesOf(serialize(set))
  const wanted = new Map(elementsOf(fresh).map(([name, start, end]) => [name, fresh.subarray(start, end)]))
  const missing = new Map(wanted)
  const pieces: Buffer[] = []
  let kept = sizeLength
  for (const [name, start, end] of elementsOf(own)) {
    const element = wanted.get(name)
    if (!element) continue
    pieces.push(own.subarray(kept, start))
    if (missing.delete(name)) pieces.push(element)
    kept = end
  }
  pieces.push(own.subarray(kept, own.length - 1), ...missing.values())
  return documentWith(pieces)
}

/** The size of a document in front of it, an int32. */
const sizeLength = 4

/** Name (its bytes as characters), and where the element begins and ends. */
function elementsOf(bytes: Buffer): [name: string, start: number, end: number][] {
  return Array.from(onDemand.parseToElements(bytes), ([, name, nameLength, value, length]) => [
    bytes.toString('latin1', name, name + nameLength),
    name - 1,
    value + length,
  ])
}

function documentWith(pieces: readonly Buffer[]): Buffer {
  const size = pieces.reduce((sum, piece) => sum + piece.length, sizeLength + 1)
  const document = Buffer.allocUnsafe(size)
  let at = document.writeInt32LE(size, 0)
  for (const piece of pieces) at += piece.copy(document, at)
  document[at] = 0
  return document
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
