// What all make commands say beside what they make.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
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

  it('make says what was never made; with --check it prints what is due, and changes nothing', () => {
    const paths = ['dhcpd_conf=dhcpd.conf', 'tftp_root=tftp', 'nginx_conf_d=conf.d']
    const lines = paths.map((path) => path.replace('=', `=${site.dir}/`))
    appendFileSync(join(site.dir, 'luna.conf'), `[Paths]\n${lines.join('\n')}\n`)
    const make = (...more: string[]) => site.luna(['cluster', 'make', ...more])
    const nothing = make()
    assert.deepEqual([nothing.status, nothing.stdout], [0, ''])
    const said = nothing.stderr.split('\n').map((line) => line.replace(/ \(luna .*/, ''))
    const never = ['dhcp', 'tftp', 'nginx', 'dns'].map((name) => `INFO:luna:never made: ${name}`)
    assert.deepEqual(said, ['INFO:luna:nothing is due', ...never, ''])
    assert.deepEqual(make('--check'), { status: 0, stdout: '', stderr: '' })
    const file = join(site.dir, 'conf.d/luna.conf')
    mkdirSync(join(site.dir, 'conf.d'))
    writeFileSync(file, 'of the first Luna\n')
    const due = {
      status: 1,
      stdout: `nginx: ${file}\n`,
      stderr: 'ERROR:luna:due: nginx (luna cluster make)\n',
    }
    assert.deepEqual([make('--check'), make('--check')], [due, due])
  })
})
