// What all make commands say beside what they make.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { useSite } from './luna.ts'

describe('luna cluster make...', () => {
  const site = useSite()

  it('tells of templates of the first Luna, which are not read', () => {
    const where = ['--user', userInfo().username, '--path', site.dir]
    assert.equal(site.luna(['cluster', 'init', '--frontend_address', '10.30.255.254', ...where]).status, 0)
    const make = () => site.luna(['cluster', 'makenginx', '--dry-run'])
    assert.deepEqual({ ...make(), stdout: '' }, { status: 0, stdout: '', stderr: '' })
    mkdirSync(join(site.dir, 'templates'))
    for (const name of ['templ_install.cfg', 'templ_dhcpd.cfg', 'own.cfg'])
      writeFileSync(join(site.dir, 'templates', name), '')
    const { status, stderr } = make()
    assert.equal(status, 0)
    assert.match(stderr, /^INFO:luna:.*templates: templ_dhcpd\.cfg, templ_install\.cfg of the first Luna/)
    assert.match(stderr, /man luna-templates\)\n$/)
  })
})
