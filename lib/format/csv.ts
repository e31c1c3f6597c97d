// Tables as spreadsheets write them (RFC 4180): a header, and a record per thing.
import { CsvError, type Info, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { LunaError } from '../error.ts'
import { type Entry, mostEntries, placeIn } from './entry.ts'

const delimiters = [',', ';', '\t']
// In bytes, of one record.
const longestRecord = 1024 * 1024

/** A table as it is read. */
export interface CsvTable {
  /** The names in its header. */
  readonly columns: readonly string[]
  /** Its records by these names. */
  readonly entries: readonly Entry[]
  /** Where the header names a column, or where it is. */
  readonly place: (column?: string) => string
}

/**
 * The records of a table by the names in its header. Cells are separated by commas, or by what the header has
 * in their place (semicolons, tabs); lines that begin with # are none. Columns of places count cells. Throws
 * LunaError `invalid` for what is no table.
 */
export function readCsv(text: string, source: string): CsvTable {
  const [first, ...others] = recordsOf(text, source)
  if (!first) throw noTable(source, 'it is empty')
  const header = first.cells
  const twice = header.find((name, at) => name !== '' && header.indexOf(name) !== at)
  if (twice !== undefined)
    throw noTable(placeIn(source, first.line), `the column ${JSON.stringify(twice)} is there twice`)
  if (others.length > mostEntries)
    throw noTable(source, `it has ${others.length} records, and ${mostEntries} are the most`, {
      fix: 'give it in parts, each with the header',
    })
  return {
    columns: header.filter((name) => name !== ''),
    entries: others.map(({ cells, line }) => entryOf(header, cells, source, line)),
    place: (column) => placeAt(header, column, source, first.line),
  }
}

/** A table of texts; what a spreadsheet or `readCsv` would change is put into quotes. */
export function writeCsv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify([header, ...rows] as string[][], { quoted_match: /^[\s#]|\s$|[;\t\r\n]/ })
}

/** Whether the first line of a text looks like the header of such a table. */
export function looksLikeCsv(text: string): boolean {
  const [line = ''] = text.replace(/^\ufeff/, '').split(/\r?\n/, 1)
  return !/^\s*[[{#-]|:(\s|$)/.test(line) && /^[\w".:-]+\s*[,;\t]|^"?name"?\s*$/i.test(line)
}

interface Line {
  readonly cells: readonly string[]
  readonly line: number
}

function recordsOf(text: string, source: string): Line[] {
  try {
    // The types of the library do not know what `info` changes.
    const records = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      delimiter: delimiterOf(text),
      info: true,
      max_record_size: longestRecord,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { readonly record: readonly string[]; readonly info: Info }[]
    return records.map(({ record, info }) => {
      const inside = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)
      return { cells: record, line: info.lines - inside }
    })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw unreadable(text, source, cause)
  }
}

const quoting = 'put the whole text between quotes, and write each quote in it twice'

/** What the parser stumbles over, in our words where people come across it. */
function unreadable(text: string, source: string, cause: CsvError): LunaError {
  const { lines, column } = cause as CsvError & { readonly lines?: number; readonly column?: unknown }
  const place = lines === undefined ? source : placeIn(source, lines, cellOf(column))
  if (cause.code === 'CSV_QUOTE_NOT_CLOSED')
    return noTable(placeIn(source, openLine(text)), 'a quote is opened there and never closed', { cause })
  if (cause.code === 'INVALID_OPENING_QUOTE' || cause.code === 'CSV_INVALID_CLOSING_QUOTE')
    return noTable(place, 'a quote stands in the middle of a text', { cause, fix: quoting })
  return noTable(place, cause.message, { cause })
}

function cellOf(column: unknown): number | undefined {
  return typeof column === 'number' ? column + 1 : undefined
}

/** The line of the quote that nothing closes. */
function openLine(text: string): number {
  const at = text.search(/"(?:[^"]|"")*$/)
  return text.slice(0, Math.max(0, at)).split('\n').length
}

/** What stands most often in the header. */
function delimiterOf(text: string): string {
  const lines = text.split(/\r?\n/, 100)
  const header = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  const count = (one: string) => header.split(one).length
  return delimiters.toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

function entryOf(header: readonly string[], cells: readonly string[], source: string, line: number): Entry {
  const bare = cells.findIndex((cell, at) => cell !== '' && (header[at] ?? '') === '')
  if (bare >= 0)
    throw new LunaError('invalid', `${placeIn(source, line, bare + 1)}: the cell belongs to no column`, {
      why: `the header has ${header.length} names, and ${JSON.stringify((cells[bare] ?? '').slice(0, 80))} stands beyond them`,
      fix: 'give the column a name, or put a text with the separator in it into double quotes',
    })
  const pairs = header.flatMap((name, at) => (name === '' ? [] : [[name, cells[at] ?? ''] as const]))
  return {
    fields: Object.fromEntries(pairs),
    place: (name) => placeAt(header, name, source, line),
  }
}

function placeAt(header: readonly string[], name: unknown, source: string, line: number): string {
  const at = header.indexOf(String(name))
  return placeIn(source, line, at < 0 ? undefined : at + 1)
}

const begin =
  'begin with a header (name,group,mac), a node per line; see how it is meant: luna node list --csv'

function noTable(
  place: string,
  why: string,
  { fix = begin, ...more }: { readonly fix?: string; readonly cause?: unknown } = {},
): LunaError {
  return new LunaError('invalid', `${place}: it cannot be read as a table of CSV`, { why, fix, ...more })
}
