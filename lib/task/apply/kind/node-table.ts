// Nodes in a table: what its columns mean, and which there can be.
import type { CsvTable } from '../../../format/csv.ts'
import type { Entry } from '../../../format/entry.ts'
import { shownValue } from '../../../object/given/value.ts'
import { type Group, sortedInterfaces } from '../../../object/group.ts'
import { nodeFields } from '../../../object/node.ts'
import type { Faults } from '../faults.ts'

const fieldNames: ReadonlySet<string> = new Set([...Object.keys(nodeFields), 'also', 'osimage'])
/** What a cell in a table of nodes is called when it is about an interface with the name of a field. */
const prefix = 'interfaces.'

/** The name of the column for an interface. */
export function interfaceColumn(name: string): string {
  return fieldNames.has(name.toLowerCase()) ? prefix + name : name
}

/**
 * Notes what the header of a table lacks, and columns that are neither fields nor interfaces of any group.
 * Gives the entries, without what stands in such columns.
 */
export function entriesOf(table: CsvTable, groups: readonly Group[], faults: Faults): Entry[] {
  const header: Entry = { fields: {}, place: (column) => table.place(String(column)) }
  if (!table.columns.some((name) => name.toLowerCase() === 'name'))
    faults.add(header, [], { what: 'the header has no column "name"', fix: `begin with a header: ${usual}` })
  const interfaces = new Set(groups.flatMap((group) => sortedInterfaces(group).map(({ name }) => name)))
  const strange = table.columns.filter((column) => !isField(column) && !interfaces.has(interfaceOf(column)))
  const known = [...fieldNames, ...[...interfaces].map(interfaceColumn)].filter((one) => one !== 'interfaces')
  for (const column of strange)
    faults.add(header, [column], {
      what: `there is no column ${shownValue(undefined, column)}`,
      why: 'it is neither a field of nodes nor an interface of any group',
      fix: `choose one of ${known.join(', ')}, or take the column out`,
    })
  return table.entries.map((record) => nodeOfRecord(record, new Set(strange)))
}

const usual = 'name,group,mac'

function isField(column: string): boolean {
  return fieldNames.has(column.toLowerCase()) && column.toLowerCase() !== 'interfaces'
}

function interfaceOf(column: string): string {
  return column.startsWith(prefix) ? column.slice(prefix.length) : column
}

/**
 * A record of a table as an entry: every column that is no field of a node is an interface. Names of fields
 * may be in either case.
 */
function nodeOfRecord(record: Entry, strange: ReadonlySet<string>): Entry {
  const columns = new Map<string, string>()
  const fields: Record<string, unknown> = {}
  const interfaces: [string, unknown][] = []
  for (const [column, value] of Object.entries(record.fields)) {
    if (strange.has(column)) continue
    const name = isField(column) ? column.toLowerCase() : interfaceOf(column)
    columns.set(isField(column) ? name : prefix + name, column)
    if (isField(column)) fields[name] = value
    else if (value !== '') interfaces.push([name, value])
  }
  const place = (first?: string | number, second?: string | number) => {
    const column = columns.get(first === 'interfaces' ? prefix + String(second) : String(first))
    return column === undefined ? record.place() : record.place(column)
  }
  return { fields: { ...fields, interfaces: Object.fromEntries(interfaces) }, place }
}
