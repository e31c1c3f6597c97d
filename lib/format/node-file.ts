// Files about nodes: what they are written in shows in their name, or in how they begin. Those of other
// programs have to be named.
import { type CsvTable, looksLikeCsv, readCsv } from './csv.ts'
import { readDocuments } from './documents.ts'
import type { Entry } from './entry.ts'
import { readAnsible } from './foreign/ansible.ts'
import { readGrendel } from './foreign/grendel.ts'
import { readWarewulf } from './foreign/warewulf.ts'
import { readXcat } from './foreign/xcat.ts'

/** What a file says of nodes; `table` where its fields are the columns of a table. */
export interface NodeFile {
  readonly entries: readonly Entry[]
  readonly table?: CsvTable
}

type Reader = (text: string, source: string) => Entry[]

const readers: { readonly [format: string]: Reader } = {
  yaml: readDocuments,
  json: readDocuments,
  warewulf: readWarewulf,
  grendel: readGrendel,
  xcat: readXcat,
  ansible: readAnsible,
}

/** The names of the formats that can be read. */
export const nodeFormats = ['csv', ...Object.keys(readers)]

/** The nodes in a file of that format, or of one that shows: CSV, YAML, JSON. Throws LunaError `invalid`. */
export function readNodeFile(text: string, source: string, format = formatOf(text, source)): NodeFile {
  if (format !== 'csv') return { entries: readers[format]?.(text, source) ?? [] }
  const table = readCsv(text, source)
  return { entries: table.entries, table }
}

function formatOf(text: string, source: string): string {
  if (/\.csv$/i.test(source)) return 'csv'
  return !/\.(ya?ml|json)$/i.test(source) && looksLikeCsv(text) ? 'csv' : 'yaml'
}
