import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileInTree, inTree } from '../../lib/host/image/tree.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('inTree', () => {
  let place: Place
  let root: string
  before(() => {
    place = temporaryPlace()
    root = join(place.path, 'root')
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    writeFileSync(join(root, 'usr/bin/tool'), '')
    symlinkSync('/usr/bin', join(root, 'bin'))
    symlinkSync('../../../../etc', join(root, 'usr/out'))
    symlinkSync('b', join(root, 'a'))
    symlinkSync('a', join(root, 'b'))
  })
  after(() => place.remove())

  for (const [path, real] of [
    ['usr/bin/tool', 'usr/bin/tool'],
    ['/bin/tool', 'usr/bin/tool'],
    ['usr/out/passwd', 'etc/passwd'],
    ['../../usr', 'usr'],
    ['nowhere/at/all', 'nowhere/at/all'],
  ] as const) {
    it(`takes ${path} for ${real}`, async () => assert.equal(await inTree(root, path), join(root, real)))
  }

  it('gives up where links lead in a circle', async () => {
    assert.equal(await inTree(root, 'a/x'), undefined)
    assert.equal(await fileInTree(root, 'a'), undefined)
  })

  it('tells files from directories', async () => {
    assert.equal(await fileInTree(root, 'bin/tool'), join(root, 'usr/bin/tool'))
    assert.equal(await fileInTree(root, 'bin'), undefined)
  })
})
