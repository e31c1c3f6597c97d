// What a file says of one thing: its fields as they stand there, and where, for messages that lead to them.

/** Values are texts, numbers, truth values, null, lists, and maps of these; nothing of them is checked. */
export interface Entry {
  readonly fields: Readonly<Record<string, unknown>>
  /** Where it begins, or what is at that path in it: `rack.csv, line 3, column 2`. */
  place(...path: readonly (string | number)[]): string
}

/** More things than the biggest cluster has. */
export const mostEntries = 100_000

/** The words for a place in a file. */
export function placeIn(source: string, line: number, column?: number): string {
  return `${source}, line ${line}${column === undefined ? '' : `, column ${column}`}`
}
