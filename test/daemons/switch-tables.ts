// The tables of a made-up switch, for snmpd. Arguments: number of ports, number of MAC addresses, and `q`
// (Q-BRIDGE-MIB, per VLAN) or `b` (BRIDGE-MIB).
import { answerSnmpd, integer, numbers, type Row } from './pass-persist.ts'

const [ports = '48', macs = '2000', form = 'q'] = process.argv.slice(2)
const rows = tables(Number(ports), Number(macs))
await answerSnmpd(() => rows)

/** Bridge port n is interface 1000 + n, called swp<n>; MAC address k is at port 1 + k modulo ports. */
function tables(portCount: number, macCount: number): Row[] {
  const all = Array.from({ length: portCount }, (_, n) => n + 1)
  const bridge = numbers('1.3.6.1.2.1.17')
  const table = [...bridge, ...(form === 'q' ? [7, 1, 2, 2, 1, 2, 1] : [4, 3, 1, 2])]
  return [
    ...all.map((n) => integer([...bridge, 1, 4, 1, 2, n], 1000 + n)),
    ...all.map(
      (n): Row => ({
        oid: [...numbers('1.3.6.1.2.1.31.1.1.1.1'), 1000 + n],
        type: 'string',
        value: `swp${n}`,
      }),
    ),
    ...Array.from({ length: macCount }, (_, k) => {
      const mac = [0x52, 0x54, 0, (k >> 16) & 255, (k >> 8) & 255, k & 255]
      return integer([...table, ...mac], 1 + (k % portCount))
    }),
    ...(form === 'q' && macCount > 0 ? strangers([...bridge, 7, 1, 2, 2, 1, 2, 20]) : []),
  ]
}

/** A second VLAN has one machine of the first too; nobody's address and a group's address are no machines. */
function strangers(table: readonly number[]): Row[] {
  const macs = [
    [0x52, 0x54, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0],
    [1, 0, 0x5e, 0, 0, 1],
  ]
  return macs.map((mac) => integer([...table, ...mac], 1))
}
