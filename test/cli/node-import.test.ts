// luna node import and luna node list --csv, as a person or a script uses them.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { useSite } from './luna.ts'

const image = { _id: { $oid: '64b000000000000000000001' }, name: 'os', path: null, _use_: {}, _usedby_: {} }

describe('luna node import', () => {
  const site = useSite()
  const run = (line: string, input = '') => site.luna(line.split(' '), input)
  const dump = () => site.luna(['db', 'export']).stdout

  before(() => {
    run(`cluster init --frontend_address 127.0.0.1 --user ${userInfo().username} --path ${site.dir}`)
    run('network add -n net -N 10.30.0.0 -P 16')
    const exported = JSON.parse(dump()) as Record<string, unknown[]>
    writeFileSync(join(site.dir, 'db.json'), JSON.stringify({ ...exported, osimage: [image] }))
    assert.equal(run(`db import --replace ${join(site.dir, 'db.json')}`).status, 0)
    run('group add -n compute -o os -N net')
    const lines = Array.from({ length: 30 }, (_, at) => `node${at + 101},52:54:00:00:01:${at + 10}\n`)
    writeFileSync(join(site.dir, 'rack.csv'), `name,mac\n${lines.join('')}`)
  })

  it('shows with --dry-run what it would do, and then does it', () => {
    const file = join(site.dir, 'rack.csv')
    const before = dump()
    const dry = run(`node import -g compute --dry-run ${file}`)
    assert.equal(dry.status, 0)
    assert.match(dry.stdout, /\| add +\| node node\[101-130\] +\| mac +\| +\| 52:54:00:00:01:10 \.\. /)
    assert.equal(
      dry.stderr,
      'INFO:luna:would add 30 nodes with 30 addresses: node[101-130]; then due: luna cluster make (dhcp, dns)\n',
    )
    assert.equal(dump(), before)
    const done = run(`node import -g compute ${file}`)
    assert.deepEqual([done.status, done.stdout], [0, dry.stdout])
    assert.match(done.stderr, /^INFO:luna:added 30 nodes with 30 addresses: node\[101-130\]; due: /)
  })

  it('changes nothing when it is given what is listed, from standard input', () => {
    const before = dump()
    for (const form of ['--csv', '--json']) {
      const listed = run(`node list ${form}`).stdout
      const { status, stdout, stderr } = run('node import -', listed)
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'no differences\n', stderr: '' })
    }
    assert.equal(dump(), before)
  })

  it('tells every difference with --json', () => {
    const { stdout } = run('node import --dry-run --json -', 'name,comment\nnode101,hot\n')
    assert.deepEqual(JSON.parse(stdout), [
      { change: 'change', kind: 'node', name: 'node101', field: 'comment', from: '', to: 'hot' },
    ])
  })

  it('refuses as a whole, with status 1, a line for everything that is wrong', () => {
    const before = dump()
    const { status, stdout, stderr } = run(
      'node import -',
      'name,mac,comment\nnode101,,x\nnode102,zz,x\nn_,,\n',
    )
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
    assert.match(
      stderr,
      /^ERROR:luna:standard input, line 3, column 2: mac cannot be "zz": it is not a MAC address \(/,
    )
    assert.match(
      stderr,
      /ERROR:luna:3 things are wrong, and nothing is changed \(correct the file, and give it again\)\n$/,
    )
    assert.equal(dump(), before)
  })

  it('says what cannot be read', () => {
    assert.match(run(`node import ${site.dir}/none.csv`).stderr, /none\.csv cannot be read: ENOENT/)
    assert.match(run(`node import ${site.dir}`).stderr, /cannot be read: EISDIR/)
    assert.match(
      run('node import -', 'name\n\0').stderr,
      /standard input has a NUL character in it: line 2, column 1/,
    )
    assert.match(
      run('node import -', '{"name": ').stderr,
      /standard input, line 1, column \d+: it cannot be read/,
    )
  })
})

describe('luna export inventory and luna apply', () => {
  const site = useSite()
  const run = (line: string, input = '') => site.luna(line.split(' '), input)

  before(() => {
    run(`cluster init --frontend_address 127.0.0.1 --user ${userInfo().username} --path ${site.dir}`)
    run('network add -n net -N 10.30.0.0 -P 16')
    run('bmcsetup add -n base -p hush')
    run('switch add -n sw01 -N net -i 10.30.253.1 -r hush')
  })

  it('take an inventory to files and back', () => {
    const yaml = run('export inventory').stdout
    assert.doesNotMatch(yaml, /hush/)
    assert.match(run('export inventory --secrets').stdout, /hush/)
    assert.equal(run('apply -', yaml).stdout, 'no differences\n')
    assert.equal(run('apply --prune -', run('export inventory --json').stdout).stdout, 'no differences\n')
    const parts = yaml.split(/^(?=---\n)/m)
    const files = parts.map((part, at) => {
      const file = join(site.dir, `${at}.yaml`)
      writeFileSync(file, part.replace('comment: ""', `comment: number ${at}`))
      return file
    })
    const { status, stdout, stderr } = run(`apply ${files.join(' ')}`)
    assert.equal(status, 0)
    assert.match(stdout, /\| change +\| switch sw01 +\| comment +\| - +\| number 3 +\|/)
    assert.match(
      stderr,
      /^INFO:luna:changed 1 network: net \(comment\); .*changed 1 switch: sw01 \(comment\)\n$/,
    )
    assert.equal(run('export inventory').stdout.match(/number \d/g)?.length, 3)
  })

  it('refuse all files for one of them', () => {
    const before = run('export inventory').stdout
    const [good, bad] = ['good', 'bad'].map((name) => join(site.dir, `${name}.yaml`))
    writeFileSync(good ?? '', '{kind: network, name: net, comment: new}')
    writeFileSync(bad ?? '', '{kind: switch, name: sw01, ip: 10.99.0.1}')
    const { status, stderr } = run(`apply ${good} ${bad}`)
    assert.equal(status, 1)
    assert.match(
      stderr,
      /^ERROR:luna:\S+bad\.yaml, line 1, column 32: 10\.99\.0\.1 lies outside 10\.30\.0\.0\/16/,
    )
    assert.equal(run('export inventory').stdout, before)
  })
})
