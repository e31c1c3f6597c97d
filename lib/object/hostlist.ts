// Hostlists: `node001,node[003-005,7]` stands for five names. Expanding is exact and bounded; compressing
// gives a text that expands to the same names.
import { LunaError } from '../error.ts'

const mostNames = 100_000
// No DNS name is longer (RFC 1035 section 2.3.4).
const longestName = 255

/**
 * The names of a hostlist, in its order, each once. Brackets hold numbers and ranges, may occur several times
 * (`r[1-2]n[1-2]`), and not inside each other; a range is padded with zeros to the width of its first number.
 * Empty parts between commas are skipped. Malformed text, no name at all, or more than 100,000 throws
 * LunaError `invalid`.
 */
export function expandHostlist(text: string): string[] {
  const names = new Set<string>()
  let room = mostNames
  for (const part of splitOutsideBrackets(text)) {
    const expanded = expandPart(part, room)
    room -= expanded.length
    for (const name of expanded) names.add(name)
  }
  if (names.size === 0) throw malformed(text, 'it names nothing')
  return [...names]
}

/** The parts of a hostlist between the commas that stand outside of brackets. */
export function splitOutsideBrackets(text: string): string[] {
  // A bracket swallows the commas up to the next bracket of either kind; what does not pair up is refused
  // later.
  return text.match(/(\[[^[\]]*|[^,[])+/g) ?? []
}

function expandPart(part: string, room: number): string[] {
  const pieces = part.split(/(\[[^[\]]*\])/)
  let names = ['']
  for (const piece of pieces) {
    const alternatives =
      piece.startsWith('[') && piece.endsWith(']') ? expandBracket(piece, room) : [literal(piece, part)]
    if (names.length * alternatives.length > room) throw tooMany(part)
    names = names.flatMap((head) => alternatives.map((tail) => notTooLong(head + tail)))
  }
  return names
}

function literal(piece: string, part: string): string {
  if (/[[\]]/.test(piece)) throw malformed(part, 'its brackets do not pair up')
  return notTooLong(piece)
}

function notTooLong(name: string): string {
  if (name.length <= longestName) return name
  throw new LunaError(
    'invalid',
    `the name "${name.slice(0, 40)}..." is longer than ${longestName} characters`,
    {
      fix: 'choose a shorter name',
    },
  )
}

function expandBracket(piece: string, room: number): string[] {
  const numbers: string[] = []
  for (const item of piece.slice(1, -1).split(',')) {
    const [, first, last = first] = /^(\d{1,20})(?:-(\d{1,20}))?$/.exec(item) ?? []
    if (first === undefined || last === undefined)
      throw malformed(piece, `"${excerpt(item)}" is no number and no range`)
    const [low, high] = [BigInt(first), BigInt(last)]
    if (low > high) throw malformed(piece, `${first} is more than ${last}`)
    if (BigInt(numbers.length) + high - low >= BigInt(room)) throw tooMany(piece)
    for (let n = low; n <= high; n++) numbers.push(padded(n, first.length))
  }
  return numbers
}

function padded(n: bigint, width: number): string {
  return n.toString().padStart(width, '0')
}

function malformed(text: string, why: string): LunaError {
  return new LunaError('invalid', `cannot read the list of names "${excerpt(text)}"`, {
    why,
    fix: 'write it like node001,node[003-005,007]',
  })
}

function tooMany(text: string): LunaError {
  return new LunaError('invalid', `the list of names "${excerpt(text)}" is too long`, {
    why: `one command takes at most ${mostNames} names`,
    fix: 'give several commands a part each',
  })
}

function excerpt(text: string): string {
  const visible = text.replace(/\p{Cc}/gu, '?')
  return visible.length > 60 ? `${visible.slice(0, 60)}...` : visible
}

/** A name taken apart at its last number: `r1n007-ib` is `r1n`, `007`, `-ib`. */
interface Numbered {
  head: string
  digits: string
  tail: string
}

/**
 * The shortest usual text for names that may differ in their last number: `node[001-010,020]`. Expanding it
 * gives the same names (those with commas or brackets excepted, which stand as they are). Groups of names
 * keep the order in which they first occur, numbers within them ascend.
 */
export function compressHostlist(names: readonly string[]): string {
  const groups = Map.groupBy(new Set(names), (name) => {
    const parts = takeApart(name)
    return JSON.stringify(parts ? [parts.head, parts.tail] : [name])
  })
  return [...groups.values()].map(compressGroup).join(',')
}

function takeApart(name: string): Numbered | undefined {
  const [, digits, tail] = /(\d{1,18})(\D*)$/.exec(name) ?? []
  if (digits === undefined || tail === undefined || /[,[\]]/.test(name)) return undefined
  return { head: name.slice(0, name.length - digits.length - tail.length), digits, tail }
}

function compressGroup(names: string[]): string {
  const parts = names.map(takeApart).filter((part) => part !== undefined)
  const [first, second] = parts
  if (!first || !second) return names.join(',')
  const numbers = parts.map((part) => part.digits).sort(byValue)
  return `${first.head}[${runs(numbers).join(',')}]${first.tail}`
}

function byValue(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b)
  return difference === 0n ? a.length - b.length : Number(difference)
}

function runs(numbers: readonly string[]): string[] {
  const found: { first: string; last: string }[] = []
  for (const number of numbers) {
    const run = found.at(-1)
    if (run && number === padded(BigInt(run.last) + 1n, run.first.length)) run.last = number
    else found.push({ first: number, last: number })
  }
  return found.map(({ first, last }) => (first === last ? first : `${first}-${last}`))
}

/** How many there are of something: `1 node`, `2 switches`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`
  return `${count} ${noun}${/(ch|ss)$/.test(noun) ? 'es' : 's'}`
}
