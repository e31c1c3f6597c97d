// A node that Luna knows by the switch port that it is plugged into: the bridge is the
// switch, a tap is a port of it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { run } from '../../lib/host/run.ts'
import { type Agent, startAgent } from '../daemons/snmpd.ts'
import { luna } from '../lab/cluster.ts'
import { network } from '../lab/net.ts'
import { logOf } from '../lab/services.ts'
import { newNode, powerOn } from './stage.ts'

const address = '10.30.253.1'
const refused = /\/luna\.\.\..*(HTTP 0x|No such file|\(http:\/\/ipxe\.org)/

describe('a node whose switch port Luna knows', () => {
  let agent: Agent | undefined

  before(async () => {
    await run('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'])
    // what /sys says of bridges is what it said where it was mounted: outside the lab
    await run('mount', ['-t', 'sysfs', 'lab', '/sys'])
    await luna('switch', 'add', '-n', 'sw01', '-N', network.name, '-i', address)
  })
  after(async () => {
    await agent?.stop()
    await run('umount', ['/sys'])
    await run('ip', ['addr', 'del', `${address}/32`, 'dev', 'lo'])
  })

  it('gets its MAC address from the switch, and boots', async () => {
    const node = await newNode('unknown')
    await luna('node', 'change', node.name, '-s', 'sw01', '-p', `tap-${node.name}`)
    const { vm } = await powerOn(node, 'bios')
    await vm.console.waitFor(refused, 120_000)
    // nobody could have known it before; now the switch answers
    agent = await startAgent({ bridge: network.bridge, address, port: 161 })
    await vm.console.waitFor(/^luna: network up/m, 300_000)
    assert.match((await luna('node', 'show', node.name)).stdout, new RegExp(`mac .*${node.mac}`, 'i'))
    const found = new RegExp(`discovered .*node=${node.name}.* by=port`)
    assert.match(await readFile(logOf('lweb'), 'utf8'), found)
    assert.match((await luna('cluster', 'listmacs')).stdout, new RegExp(`tap-${node.name}.*${node.mac}`, 'i'))
  })
})
