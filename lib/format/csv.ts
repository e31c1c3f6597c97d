// Tables as spreadsheets write them (RFC 4180): a header, and a record per thing.
import { CsvError, type Info, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { LunaError } from '../error.ts'
import { type Entry, mostEntries, placeIn } from './entry.ts'

const delimiters = [',', ';', '\t']
// In bytes, of one record.
const longestRecord = 1024 * 1024

/**
 * The records of a table by the names in its header. Cells are separated by commas, or by what the header has
 * in their place (semicolons, tabs); lines that begin with # are none. Columns of places count cells. Throws
 * LunaError `invalid` for what is no table.
 */
export function readCsv(text: string, source: string): Entry[] {
  const [first, ...others] = recordsOf(text, source)
  if (!first) throw noTable(source, 'it is empty')
  const header = first.cells
  const twice = header.find((name, at) => name !== '' && header.indexOf(name) !== at)
  if (twice !== undefined)
    throw noTable(placeIn(source, first.line), `the column ${JSON.stringify(twice)} is there twice`)
  if (others.length > mostEntries)
    throw noTable(source, `it has ${others.length} records, and ${mostEntries} are the most`)
  return others.map(({ cells, line }) => entryOf(header, cells, source, line))
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
    const { lines } = cause as CsvError & { readonly lines?: number }
    throw noTable(lines === undefined ? source : placeIn(source, lines), cause.message, cause)
  }
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
    place: (name) => {
      const at = header.indexOf(String(name))
      return placeIn(source, line, at < 0 ? undefined : at + 1)
    },
  }
}

function noTable(place: string, why: string, cause?: unknown): LunaError {
  return new LunaError('invalid', `${place}: it cannot be read as a table of CSV`, {
    why,
    fix: 'begin with a header (name,group,mac), a node per line; see how it is meant: luna node list --csv',
    ...(cause !== undefined && { cause }),
  })
}
