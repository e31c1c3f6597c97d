// Documents of YAML 1.2 and JSON (RFC 8259), which is a part of it: one thing each, or lists of things.
import { type Document, isDocument, isNode, LineCounter, parseAllDocuments, stringify, visit } from 'yaml'
import { LunaError } from '../error.ts'
import { type Entry, mostEntries, placeIn } from './entry.ts'

/**
 * The things that a text describes, in its order: a document of YAML is one, or a list of them; so is one of
 * JSON. Plain numbers of YAML stay as they are written, so that 007 keeps its zeros. Throws LunaError
 * `invalid` for what is neither.
 */
export function readDocuments(text: string, source: string): Entry[] {
  // What a program that failed has left.
  if (text.trim() === '') throw unreadable(source, 'it is empty')
  const json = parseJson(text)
  const located = json === undefined ? parseYaml(text, source) : undefined
  const roots = located ? located.documents.map((one) => plainOf(one, source)) : [json]
  // JSON is read a second time, by the slower reader that knows places, when somebody wants to know one.
  let places = located
  const locate = (path: readonly (string | number)[]) => {
    places ??= parseYaml(text, source)
    return locatedAt(places, path, source)
  }
  const entries = roots.flatMap((root, at) => things(root, [at], locate))
  if (entries.length <= mostEntries) return entries
  throw unreadable(source, `it describes ${entries.length} things, and ${mostEntries} are the most`)
}

/** Documents of YAML, each with its head. Readers of YAML 1.1 must not take MAC addresses for numbers. */
export function writeYaml(documents: readonly unknown[]): string {
  const options = { lineWidth: 0, compat: 'yaml-1.1' } as const
  return documents.map((one) => `---\n${stringify(one, options)}`).join('')
}

type Path = readonly (string | number)[]
type Locate = (path: Path) => string

function things(root: unknown, path: Path, locate: Locate): Entry[] {
  if (root === null || root === undefined) return []
  if (Array.isArray(root)) return root.flatMap((one: unknown, at) => thing(one, [...path, at], locate))
  return [thing(root, path, locate)]
}

function thing(value: unknown, path: Path, locate: Locate): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(locate(path), 'a thing is a map of fields, as in name: node001')
  return {
    fields: value as Readonly<Record<string, unknown>>,
    place: (...inner) => locate([...path, ...inner]),
  }
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    // A key that is there twice is no error for it (RFC 8259 section 4), and one for YAML.
    return keysOf(value) === keysIn(text) ? value : undefined
  } catch {
    // As YAML it is told where it is wrong.
    return undefined
  }
}

/** How many keys a value has, at all its levels. */
function keysOf(value: unknown): number {
  let count = 0
  const open = [value]
  for (let one = open.pop(); open.length > 0 || one !== undefined; one = open.pop()) {
    if (typeof one !== 'object' || one === null) continue
    const inside: unknown[] = Object.values(one)
    if (!Array.isArray(one)) count += inside.length
    open.push(...inside)
  }
  return count
}

/** How many keys a text of JSON has: the strings with a colon behind them. */
function keysIn(text: string): number {
  let count = 0
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon) count++
  return count
}

interface Located {
  readonly documents: readonly Document[]
  readonly lines: LineCounter
}

function parseYaml(text: string, source: string): Located {
  const lines = new LineCounter()
  const documents = guarded(source, () =>
    parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' }),
  )
  // An empty text has a list without documents, which is of a type of its own.
  const all: Document[] = [...documents].filter((one) => isDocument(one))
  for (const { errors, warnings } of all) {
    const [wrong] = [...errors, ...warnings]
    if (!wrong) continue
    const { line, col } = lines.linePos(wrong.pos[0])
    const why = /call stack/i.test(wrong.message) ? 'it nests too deep' : wrong.message
    throw unreadable(placeIn(source, line, col), why)
  }
  return { documents: all, lines }
}

function plainOf(document: Document, source: string): unknown {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'number' && node.source !== undefined) node.value = node.source
    },
  })
  // Aliases that grow beyond measure are refused by the library.
  return guarded(source, () => document.toJS() as unknown)
}

function guarded<T>(source: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof RangeError) throw unreadable(source, 'it nests too deep', cause)
    if (cause instanceof ReferenceError || cause instanceof SyntaxError || cause instanceof TypeError)
      throw unreadable(source, cause.message, cause)
    throw cause
  }
}

/** The place of what is at a path, or of the nearest thing around it. */
function locatedAt({ documents, lines }: Located, [at, ...path]: Path, source: string): string {
  const document = documents[Number(at)]
  for (let length = path.length; document && length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const start = isNode(node) ? node.range?.[0] : undefined
    if (start === undefined) continue
    const { line, col } = lines.linePos(start)
    return placeIn(source, line, col)
  }
  return source
}

function unreadable(place: string, why: string, cause?: unknown): LunaError {
  return new LunaError('invalid', `${place}: it cannot be read as YAML or JSON`, {
    why,
    fix: 'see how it is meant: luna node list --json, luna export inventory',
    ...(cause !== undefined && { cause }),
  })
}
