// The encoding of tracker answers (BEP 3): integers, byte strings, lists, dictionaries with sorted keys. Each
// announce needs it: it takes two thirds of the time of the package bencode, by which host/image/bdecode.ts
// reads.

export type Bencodable =
  | number
  | string
  | Uint8Array
  | readonly Bencodable[]
  | ReadonlyMap<string, Bencodable>

/** The bytes of a value. Text is UTF-8, except for keys, whose characters are bytes (latin1). */
export function bencode(value: Bencodable): Buffer {
  const parts: Uint8Array[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value: Bencodable, parts: Uint8Array[]): void {
  if (typeof value === 'number') parts.push(Buffer.from(`i${Math.trunc(value)}e`))
  else if (typeof value === 'string') writeBytes(Buffer.from(value), parts)
  else if (value instanceof Uint8Array) writeBytes(value, parts)
  else if (value instanceof Map) writeMap(value, parts)
  else if (Array.isArray(value)) writeList(value, parts)
}

function writeBytes(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(Buffer.from(`${bytes.length}:`), bytes)
}

function writeList(list: readonly Bencodable[], parts: Uint8Array[]): void {
  parts.push(Buffer.from('l'))
  for (const one of list) write(one, parts)
  parts.push(Buffer.from('e'))
}

function writeMap(map: ReadonlyMap<string, Bencodable>, parts: Uint8Array[]): void {
  parts.push(Buffer.from('d'))
  const entries = [...map].map(([key, value]) => [Buffer.from(key, 'latin1'), value] as const)
  for (const [key, value] of entries.sort(([a], [b]) => Buffer.compare(a, b))) {
    writeBytes(key, parts)
    write(value, parts)
  }
  parts.push(Buffer.from('e'))
}
