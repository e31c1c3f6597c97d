// A node that is switched on and off by its management controller: ipmi_sim, whose power
// switch is that of the machine.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../../lib/host/run.ts'
import { type Bmcs, simUser, startBmcs } from '../daemons/ipmi-sim.ts'
import { lpower, luna } from '../lab/cluster.ts'
import { network } from '../lab/net.ts'
import { newNode, powerOn } from './stage.ts'

const address = '10.31.0.1'

describe('a node with a management controller', () => {
  let bmcs: Bmcs

  before(async () => {
    await run('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'])
    bmcs = await startBmcs([address])
    await luna('network', 'add', '-n', 'ipmi', '-N', '10.31.0.0', '-P', '16')
    await luna('bmcsetup', 'add', '-n', 'base', '-u', simUser.user, '-p', simUser.password)
    const group = ['-n', 'powered', '-o', 'compute', '-N', network.name, '-b', 'base', '-bn', 'ipmi']
    await luna('group', 'add', ...group)
  })
  after(async () => {
    await bmcs?.stop()
    await run('ip', ['addr', 'del', `${address}/32`, 'dev', 'lo'])
  })

  it('is switched on by lpower and boots, and is switched off again', async () => {
    const node = await newNode()
    await luna('node', 'change', node.name, '-g', 'powered')
    assert.equal(await power(node.name, 'status'), `${node.name}: off\n`)
    const machine = switchedTo('1').then(() => powerOn(node, 'bios'))
    assert.equal(await power(node.name, 'on'), `${node.name}: on\n`)
    const { vm } = await machine
    await vm.console.waitFor(/^luna: network up/m, 300_000)
    assert.equal(await power(node.name, 'status'), `${node.name}: on\n`)
    const off = switchedTo('0').then(() => vm.stop())
    assert.equal(await power(node.name, 'off'), `${node.name}: off\n`)
    await off
    await assert.rejects(vm.console.waitFor(/never said/, 10_000), /the machine is off/)
    assert.equal(await power(node.name, 'status'), `${node.name}: off\n`)
  })

  /** Waits until the controller has put the machine's switch to 1 or 0. */
  async function switchedTo(wanted: '0' | '1'): Promise<void> {
    const file = bmcs.powerFile(address)
    while ((await readFile(file, 'utf8').catch(() => '')).trim() !== wanted) await delay(50)
  }
})

/** What lpower prints. */
async function power(...args: string[]): Promise<string> {
  const { stdout, stderr } = await lpower(...args)
  return stdout + stderr
}
