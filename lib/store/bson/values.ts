// Single BSON values: what is read tolerantly (any integer type, any form of reference), and what is written
// exactly.
import { DBRef, type Document, Double, deserialize, Int32, Long, ObjectId, serialize } from 'bson'
import { type Id, parseId } from '../../object/field.ts'

const maxLong = (1n << 63n) - 1n

const asTheyAre = { promoteValues: false, bsonRegExp: true }

/** A document from its bytes, with every BSON type as it is. */
export function documentOf(bytes: Uint8Array): Document {
  return deserialize(bytes, asTheyAre)
}

/** A deep copy. */
export function copyOf(document: Document): Document {
  return documentOf(serialize(document))
}

/** A whole number of whatever BSON type, decimal strings included; undefined for everything else. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') return /^-?\d{1,39}$/.test(value) ? BigInt(value) : undefined
  if (value instanceof Long) return value.toBigInt()
  const number = numberOf(value)
  return number !== undefined && Number.isInteger(number) ? BigInt(number) : undefined
}

/** A number of whatever BSON type; strings are none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'object') return typeof value === 'bigint' ? Number(value) : undefined
  if (value instanceof Int32 || value instanceof Double) return value.value
  return value instanceof Long ? value.toNumber() : undefined
}

/** The id in a DBRef, an ObjectId, or the hexadecimal text of one. */
export function idOf(value: unknown): Id | undefined {
  if (typeof value === 'string') return parseId(value)
  if (value instanceof DBRef) return idOf(value.oid)
  if (value instanceof ObjectId) return parseId(value.toHexString())
  return isMap(value) ? idOf(value.$id) : undefined
}

/** Sub-documents and nothing else: no arrays, no BSON types. */
export function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const proto: unknown = Object.getPrototypeOf(value)
  return proto === Object.prototype || proto === null
}

/** int32 where it fits, else int64. */
export function narrow(value: bigint | number): Int32 | Long {
  const big = BigInt(value)
  return big === BigInt.asIntN(32, big) ? new Int32(Number(big)) : Long.fromBigInt(big)
}

/** int64; what is beyond it, which the first Luna could not store, becomes a decimal string. */
export function wide(value: bigint): Long | string {
  return value > maxLong ? String(value) : Long.fromBigInt(value)
}

/** int32, int64, or a decimal string, whichever is the first that holds it. */
export function narrowest(value: bigint): Int32 | Long | string {
  return value > maxLong ? String(value) : narrow(value)
}

/** `{$ref, $id}` in that order and without `$db`. */
export function refTo(collection: string, id: Id): DBRef {
  return new DBRef(collection, new ObjectId(id))
}

/** Compares as the UTF-8 bytes of the texts compare. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

// Surrogates stand for characters above all others, though their code units are below U+E000.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
