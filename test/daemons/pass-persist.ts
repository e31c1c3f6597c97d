// The other end of snmpd's pass_persist (snmpd.conf(5)): standard input asks for rows,
// standard output has them.
import { createInterface } from 'node:readline'

export interface Row {
  readonly oid: readonly number[]
  readonly type: 'integer' | 'string'
  readonly value: string
}

export function integer(oid: readonly number[], value: number): Row {
  return { oid, type: 'integer', value: String(value) }
}

export function numbers(oid: string): number[] {
  return oid.replace(/^\./, '').split('.').map(Number)
}

/** Answers until standard input ends. `table` gives all rows there are, at every question. */
export async function answerSnmpd(table: () => readonly Row[]): Promise<void> {
  const lines: string[] = []
  for await (const line of createInterface({ input: process.stdin })) {
    lines.push(line.trim())
    const [what, oid] = lines
    if ((what === 'get' || what === 'getnext') && oid === undefined) continue
    process.stdout.write(what === 'PING' ? 'PONG\n' : reply(what, numbers(oid ?? ''), sorted(table())))
    lines.length = 0
  }
}

const known = new WeakMap<readonly Row[], readonly Row[]>()

/** The rows in the order of their OIDs; the same list is sorted once. */
function sorted(rows: readonly Row[]): readonly Row[] {
  const order = known.get(rows) ?? [...rows].sort((a, b) => compare(a.oid, b.oid))
  known.set(rows, order)
  return order
}

function reply(what: string | undefined, oid: readonly number[], rows: readonly Row[]): string {
  const at = firstBehind(rows, oid)
  const row = what === 'getnext' ? rows[at] : rows[at - 1]
  if (!row || (what === 'get' && compare(row.oid, oid) !== 0)) return 'NONE\n'
  return `.${row.oid.join('.')}\n${row.type}\n${row.value}\n`
}

function firstBehind(rows: readonly Row[], oid: readonly number[]): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(rows[middle]?.oid ?? [], oid) > 0) high = middle
    else low = middle + 1
  }
  return low
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) {
    const difference = (a[n] ?? 0) - (b[n] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
