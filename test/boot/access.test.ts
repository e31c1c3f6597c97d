// Nodes are installed at every level of boot_access. All other tests boot at `node`.
import assert from 'node:assert/strict'
import { allCases } from '../all-cases.ts'
import { luna, nodeStatus, setAccess } from '../lab/cluster.ts'
import { newNode, powerOn } from './stage.ts'

describe('a node that is switched on, where boot_access is', () => {
  afterEach(() => setAccess('node'))

  for (const level of ['root', 'armed', ...(allCases ? ['open'] : [])]) {
    it(`${level}: is installed, and not armed any more`, async () => {
      await setAccess(level)
      const node = await newNode()
      assert.equal(await isArmed(node.name), level === 'armed')
      const { up } = await powerOn(node, 'bios')
      await up
      assert.equal(await nodeStatus(node.name), 'install.success')
      assert.equal(await isArmed(node.name), false)
    })
  }
})

async function isArmed(name: string): Promise<boolean> {
  return (await luna('node', 'show', name)).stdout.includes('armed')
}
