// What the documents of this tree point to is there.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readmeInstallation } from '../packaging/readme.ts'

const top = join(import.meta.dirname, '../..')

describe('the documents', () => {
  for (const document of globSync(['*.md', 'docs/**/*.md', 'test/**/*.md'], { cwd: top }))
    it(`${document} links to files that are there`, () => {
      const links = [...readFileSync(join(top, document), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      const files = links.map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target))
      const missing = files.filter((target) => !existsSync(join(top, dirname(document), target)))
      assert.deepEqual(missing, [])
    })

  it('README.md installs Luna in ten lines, with links to the rest', () => {
    assert.equal(readmeInstallation().length, 10)
    const readme = readFileSync(join(top, 'README.md'), 'utf8')
    for (const page of ['luna-install.7', 'luna-migrate.7', 'luna.8'])
      assert.ok(readme.includes(`](man/${page})`), page)
  })
})
