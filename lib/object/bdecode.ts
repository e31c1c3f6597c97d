// Reading of bencoded data (BEP 3), from files and peers that are not to be trusted: bounded in depth, never past the end.

export type Bdecoded = bigint | Uint8Array | readonly Bdecoded[] | Bdict
/** Keys are bytes; each stands for a character here (latin1). */
export type Bdict = ReadonlyMap<string, Bdecoded>

const deepest = 16

/** The dictionary that the bytes are; undefined when they are anything else, or have anything behind it. */
export function bdecodeDictionary(bytes: Uint8Array): Bdict | undefined {
  const read = value(bytes, 0, 0)
  if (!read || read.end !== bytes.length) return undefined
  return read.value instanceof Map ? read.value : undefined
}

/** A byte string of a dictionary as text (UTF-8). */
export function textOf(dictionary: Bdict, key: string): string | undefined {
  const found = dictionary.get(key)
  return found instanceof Uint8Array ? new TextDecoder().decode(found) : undefined
}

/** An integer of a dictionary, when it is one that a number can hold. */
export function integerOf(dictionary: Bdict, key: string): number | undefined {
  const found = Number(dictionary.get(key))
  return typeof dictionary.get(key) === 'bigint' && Number.isSafeInteger(found) ? found : undefined
}

interface Read {
  readonly value: Bdecoded
  readonly end: number
}

function value(bytes: Uint8Array, at: number, depth: number): Read | undefined {
  if (depth > deepest) return undefined
  switch (bytes[at]) {
    case letter.i:
      return integer(bytes, at)
    case letter.l:
      return list(bytes, at, depth)
    case letter.d:
      return dictionary(bytes, at, depth)
    default:
      return byteString(bytes, at)
  }
}

const letter = { i: 0x69, l: 0x6c, d: 0x64, e: 0x65, colon: 0x3a }

function integer(bytes: Uint8Array, at: number): Read | undefined {
  const digits = upTo(bytes, at + 1, letter.e, 21)
  if (digits === undefined || !/^(0|-?[1-9]\d*)$/.test(digits)) return undefined
  return { value: BigInt(digits), end: at + digits.length + 2 }
}

function byteString(bytes: Uint8Array, at: number): Read | undefined {
  const digits = upTo(bytes, at, letter.colon, 11)
  if (digits === undefined || !/^\d+$/.test(digits)) return undefined
  const start = at + digits.length + 1
  const end = start + Number(digits)
  return end > bytes.length ? undefined : { value: bytes.subarray(start, end), end }
}

function list(bytes: Uint8Array, at: number, depth: number): Read | undefined {
  const items: Bdecoded[] = []
  let end = at + 1
  while (bytes[end] !== letter.e) {
    const item = value(bytes, end, depth + 1)
    if (!item) return undefined
    items.push(item.value)
    end = item.end
  }
  return { value: items, end: end + 1 }
}

function dictionary(bytes: Uint8Array, at: number, depth: number): Read | undefined {
  const entries = new Map<string, Bdecoded>()
  let end = at + 1
  while (bytes[end] !== letter.e) {
    const key = byteString(bytes, end)
    const item = key && value(bytes, key.end, depth + 1)
    if (!item || !(key.value instanceof Uint8Array)) return undefined
    entries.set(latin1(key.value), item.value)
    end = item.end
  }
  return { value: entries, end: end + 1 }
}

/** The text before a mark, when the mark comes within so many bytes. */
function upTo(bytes: Uint8Array, at: number, mark: number, most: number): string | undefined {
  const end = bytes.indexOf(mark, at)
  return end < 0 || end - at > most ? undefined : latin1(bytes.subarray(at, end))
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}
