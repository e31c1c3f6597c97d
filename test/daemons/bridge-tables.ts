// A bridge of this machine as a switch, for snmpd: what the kernel has learned there, with the names of its
// ports. Argument: the name of the bridge.
import { readdirSync, readFileSync } from 'node:fs'
import { answerSnmpd, integer, numbers, type Row } from './pass-persist.ts'

const [bridge = 'br0'] = process.argv.slice(2)
const folder = `/sys/class/net/${bridge}`
// The kernel's record of an entry (linux/if_bridge.h, struct __fdb_entry): MAC, port number, whether it is
// the bridge's own.
const entrySize = 16
// A walk is many questions.
const fresh = 500

let rows: readonly Row[] = []
let read = Number.NEGATIVE_INFINITY
await answerSnmpd(() => {
  if (performance.now() - read < fresh) return rows
  read = performance.now()
  rows = tables()
  return rows
})

function tables(): Row[] {
  const mib = numbers('1.3.6.1.2.1.17')
  const ports = readdirSync(`${folder}/brif`).map((name) => ({
    name,
    port: Number(readFileSync(`${folder}/brif/${name}/port_no`, 'utf8')),
    index: Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')),
  }))
  return [
    ...ports.map(({ port, index }) => integer([...mib, 1, 4, 1, 2, port], index)),
    ...ports.map(
      ({ index, name }): Row => ({
        oid: [...numbers('1.3.6.1.2.1.31.1.1.1.1'), index],
        type: 'string',
        value: name,
      }),
    ),
    ...learned().map(({ mac, port }) => integer([...mib, 7, 1, 2, 2, 1, 2, 1, ...mac], port)),
  ]
}

function learned(): { mac: number[]; port: number }[] {
  const bytes = readFileSync(`${folder}/brforward`)
  return Array.from({ length: Math.floor(bytes.length / entrySize) }, (_, n) => {
    const entry = bytes.subarray(n * entrySize, (n + 1) * entrySize)
    return { mac: [...entry.subarray(0, 6)], port: entry[6] ?? 0, own: entry[7] !== 0 }
  }).filter(({ own }) => !own)
}
