import assert from 'node:assert/strict'
import { newNode, powerOn, scene } from './stage.ts'
import { factsOf } from './verdict.ts'

describe('a node whose server loses seeder and tracker', () => {
  it('gets its image from nginx and comes up', async () => {
    const node = await newNode()
    const { services } = scene()
    const { vm, up } = await powerOn(node, 'bios')
    try {
      await vm.console.waitFor(/^luna: step install\.download/m, 300_000)
      await services.kill('ltorrent')
      await services.kill('lweb')
      await up
    } finally {
      await services.start('lweb')
      await services.start('ltorrent')
    }
    const { system, hostname } = await factsOf(vm)
    assert.deepEqual({ system, hostname }, { system: 'running', hostname: `${node.name}.cluster` })
  })
})
