import { luna } from '../lab/cluster.ts'
import { markerDisk } from './disk.ts'
import { newNode, powerOn } from './stage.ts'

describe('a node with localboot', () => {
  it('is sent to its own disk', async () => {
    const node = await newNode()
    await luna('node', 'change', node.name, '--localboot', 'y')
    const { vm } = await powerOn(node, 'bios', { disk: await markerDisk(node.name, 'the disk was booted') })
    await vm.console.waitFor(/the disk was booted/, 120_000)
  })
})
