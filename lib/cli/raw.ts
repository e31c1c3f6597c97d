// Documents as the JSON of --raw: what scripts of the first Luna parse. Keys sorted, integers bare however
// long they are.
import type { Document } from '../store/store.ts'

/**
 * A stored document as JSON: ids as `{"$oid": ...}`, dates as `{"$date": milliseconds}`, IPv6 numbers as
 * integers.
 */
export function rawJson(document: Document): string {
  return `${render(document, '', document.version === 6 || String(document.version) === '6')}\n`
}

function render(value: unknown, indent: string, wide: boolean): string {
  const inner = `${indent}    `
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'object') {
    const plain = scalar(value, inner)
    if (plain !== undefined) return plain
    const items = Array.isArray(value)
      ? value.map((item: unknown) => render(item, inner, wide))
      : members(value, inner, wide)
    const [open, close] = Array.isArray(value) ? '[]' : '{}'
    if (items.length === 0) return `${open}${close}`
    return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

// Fields of IPv6 networks that are kept as decimal texts, since no BSON integer is wide enough.
const wideFields = ['NETWORK', 'ns_ip', 'start', 'end']

function members(value: object, inner: string, wide: boolean): string[] {
  const object = value as Readonly<Record<string, unknown>>
  return Object.keys(object)
    .sort()
    .map((key) => {
      const member = object[key]
      const bare = wide && wideFields.includes(key) && typeof member === 'string' && /^\d+$/.test(member)
      return `${JSON.stringify(key)}: ${bare ? member : render(member, inner, wide)}`
    })
}

interface Bson {
  readonly _bsontype?: string
  /** Of a DBRef. */
  readonly oid?: unknown
  readonly collection?: string
  toHexString?(): string
}

/** BSON's own types. */
function scalar(value: object, inner: string): string | undefined {
  if (value instanceof Date) return `{\n${inner}"$date": ${value.getTime()}\n${inner.slice(4)}}`
  const bson = value as Bson
  switch (bson._bsontype) {
    case 'ObjectId':
      return `{\n${inner}"$oid": "${bson.toHexString?.() ?? ''}"\n${inner.slice(4)}}`
    case 'Int32':
    case 'Long':
      return bson.toString()
    case 'DBRef':
      return `{\n${inner}"$id": ${render(bson.oid, inner, false)},\n${inner}"$ref": ${JSON.stringify(bson.collection)}\n${inner.slice(4)}}`
    case 'Double':
      return doubleText(Number(value))
    default:
      return undefined
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}
