// Bytes that are no text are refused wherever texts are read, with the place; the text that was there stays.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useSite } from './luna.ts'

const bin = join(import.meta.dirname, '../../bin')

describe('a text that is none', () => {
  const site = useSite()
  const run = (line: string, input = '') => site.luna(line.split(' '), input)
  /** Bytes are given as Latin-1. */
  const given = (args: readonly string[], bytes: string, more: NodeJS.ProcessEnv = {}) => {
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf'), ...more }
    const input = Buffer.from(bytes, 'latin1')
    const ran = spawnSync(process.execPath, [join(bin, 'luna'), ...args], { env, input })
    return { status: ran.status, stderr: ran.stderr.toString() }
  }

  let untouched: string

  before(() => {
    for (const dir of ['c', 'img/boot', 'img/lib/modules/1'])
      mkdirSync(join(site.dir, dir), { recursive: true })
    writeFileSync(join(site.dir, 'img/boot/vmlinuz-1'), '')
    for (const line of [
      `cluster init --frontend_address 127.0.0.1 --user root --path ${join(site.dir, 'c')}`,
      'network add -n net -N 10.30.0.0 -P 16',
      `osimage add -n img -p ${join(site.dir, 'img')}`,
      'bmcsetup add -n bmc',
      'group add -n g -o img -N net',
      'node add -g g -n n1',
      'switch add -n sw -N net -i 10.30.1.1',
      'otherdev add -n dev -N net -i 10.30.1.2',
    ])
      assert.equal(run(line).status, 0, line)
    untouched = run('db export').stdout
  })

  for (const line of [
    ...['group change g --pre', 'group change g --part', 'group change g --post', 'group change g -C'],
    ...['group change g -i BOOTIF -e', 'network change net --include', 'network change net --rev_include'],
    ...['network change net -C', 'osimage change img -e', 'osimage change img -C', 'cluster change -C'],
    ...['bmcsetup change bmc -C', 'node change n1 -C', 'switch change sw -C', 'otherdev change dev -C'],
    'db import --replace -',
  ]) {
    it(`is refused by luna ${line}`, () => {
      for (const [bytes, where] of [
        ['x\necho caf\xe9\n', /standard input is not UTF-8: line 2, column 9: /],
        ['x\na\0b\n', /standard input has a NUL character in it: line 2, column 2: /],
      ] as const) {
        const { status, stderr } = given(line.split(' '), bytes)
        assert.match(stderr, where)
        assert.notEqual(status, 0)
      }
    })
  }

  it('changes nothing', () => assert.equal(run('db export').stdout, untouched))

  it('is refused from an editor', () => {
    const editor = join(site.dir, 'editor')
    writeFileSync(editor, '#!/bin/sh\nprintf "\\n\\351" > "$1"\n', { mode: 0o755 })
    // script(1) gives it a terminal.
    const line = `${process.execPath} ${join(bin, 'luna')} group change g --pre`
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf'), EDITOR: editor }
    const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { env, encoding: 'utf8' })
    assert.match(stdout, /the text is not UTF-8: line 2, column 1: the byte 0xe9/)
    assert.equal(status, 1)
  })

  it('is refused in a file to import, which is named', () => {
    const file = join(site.dir, 'dump.json')
    writeFileSync(file, Buffer.from('{\n "a": "\xe9"}', 'latin1'))
    const { status, stderr } = run(`db import --replace ${file}`)
    assert.match(stderr, /dump\.json is not UTF-8: line 2, column 8/)
    assert.equal(status, 1)
  })

  it('is refused where an imported document has half a character, not where a script writes one', () => {
    const dump = run('db export').stdout
    const half = run('db import --replace -', dump.replace('"prescript":""', '"prescript":"\\ud83d"'))
    assert.match(half.stderr, /collection "group", document 1: it has half of a surrogate pair/)
    assert.equal(half.status, 1)
    const script = dump.replace('"prescript":""', '"prescript":"printf \\\\ud83d \\ud83d\\ude42"')
    assert.equal(run('db import --replace -', script).status, 0)
    assert.equal(run('group show g --pre').stdout, 'printf \\ud83d 🙂\n')
    run('db import --replace -', dump)
  })

  it('is refused in an argument of luna, lpower and lchroot', () => {
    for (const line of ['luna node add -g g -n', 'luna node show', 'lpower', 'lchroot img echo']) {
      const shell = `$DIR/${line} "$(printf 'caf\\351')"${line === 'lpower' ? ' on' : ''}`
      const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf'), DIR: bin }
      const { status, stderr } = spawnSync('sh', ['-c', shell], { env, encoding: 'utf8' })
      assert.match(stderr, /argument \d is not UTF-8: its character 4 cannot be read/, line)
      assert.equal(status, 2)
    }
  })

  it('is not taken for an empty one where standard input is closed or a directory', () => {
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf') }
    for (const from of ['<&-', '</tmp'])
      for (const line of ['network change net -C', 'db import --replace -']) {
        const command = `'${join(bin, 'luna')}' ${line} ${from}`
        const { status, stderr } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' })
        assert.match(stderr, /^ERROR:luna:standard input cannot be read: .*(bad file descriptor|directory)/)
        assert.equal(status, 1)
      }
  })

  it('with CR LF is kept, and warned of', () => {
    const { status, stderr } = run('group change g --post', 'true\r\nfalse\r\n')
    assert.match(stderr, /^WARNING:luna:line 1 of the postscript of group "g" ends with CR LF/)
    assert.equal(status, 0)
    assert.equal(run('group show g --post').stdout, 'true\r\nfalse\n')
    const params = run('group change g -i BOOTIF -e', 'MTU=9000\r\nONBOOT=yes\r\n')
    assert.match(params.stderr, /line 1 of the parameters of interface BOOTIF/)
  })
})
