// The map of a network, from the database to the screen.
import assert from 'node:assert/strict'
import { mapText } from '../../lib/cli/table/network-map.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { showMap } from '../../lib/task/show/network-map.ts'
import { smallSite } from './site.ts'

describe('the map of a network', () => {
  it('has all of its addresses', async () => {
    const store = await smallSite()
    const names = Array.from({ length: 100 }, (_, at) => `node${String(at + 1).padStart(3, '0')}`)
    await addNodes(store, { group: 'compute', names })
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    await changeNetwork(store, 'cluster', { reserve: '10.30.0.200' })
    const lines = mapText(await showMap(store, 'cluster')).split('\n')
    assert.equal(lines[0], 'cluster 10.30.0.0/16, # taken, + in part, . free')
    assert.match(lines[1] ?? '', /^\[\+\.{62}\+\]$/)
    assert.deepEqual(
      lines.slice(5, -2).map((line) => line.replace(/\s{2,}/g, ' ')),
      [
        '| 10.30.0.1 - 10.30.0.100 | 100 | 100 nodes on BOOTIF: node[001-100] |',
        '| 10.30.0.101 - 10.30.0.199 | 99 | free |',
        '| 10.30.0.200 | 1 | reserved |',
        '| 10.30.0.201 - 10.30.253.0 | 64568 | free |',
        '| 10.30.253.1 | 1 | 1 switch: sw01 |',
        '| 10.30.253.2 - 10.30.255.253 | 764 | free |',
        '| 10.30.255.254 | 1 | the name server of network cluster |',
      ],
    )
  })
})
