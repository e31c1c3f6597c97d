// Commands that change objects, as a person or a script sees them: one line of what was done, a dry run, a
// question on the terminal.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { skipUnless } from '../daemons/skip.ts'
import { type Ran, useSite } from './luna.ts'

const program = join(import.meta.dirname, '../../bin/luna')

// Runs a command at a terminal of its own, answers its question, and prints what the terminal showed.
const atTerminal = `
import os, pty, sys
answer, redirect, command = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, master = pty.fork()
if pid == 0:
    if redirect:
        os.dup2(os.open(redirect, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open('/dev/null', os.O_RDONLY), 0)
    os.execv(command[0], command)
shown = b''
while True:
    try: part = os.read(master, 4096)
    except OSError: break
    if not part: break
    shown += part
    if b'[y/N]' in shown and answer:
        os.write(master, answer.encode('utf8').decode('unicode_escape').encode()); answer = ''
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

describe('commands that change objects', () => {
  const site = useSite()
  const run = (line: string, input = '') => site.luna(line.split(' '), input)
  const dump = () => site.luna(['db', 'export']).stdout
  const python = spawnSync('python3', ['--version']).error ? 'python3 is not installed' : undefined

  function terminal(answer: string, line: string, redirect = ''): Pick<Ran, 'status' | 'stdout'> {
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf') }
    const args = ['-c', atTerminal, answer, redirect, process.execPath, program, ...line.split(' ')]
    return spawnSync('python3', args, { env, encoding: 'utf8', timeout: 20_000 })
  }

  before(() => {
    const documents = run('db export').stdout
    assert.equal(documents, '{}\n')
    const user = userInfo().username
    run(`cluster init --frontend_address 127.0.0.1 --user ${user} --path ${site.dir}`)
    run('network add -n net -N 10.30.0.0 -P 16')
    const exported = JSON.parse(dump()) as Record<string, unknown[]>
    const image = {
      _id: { $oid: '64b000000000000000000001' },
      name: 'os',
      path: null,
      _use_: {},
      _usedby_: {},
    }
    writeFileSync(join(site.dir, 'db.json'), JSON.stringify({ ...exported, osimage: [image] }))
    assert.equal(run(`db import --replace ${join(site.dir, 'db.json')}`).status, 0)
    run('group add -n g1 -o os -N net')
    run('group add -n g2 -o os -N net')
    run('node add -g g1 -n node[001-015]')
    run('node add -g g2 -n node[016-030]')
  })

  it('tell what they did to several groups in one line', () => {
    const { stderr, stdout, status } = run('group change g[1-2] -i ib0 --add')
    const those = '30 nodes get it at the next installation: node[001-030]'
    assert.deepEqual({ stdout, status }, { stdout: '', status: 0 })
    assert.equal(stderr, `INFO:luna:changed 2 groups: g[1-2] (interface ib0 added); ${those}\n`)
  })

  it('show with --dry-run what they would do, and do nothing', () => {
    const before = dump()
    const lines = [
      [
        'group change g[1-2] -i BOOTIF --delete',
        /would change 2 groups: g\[1-2\] .*; 30 nodes would lose 30 addresses: node\[001-030\]; then due: luna cluster make \(dhcp, dns\)/,
      ],
      ['node delete node[001-003]', /would delete 3 nodes with 3 addresses: node\[001-003\]; /],
      ['network change net -N 10.40.0.0', /30 nodes would have other addresses/],
      ['osimage change os -k 6.1', /would change 1 osimage: os \(kernver\); then due: luna osimage pack os/],
      ['cluster change --frontend_port 8080', /would change the cluster \(frontend_port\)/],
      ['cluster delete --force', /would delete the cluster; .*would delete 30 nodes/],
      ['group change g1 -C', /would change 1 group: g1 \(comment\)/],
    ] as const
    for (const [line, said] of lines) {
      const { stderr, status } = run(`${line} --dry-run`, 'a comment\n')
      assert.match(stderr, said)
      assert.equal(status, 0)
    }
    assert.equal(dump(), before)
  })

  it('keep a copy of the database only when it goes', () => {
    const copies = () => readdirSync(site.dir).filter((name) => /^luna-.*\.json$/.test(name))
    const [before, kept] = [dump(), copies()]
    const dry = run('cluster delete --force --dry-run')
    assert.match(dry.stderr, /^INFO:luna:would delete the cluster; [^\n]*\n$/)
    if (python === undefined) terminal('n\n', 'cluster delete --force')
    assert.deepEqual(copies(), kept)
    assert.equal(dump(), before)
  })

  it('fail with --dry-run as they would', () => {
    const { stderr, status } = run('node delete node001,nope --dry-run')
    assert.equal(status, 255)
    assert.match(stderr, /^ERROR:luna:there is no node "nope"/)
    assert.match(stderr, /INFO:luna:would delete 1 node with 1 address: node001; left undone: nope; /)
    assert.equal(run('node show node001').status, 0)
  })

  it('take no option of their own for a field of the cluster', () => {
    run('cluster change --nodeprefix n --yes')
    assert.doesNotMatch(dump(), /"(yes|dry-run)"/)
  })

  it('say that nothing to change was given, those of the first Luna with the status that they had', () => {
    run('switch add -n sw -N net -i 10.30.200.1')
    run('otherdev add -n pdu -N net -i 10.30.200.2')
    run('bmcsetup add -n bmc')
    for (const [line, status] of [
      ['cluster change', 0],
      ['osimage change os', 0],
      ['network change net', 0],
      ['group change g1', 0],
      ['node change node001', 0],
      ['bmcsetup change bmc', 2],
      ['switch change sw', 2],
      ['otherdev change pdu', 2],
    ] as const) {
      const ran = run(line)
      assert.deepEqual([line, ran.status], [line, status])
      assert.match(ran.stderr, /^(WARNING|ERROR):luna:nothing to change was given /m)
    }
  })

  it('say what stays of an image that is deleted, and which image nodes wait for', () => {
    const documents = JSON.parse(dump()) as Record<string, Record<string, unknown>[]>
    const [image] = documents.osimage ?? []
    const other = {
      ...image,
      _id: { $oid: '64b000000000000000000002' },
      name: 'old',
      path: '/opt/os/old',
      _usedby_: {},
    }
    writeFileSync(join(site.dir, 'db.json'), JSON.stringify({ ...documents, osimage: [image, other] }))
    assert.equal(run(`db import --replace ${join(site.dir, 'db.json')}`).status, 0)
    const { stderr } = run('osimage delete old')
    assert.match(
      stderr,
      /^INFO:luna:the tree of osimage old stays in \/opt\/os\/old\n.*deleted 1 osimage: old/,
    )
    assert.match(
      run('cluster check').stderr,
      /^WARNING:luna:osimage os is not packed: node\[001-030\] cannot be installed/m,
    )
  })

  it('say at once that named will not take an include', function () {
    skipUnless(
      this,
      spawnSync('named-checkzone', ['-v']).error ? 'named-checkzone is not installed' : undefined,
    )
    const { stderr, status } = run('network change net --include', 'this is no record (\n')
    assert.match(stderr, /^WARNING:luna:makedns will refuse this: .*the include of network "net"/)
    assert.match(stderr, /changed 1 network: net \(include\)/)
    assert.equal(status, 0)
  })

  it('show at the terminal what a file changes, before the question and only once', function () {
    skipUnless(this, python)
    writeFileSync(join(site.dir, 'nodes.csv'), 'name,comment\nnode001,left\nnode016,left\n')
    const line = `node import --prune ${join(site.dir, 'nodes.csv')}`
    const before = dump()
    const no = terminal('n\\n', line)
    assert.equal(no.status, 1)
    assert.match(
      no.stdout,
      /\| remove +\| node node\[002-015,017-030\] .*would delete 28 nodes.*Go on\? \[y\/N\] /s,
    )
    assert.equal(dump(), before)
    const yes = terminal('y\\n', line)
    assert.equal(yes.status, 0)
    assert.equal(yes.stdout.match(/Objects/g)?.length, 1)
    assert.deepEqual(JSON.parse(run('node list --json').stdout).length, 2)
    writeFileSync(join(site.dir, 'db.json'), before)
    assert.equal(run(`db import --replace ${join(site.dir, 'db.json')}`).status, 0)
  })

  it('do not ask where there is no terminal', () => {
    const { status, stderr } = spawnSync(
      'setsid',
      [process.execPath, program, 'group', 'change', 'g[1-2]', ...['-i', 'ib0', '-D']],
      {
        env: { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf') },
        encoding: 'utf8',
      },
    )
    assert.equal(status, 0, stderr)
    run('group change g[1-2] -i ib0 -A')
  })

  it('ask at a terminal before more than 20 nodes lose something, and take no for an answer', function () {
    skipUnless(this, python)
    const before = dump()
    const { status, stdout } = terminal('n\\n', 'group change g[1-2] -i BOOTIF -D')
    assert.match(stdout, /30 nodes would lose 30 addresses: .*\r\nGo on\? \[y\/N\] /)
    assert.match(stdout, /ERROR:luna:nothing is changed: 30 nodes would lose something/)
    assert.equal(status, 1)
    assert.equal(dump(), before)
  })

  it('ask at the terminal also when standard error is elsewhere, and end by Ctrl-C', function () {
    skipUnless(this, python)
    const before = dump()
    const file = join(site.dir, 'stderr')
    const { status, stdout } = terminal('\\x03', 'group change g[1-2] -i BOOTIF -D', file)
    assert.match(stdout, /Go on\? \[y\/N\] /)
    assert.equal(status, 130)
    assert.equal(dump(), before)
  })

  it('do not ask for fewer nodes, with --yes, or where they read a text', function () {
    skipUnless(this, python)
    assert.doesNotMatch(terminal('', 'group change g1 -i ib0 -D').stdout, /y\/N/)
    const silent = terminal('', 'node delete -y node[003-030]')
    assert.doesNotMatch(silent.stdout, /y\/N/)
    assert.match(silent.stdout, /deleted 28 nodes/)
  })

  it('do it when the answer is yes', function () {
    skipUnless(this, python)
    run('node add -g g1 -n node[003-030]')
    const { status, stdout } = terminal('y\\n', 'node delete node[003-030]')
    assert.match(
      stdout,
      /would delete 28 nodes[\s\S]*Go on\?[\s\S]*deleted 28 nodes with 28 addresses: node\[003-030\]/,
    )
    assert.equal(status, 0)
  })
})
