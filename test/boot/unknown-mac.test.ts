import assert from 'node:assert/strict'
import { luna } from '../lab/cluster.ts'
import { newNode, powerOn, scene } from './stage.ts'

const refused = /\/luna\.\.\..*(HTTP 0x|No such file|\(http:\/\/ipxe\.org)/

describe('a node whose MAC address nobody has told Luna', () => {
  it('asks again and again, and boots once the address is set', async () => {
    const node = await newNode('unknown')
    const { vm, up } = await powerOn(node, 'bios')
    await vm.console.waitFor(refused, 120_000)
    const from = vm.console.text.length
    await vm.console.waitFor(refused, 120_000, from)
    assert.match(await scene().services.lastWords('nginx'), /step=discovery\S* HTTP\/1\.1" 404 /)
    await luna('node', 'change', node.name, '--mac', node.mac)
    await up
  })
})
