// The tables of a made-up switch, for snmpd's pass_persist (snmpd.conf(5)): standard input asks, standard output answers.
// Arguments: number of ports, number of MAC addresses, `q` (per VLAN) or `b` (BRIDGE-MIB), and what to spoil.
import { createInterface } from 'node:readline'

type Row = { readonly oid: readonly number[]; readonly type: string; readonly value: string }

const [ports = '48', macs = '2000', form = 'q'] = process.argv.slice(2)
const rows = tables(Number(ports), Number(macs)).sort((a, b) => compare(a.oid, b.oid))
const byOid = new Map(rows.map((row) => [row.oid.join('.'), row]))

const lines: string[] = []
for await (const line of createInterface({ input: process.stdin })) {
  lines.push(line.trim())
  if (lines[0] === 'PING') process.stdout.write('PONG\n')
  else if (lines[0] === 'get' || lines[0] === 'getnext') {
    if (lines.length < 2) continue
    const oid = (lines[1] ?? '').replace(/^\./, '')
    const row = lines[0] === 'get' ? byOid.get(oid) : next(oid.split('.').map(Number))
    process.stdout.write(row ? `.${row.oid.join('.')}\n${row.type}\n${row.value}\n` : 'NONE\n')
  }
  lines.length = 0
}

/** Bridge port n is interface 1000 + n, called swp<n>; MAC address k is at port 1 + k modulo ports, the last port is a stranger's. */
function tables(portCount: number, macCount: number): Row[] {
  const numbers = Array.from({ length: portCount }, (_, n) => n + 1)
  const bridge = '1.3.6.1.2.1.17'.split('.').map(Number)
  return [
    ...numbers.map((n) => integer([...bridge, 1, 4, 1, 2, n], 1000 + n)),
    ...numbers.map((n) => ({
      oid: [...'1.3.6.1.2.1.31.1.1.1.1'.split('.').map(Number), 1000 + n],
      type: 'string',
      value: `swp${n}`,
    })),
    ...Array.from({ length: macCount }, (_, k) => {
      const mac = [0x52, 0x54, 0, (k >> 16) & 255, (k >> 8) & 255, k & 255]
      const table = form === 'q' ? [7, 1, 2, 2, 1, 2, 1] : [4, 3, 1, 2]
      return integer([...bridge, ...table, ...mac], 1 + (k % portCount))
    }),
    // A second VLAN has one of them too; nobody's address and a group's address are no machines.
    ...(form === 'q' && macCount > 0
      ? [
          [0x52, 0x54, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, 0],
          [1, 0, 0x5e, 0, 0, 1],
        ].map((mac) => integer([...bridge, 7, 1, 2, 2, 1, 2, 20, ...mac], 1))
      : []),
  ]
}

function integer(oid: readonly number[], value: number): Row {
  return { oid, type: 'integer', value: String(value) }
}

function next(after: readonly number[]): Row | undefined {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(rows[middle]?.oid ?? [], after) > 0) high = middle
    else low = middle + 1
  }
  return rows[low]
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) {
    const difference = (a[n] ?? 0) - (b[n] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
