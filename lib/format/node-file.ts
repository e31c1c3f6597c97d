// Files about nodes: what they are written in shows in their name, or in how they begin.
import { looksLikeCsv, readCsv } from './csv.ts'
import { readDocuments } from './documents.ts'
import type { Entry } from './entry.ts'

/** What a file says of nodes; `table` where its fields are the columns of a table. */
export interface NodeFile {
  readonly entries: readonly Entry[]
  readonly table: boolean
}

/** The nodes in a file: a table of CSV, or documents of YAML or JSON. Throws LunaError `invalid`. */
export function readNodeFile(text: string, source: string): NodeFile {
  const documents = /\.(ya?ml|json)$/i.test(source)
  const table = /\.csv$/i.test(source) || (!documents && looksLikeCsv(text))
  return { table, entries: table ? readCsv(text, source) : readDocuments(text, source) }
}
