// Reading of bencoded dictionaries (BEP 3) of hostile origin, by the npm package bencode. By itself the
// package goes on for ever at a negative length, ignores what follows the dictionary, and takes the last of
// keys that are there twice: so the tokens are counted before, and the values after.
import bencode, { type Bdecoded, type Bdict } from 'bencode'
import { LunaError } from '../../error.ts'

const deepest = 16

/** The dictionary that the bytes are, and nothing else. Throws LunaError `invalid`. */
export function bdecodeDictionary(bytes: Uint8Array): Bdict {
  const tokens = countTokens(bytes)
  try {
    const decoded = tokens > 0 ? bencode.decode(bytes) : null
    if (decoded !== null && isDictionary(decoded) && countValues(decoded) === tokens) return decoded
  } catch (cause) {
    throw notBencoded(cause)
  }
  throw notBencoded()
}

/** A byte string of a dictionary as text (UTF-8). */
export function textOf(dictionary: Bdict, key: string): string | undefined {
  const found = read(dictionary, key)
  return found instanceof Uint8Array ? new TextDecoder().decode(found) : undefined
}

/** An integer of a dictionary. */
export function integerOf(dictionary: Bdict, key: string): number | undefined {
  const found = read(dictionary, key)
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : undefined
}

/**
 * The info dictionary of a torrent, when its own encoding stands in the bytes of the torrent. Else its info
 * hash, which webtorrent computes over that encoding, would not be the one of the original bytes, by which
 * others know the torrent.
 */
export function infoOf(torrent: Bdict, bytes: Uint8Array): Bdict | undefined {
  const info = read(torrent, 'info')
  if (info === undefined || !isDictionary(info)) return undefined
  const encoded = Buffer.concat([Buffer.from('4:info'), bencode.encode(info)])
  return Buffer.from(bytes).includes(encoded) ? info : undefined
}

function read(dictionary: Bdict, key: string): Bdecoded | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined
}

function isDictionary(value: Bdecoded): value is Bdict {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}

// A length with its colon; the beginning of a list or a dictionary; an integer; an end.
const token = /(0|[1-9]\d{0,9}):|[ld]|i(?:0|-?[1-9]\d{0,15})e|(e)/y

/**
 * How many values, keys among them, the bytes hold; 0 when they are not one value that is nested `deepest` at
 * most.
 */
function countTokens(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString('latin1')
  let [count, depth, at] = [0, 0, 0]
  do {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) return 0
    const [whole, length, end] = found
    at += whole.length + Number(length ?? 0)
    if (end) depth--
    else count++
    if (whole === 'l' || whole === 'd') depth++
    if (depth > deepest) return 0
  } while (depth > 0)
  return at === text.length ? count : 0
}

function countValues(value: Bdecoded): number {
  if (typeof value === 'number' || value instanceof Uint8Array) return 1
  const [parts, keys] = Array.isArray(value) ? [value, 0] : [Object.values(value), Object.keys(value).length]
  return parts.reduce((sum: number, part) => sum + countValues(part), 1 + keys)
}

function notBencoded(cause?: unknown): LunaError {
  return new LunaError('invalid', 'this is not a bencoded dictionary', {
    fix: 'have the program that made it make it again',
    ...(cause !== undefined && { cause }),
  })
}
