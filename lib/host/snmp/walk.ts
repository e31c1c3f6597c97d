// Tables of an SNMP agent, read in order and within bounds, whatever the agent answers.
import { isVarbindError, type Session, type Varbind } from 'net-snmp'
import { LunaError } from '../../error.ts'

/** One row of a table: the numbers after the table's OID, and its value. */
export interface Row {
  readonly index: readonly number[]
  readonly value: unknown
}

/** Reads a table to its end, or `most` rows of it. */
export type Walk = (table: string, most: number) => Promise<Row[]>

// As many rows as fit into one packet of Ethernet.
const rowsPerRequest = 32

/** Reads a table. Rejects with LunaError `invalid` for what is no OID, and with whatever the session says. */
export async function walk(session: Session, table: string, most: number): Promise<Row[]> {
  const base = numbersOf(table)
  const rows: Row[] = []
  for (let at = base; ; ) {
    const varbinds = await bulk(session, at.join('.'))
    if (varbinds.length === 0) return rows
    for (const varbind of varbinds) {
      const oid = varbind.oid.split('.').map(Number)
      if (isVarbindError(varbind) || !base.every((number, n) => oid[n] === number)) return rows
      if (!follows(at, oid)) throw new Error('its answers go round in circles')
      at = oid
      rows.push({ index: oid.slice(base.length), value: varbind.value })
      if (rows.length >= most) return rows
    }
  }
}

function bulk(session: Session, oid: string): Promise<readonly Varbind[]> {
  return new Promise((resolve, reject) => {
    session.getBulk([oid], 0, rowsPerRequest, (cause, varbinds) => {
      if (cause) reject(cause)
      else resolve(varbinds?.[0] ?? [])
    })
  })
}

function numbersOf(oid: string): number[] {
  const text = oid.replace(/^\./, '')
  if (/^[0-2](\.\d{1,10}){1,127}$/.test(text)) return text.split('.').map(Number)
  throw new LunaError('invalid', `${JSON.stringify(oid)} is not an OID`, {
    fix: 'write it in numbers, like .1.3.6.1.2.1.17.4.3.1.2',
  })
}

/** The order of OIDs in tables: lexicographic by number. */
function follows(before: readonly number[], after: readonly number[]): boolean {
  for (const [n, number] of after.entries()) {
    const old = before[n]
    if (old === undefined || number > old) return true
    if (number < old) return false
  }
  return false
}
