// Records of FastCGI 1.0: reading them from hostile bytes, and writing whole answers. Without sockets.

/** Types of records (FastCGI Specification 1.0, section 8). */
export const recordType = {
  begin: 1,
  abort: 2,
  end: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const

/** How a request ended, for the web server (`protocolStatus`). */
export const protocolStatus = { complete: 0, overloaded: 2, unknownRole: 3 } as const

export const responderRole = 1
/** Flag of a begin record: the connection stays open after the request. */
export const keepConnection = 1

const version = 1
const headerSize = 8
// Bodies of begin, end and unknown-type records.
const bodySize = 8
// The length of the content has two bytes.
const mostContent = 65_535
const none = Buffer.alloc(0)

/** Handles a record; false when nothing more is to be read. */
export type OnRecord = (type: number, id: number, content: Buffer) => boolean

/**
 * Cuts the bytes of a connection into records as they come; buffers at most one record that is not complete.
 */
export class RecordReader {
  #parts: Buffer[] = []
  #have = 0
  #need = 0

  /**
   * Gives every complete record to `onRecord`. False when these are no records of version 1, or when
   * `onRecord` says so.
   */
  read(chunk: Buffer, onRecord: OnRecord): boolean {
    this.#have += chunk.length
    if (this.#have < this.#need) return this.#parts.push(chunk) > 0
    const bytes = this.#parts.length > 0 ? Buffer.concat([...this.#parts, chunk]) : chunk
    let [at, end] = [0, endOf(bytes, 0)]
    for (;;) {
      if (at < bytes.length && bytes[at] !== version) return false
      if (end > bytes.length) break
      const from = at + headerSize
      const content = bytes.subarray(from, from + bytes.readUInt16BE(at + 4))
      if (!onRecord(bytes.readUInt8(at + 1), bytes.readUInt16BE(at + 2), content)) return false
      at = end
      end = endOf(bytes, at)
    }
    this.#parts = at < bytes.length ? [bytes.subarray(at)] : []
    this.#have = bytes.length - at
    this.#need = end - at
    return true
  }
}

/** The end of the record at `at`; the end of its header while the header is not complete. */
function endOf(bytes: Buffer, at: number): number {
  if (bytes.length - at < headerSize) return at + headerSize
  return at + headerSize + bytes.readUInt16BE(at + 4) + bytes.readUInt8(at + 6)
}

/** Role and flags in the content of a begin record; undefined when it is too short. */
export function readBegin(content: Buffer): { readonly role: number; readonly flags: number } | undefined {
  if (content.length < bodySize) return undefined
  return { role: content.readUInt16BE(0), flags: content.readUInt8(2) }
}

/**
 * The values of the names `wanted` in a stream of name-value pairs, in that order; of several with one name
 * the last. Undefined when a length leads past the end of the stream.
 */
export function readPairs(stream: Buffer, wanted: readonly string[]): (string | undefined)[] | undefined {
  const values: (string | undefined)[] = wanted.map(() => undefined)
  let at = 0
  const length = () => {
    const [from, first] = [at, stream[at] ?? 0]
    at += first < 0x80 ? 1 : 4
    return first < 0x80 || at > stream.length ? first : stream.readUInt32BE(from) & 0x7fff_ffff
  }
  while (at < stream.length) {
    const [name, value] = [length(), length()]
    const middle = at + name
    if (middle + value > stream.length) return undefined
    const index = wanted.findIndex(
      (one) => one.length === name && stream.toString('latin1', at, middle) === one,
    )
    if (index >= 0) values[index] = stream.toString('utf8', middle, middle + value)
    at = middle + value
  }
  return values
}

/** A stream of name-value pairs. */
export function writePairs(pairs: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts = pairs.flatMap((pair) => {
    const [name, value] = pair.map((text) => Buffer.from(text))
    return name && value ? [lengthBytes(name.length), lengthBytes(value.length), name, value] : []
  })
  return Buffer.concat(parts)
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length + 0x8000_0000)
  return bytes
}

/** One record. The content is at most 65,535 bytes. */
export function writeRecord(type: number, id: number, content: Uint8Array = none): Buffer {
  const record = Buffer.allocUnsafe(headerSize + content.length)
  putHeader(record, 0, type, id, content.length)
  record.set(content, headerSize)
  return record
}

/** The end record of a request that is not answered. */
export function writeEnd(id: number, status: number): Buffer {
  const record = Buffer.allocUnsafe(headerSize + bodySize)
  putEnd(record, 0, id, status)
  return record
}

/** The answer to a management record of an unknown type. */
export function writeUnknownType(type: number): Buffer {
  return writeRecord(recordType.unknownType, 0, Buffer.of(type, 0, 0, 0, 0, 0, 0, 0))
}

// A longer body is written as it is, not copied into one buffer with its records.
const shortBody = 16_384

/**
 * A whole answer, in one buffer or several: the head (latin1), the body in as many records as it needs, and
 * the end.
 */
export function writeAnswer(id: number, head: string, body: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = body.reduce((sum, piece) => sum + piece.length, 0)
  if (length <= shortBody) return [writeShort(id, head, body, length)]
  const pieces: Uint8Array[] = [writeRecord(recordType.stdout, id, Buffer.from(head, 'latin1'))]
  for (const piece of body)
    for (let from = 0; from < piece.length; from += mostContent) {
      const part = piece.subarray(from, from + mostContent)
      const header = Buffer.allocUnsafe(headerSize)
      putHeader(header, 0, recordType.stdout, id, part.length)
      pieces.push(header, part)
    }
  pieces.push(writeRecord(recordType.stdout, id), writeEnd(id, protocolStatus.complete))
  return pieces
}

function writeShort(id: number, head: string, body: readonly Uint8Array[], length: number): Buffer {
  const size = 4 * headerSize + head.length + length + bodySize
  const bytes = Buffer.allocUnsafe(length > 0 ? size : size - headerSize)
  let at = putHeader(bytes, 0, recordType.stdout, id, head.length)
  at += bytes.write(head, at, 'latin1')
  if (length > 0) at = putHeader(bytes, at, recordType.stdout, id, length)
  for (const piece of body) {
    bytes.set(piece, at)
    at += piece.length
  }
  at = putHeader(bytes, at, recordType.stdout, id, 0)
  putEnd(bytes, at, id, protocolStatus.complete)
  return bytes
}

/** Writes a header without padding; gives the offset behind it. */
function putHeader(bytes: Buffer, at: number, type: number, id: number, length: number): number {
  bytes[at] = version
  bytes[at + 1] = type
  bytes.writeUInt16BE(id, at + 2)
  bytes.writeUInt16BE(length, at + 4)
  bytes[at + 6] = 0
  bytes[at + 7] = 0
  return at + headerSize
}

function putEnd(bytes: Buffer, at: number, id: number, status: number): void {
  const body = putHeader(bytes, at, recordType.end, id, bodySize)
  bytes.fill(0, body, body + bodySize)
  bytes[body + 4] = status
}
