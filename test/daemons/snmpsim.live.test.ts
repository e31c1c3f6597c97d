// Tables of switches as makers read the standards, played by snmpsim. The rows are written by hand after the
// shapes of real ones.
import assert from 'node:assert/strict'
import { readSwitch } from '../../lib/host/snmp/switch-table.ts'
import { mac } from '../help.ts'
import { pythonPrograms } from './python.ts'
import { skipUnless } from './skip.ts'
import { type Player, playRecordings, type Recorded } from './snmpsim.ts'

const basePort = '1.3.6.1.2.1.17.1.4.1.2'
const dot1d = '1.3.6.1.2.1.17.4.3.1'
const dot1q = '1.3.6.1.2.1.17.7.1.2.2.1.2'
const ifName = '1.3.6.1.2.1.31.1.1.1.1'

const station = (n: number) => [0x52, 0x54, 0, 0, 0, n]
const rowsFor = (table: string, ports: readonly number[]) =>
  ports.map((port, n): Recorded => [`${table}.${station(n + 1).join('.')}`, port])
const names = (...all: readonly (readonly [number, string])[]) =>
  all.map(([index, name]): Recorded => [`${ifName}.${index}`, name])
const base = (...all: readonly (readonly [number, number])[]) =>
  all.map(([port, index]): Recorded => [`${basePort}.${port}`, index])

const recordings: Readonly<Record<string, readonly Recorded[]>> = {
  standard: [
    ...base([1, 101], [2, 102]),
    ...rowsFor(`${dot1q}.1`, [1, 2, 2]),
    ...names([1, 'other'], [2, 'another'], [101, 'Gi1/0/1'], [102, 'Gi1/0/2']),
  ],
  // Bridge ports from 0, and interfaces in the forwarding table.
  sonic: [
    ...base([0, 1], [24, 25], [25, 26]),
    ...rowsFor(`${dot1q}.10`, [25, 53]),
    ...names([25, 'Eth1/25'], [26, 'Eth1/26'], [53, 'Eth1/53']),
  ],
  // No bridge ports, and interfaces in the forwarding table.
  plain: [...rowsFor(`${dot1q}.1`, [7]), ...names([7, 'ge-0/0/7'])],
  // Bridge ports that have no interface.
  zero: [...base([1, 0], [2, 0]), ...rowsFor(`${dot1q}.1`, [1, 2]), ...names([1, 'mgmt'], [2, 'lo'])],
  // Rows that are numbered, the address in a column only; the third is a group, the
  // fourth has no address at all.
  numbered: [
    ...base([3, 3], [4, 4]),
    [`${dot1d}.1.1`, Uint8Array.from(station(1))],
    [`${dot1d}.1.2`, Uint8Array.from(station(2))],
    [`${dot1d}.1.3`, Uint8Array.from([1, 0, 0x5e, 0, 0, 1])],
    [`${dot1d}.2.1`, 3],
    [`${dot1d}.2.2`, 4],
    [`${dot1d}.2.3`, 4],
    [`${dot1d}.2.4`, 4],
    ...names([3, 'port3'], [4, 'port4']),
  ],
  // Addresses that are known, but not where.
  nowhere: [...base([1, 1]), ...rowsFor(`${dot1q}.1`, [0, 0, 0]), ...names([1, 'eth1'])],
}

describe('readSwitch from snmpsim', function () {
  this.timeout(60_000)
  let player: Player | undefined

  before(async function () {
    this.timeout(600_000)
    const programs = pythonPrograms()
    if ('lacking' in programs) return skipUnless(this, programs.lacking)
    player = await playRecordings(programs.bin, recordings)
  })
  after(() => player?.stop())

  const read = async (name: string, table = dot1q) => {
    assert.ok(player)
    return await readSwitch(player.access(name), `.${table}`)
  }
  const at = (n: number, port: string, portname: string) => ({ mac: mac(n), port, portname })

  it('leads bridge ports to the names of their interfaces', async () => {
    const expected = [at(1, '1', 'Gi1/0/1'), at(2, '2', 'Gi1/0/2'), at(3, '2', 'Gi1/0/2')]
    assert.deepEqual(await read('standard'), { seen: expected, rows: 3, cut: false })
  })

  it('takes ports for interfaces where bridge ports begin at 0', async () => {
    assert.deepEqual((await read('sonic')).seen, [at(1, '25', 'Eth1/25'), at(2, '53', 'Eth1/53')])
  })

  it('takes ports for interfaces where there are no bridge ports', async () => {
    assert.deepEqual((await read('plain')).seen, [at(1, '7', 'ge-0/0/7')])
  })

  it('gives the number of a port whose interface is not told', async () => {
    assert.deepEqual((await read('zero')).seen, [at(1, '1', '1'), at(2, '2', '2')])
  })

  it('reads the column of addresses where rows are numbered', async () => {
    assert.deepEqual(await read('numbered', `${dot1d}.2`), {
      seen: [at(1, '3', 'port3'), at(2, '4', 'port4')],
      rows: 4,
      cut: false,
    })
  })

  it('says how many rows there were where none tells a port', async () => {
    assert.deepEqual(await read('nowhere'), { seen: [], rows: 3, cut: false })
    assert.deepEqual(await read('nowhere', `${dot1d}.2`), { seen: [], rows: 0, cut: false })
  })
})
