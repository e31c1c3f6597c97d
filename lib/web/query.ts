// Query strings as clients send them: pairs of bytes. The tracker needs the bytes, all other routes the text.
import { LunaError } from '../error.ts'

export type Query = readonly (readonly [name: string, value: Buffer])[]

const mostPairs = 200
const mostLength = 16 * 1024

/**
 * Reads `name=value&...` with percent-encoding and `+` for blank. Pairs without a value are left out.
 * Throws LunaError `usage` for more than any client of ours would send.
 */
export function parseQuery(text: string): Query {
  if (text.length > mostLength) throw new LunaError('usage', 'the query is too long', { fix: null })
  const pairs = text.split('&')
  if (pairs.length > mostPairs)
    throw new LunaError('usage', 'the query has too many parameters', { fix: null })
  return pairs.flatMap((pair) => {
    const at = pair.indexOf('=')
    const value = at < 0 ? '' : pair.slice(at + 1)
    return value === '' ? [] : [[decode(pair.slice(0, at)).toString('utf8'), decode(value)] as const]
  })
}

/** The bytes of a parameter; of several the last. */
export function bytesOf(query: Query, name: string): Buffer | undefined {
  return query.findLast(([known]) => known === name)?.[1]
}

/** All values of a parameter. */
export function allBytesOf(query: Query, name: string): Buffer[] {
  return query.filter(([known]) => known === name).map(([, value]) => value)
}

/** The text of a parameter (UTF-8), without blanks around it; undefined when nothing is left. */
export function textOf(query: Query, name: string): string | undefined {
  return bytesOf(query, name)?.toString('utf8').trim() || undefined
}

/** A whole number in min..max; `absent` when the parameter is not there. Throws LunaError `invalid`. */
export function numberOf(query: Query, name: string, absent: number, min = 0, max = Number.MAX_SAFE_INTEGER) {
  const text = textOf(query, name)
  if (text === undefined) return absent
  const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new LunaError('invalid', `${name} is not a number in ${min}..${max}`, { fix: null })
}

function decode(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (!text.includes('%') && !text.includes('+')) return bytes
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const escaped = byte === 0x25 ? 16 * digit(bytes[at + 1]) + digit(bytes[at + 2]) : Number.NaN
    // Decoded bytes are never more than the encoded ones, so both fit into one buffer.
    bytes[length++] = escaped >= 0 ? escaped : byte === 0x2b ? 0x20 : byte
    if (escaped >= 0) at += 2
  }
  return bytes.subarray(0, length)
}

/** The value of a hexadecimal digit in ASCII; no number for anything else. */
function digit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN
}
