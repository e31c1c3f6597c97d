import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { luna, nodeStatus } from '../lab/cluster.ts'
import { nodeAddress } from '../lab/net.ts'
import { markerDisk } from './disk.ts'
import { onNode } from './ssh.ts'
import { newNode, powerOn } from './stage.ts'

describe('a node in service mode', () => {
  it('lets root in by ssh and changes nothing', async () => {
    const node = await newNode()
    await luna('node', 'change', node.name, '--service', 'y')
    const disk = await markerDisk(node.name, 'not to be booted')
    const before = await checksum(disk)
    const { vm } = await powerOn(node, 'bios', { disk })
    await vm.console.waitFor(/^luna: service mode/m, 300_000)
    const facts = await onNode(
      nodeAddress(node.number),
      'cat /proc/sys/kernel/hostname; grep -c " /sysroot " /proc/mounts; true',
    )
    assert.equal(facts.stdout, `${node.name}.cluster\n0\n`)
    assert.equal(await nodeStatus(node.name), 'boot.request')
    assert.equal(await checksum(disk), before)
    assert.doesNotMatch(vm.console.text, /luna: step/)
  })
})

async function checksum(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}
