// The command as scripts see it: exit status, standard output and standard error, whole.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { useSite } from './luna.ts'

const silent = { status: 0, stdout: '', stderr: '' }
const told = (line: string) => ({ ...silent, stderr: `INFO:luna:${line}\n` })

describe('luna', () => {
  const site = useSite()
  const run = (...args: string[]) => site.luna(args)

  it('says what objects there are when it is given none', () => {
    const ran = run()
    assert.equal(ran.status, 2)
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, /^usage: luna \[-h\] \{cluster,/)
    assert.match(ran.stderr, /ERROR:luna:no object is given/)
  })

  for (const args of [
    ['bogus'],
    ['node'],
    ['node', 'bogus'],
    ['--bogus', 'node', 'list'],
    ['node', 'add'],
    ['setup', 'bogus'],
  ]) {
    it(`refuses "luna ${args.join(' ')}" with status 2 and its usage on standard error`, () => {
      const ran = run(...args)
      assert.equal(ran.status, 2)
      assert.equal(ran.stdout, '')
      assert.match(ran.stderr, /^usage: luna /)
      assert.match(ran.stderr, /^ERROR:luna:/m)
    })
  }

  for (const args of [
    ['-h'],
    ['--help'],
    ['node', '-h'],
    ['node', 'change', '--help'],
    ['-d', 'node', '--he'],
    ['setup', '-h'],
  ]) {
    it(`answers "luna ${args.join(' ')}" on standard output with status 0`, () => {
      const ran = run(...args)
      assert.match(ran.stdout, /^usage: luna /)
      assert.deepEqual({ ...ran, stdout: '' }, silent)
    })
  }

  it('says which Luna it is, as package.json has it', () => {
    const about = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
    const shown = { status: 0, stdout: `luna ${about.version}\n`, stderr: '' }
    assert.deepEqual(site.luna(['--version']), shown)
  })

  it('lists nothing as an empty table before there is a cluster', () => {
    const border = '+---------+------------+\n'
    const stdout = `${border}| Name    | Network    |\n${border}${border}`
    assert.deepEqual(run('network', 'list'), { ...silent, stdout })
  })

  it('says what to do when there is no cluster', () => {
    const ran = run('network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16')
    assert.equal(ran.status, 255)
    assert.match(ran.stderr, /^ERROR:luna:there is no cluster yet: .* \(luna cluster init .*\)\n$/)
  })

  it('exports nothing over a file of another program while there is no cluster', () => {
    const file = join(site.dir, 'hosts')
    writeFileSync(file, '10.30.0.1\tnode001\n')
    for (const what of ['hosts', 'inventory']) {
      const ran = run('export', what, ...(what === 'hosts' ? ['-o', file] : []))
      assert.deepEqual([ran.status, ran.stdout], [255, ''])
      assert.match(ran.stderr, /^ERROR:luna:there is no cluster yet: /)
    }
    assert.equal(readFileSync(file, 'utf8'), '10.30.0.1\tnode001\n')
  })

  it('makes a cluster and a node, and says what it did and what is due', () => {
    mkdirSync(join(site.dir, 'image/boot'), { recursive: true })
    mkdirSync(join(site.dir, 'image/lib/modules/6.1.0-9-amd64'), { recursive: true })
    writeFileSync(join(site.dir, 'image/boot/vmlinuz-6.1.0-9-amd64'), '')
    const user = userInfo().username
    const init = run('cluster', 'init', '--frontend_address', '127.0.0.1', '--user', user, '--path', site.dir)
    assert.equal(init.status, 0)
    assert.match(
      init.stderr,
      /^WARNING:luna:the frontend address 127\.0\.0\.1 is one that no node can reach: .*\nINFO:luna:added the cluster; due: luna cluster makenginx, luna cluster maketftp\n$/,
    )
    // The address of the network, of which this machine has none: said, and done.
    const elsewhere = run('cluster', 'change', '--frontend_address', '10.30.255.254')
    assert.match(
      elsewhere.stderr,
      /^WARNING:luna:the frontend address 10\.30\.255\.254 is not one of this machine: /,
    )
    assert.equal(elsewhere.status, 0)
    for (const [line, said] of [
      [
        'network add -n cluster -N 10.30.0.0 -P 16 --ns_hostname master01',
        'added 1 network: cluster; due: luna cluster make (dns, nginx)',
      ],
      [
        `osimage add -n compute -p ${join(site.dir, 'image')}`,
        'added 1 osimage: compute; due: luna osimage pack compute',
      ],
      ['group add -n compute -o compute -N cluster', 'added 1 group: compute'],
      ['node add -g compute', 'added 1 node with 1 address: node001; due: luna cluster make (dns)'],
    ] as const) {
      assert.deepEqual(run(...line.split(' ')), told(said))
    }
  })

  it('shows a node as a table', () => {
    const { stdout, ...rest } = run('node', 'show', 'node001')
    assert.deepEqual(rest, { status: 0, stderr: '' })
    assert.equal(stdout, nodeTable)
  })

  it('shows a node as JSON', () => {
    const shown: unknown = JSON.parse(run('node', 'show', 'node001', '--json').stdout)
    assert.deepEqual(shown, {
      name: 'node001',
      group: 'compute',
      mac: null,
      switch: null,
      port: null,
      localboot: false,
      setupbmc: true,
      service: false,
      comment: '',
      interfaces: { BOOTIF: { ipv4: '10.30.0.1', ipv6: null } },
    })
  })

  it('says what it leaves undone where one command does one thing', () => {
    assert.deepEqual(
      run('network', 'change', 'cluster', '--ns_hostname', 'master02', '--release', '10.30.9.9'),
      {
        ...silent,
        stderr:
          'WARNING:luna:only --release is done, not --ns_hostname: one command does one thing\n' +
          'INFO:luna:nothing is changed: it was so before\n',
      },
    )
    assert.match(run('network', 'show', 'cluster').stdout, /ns_hostname +\| master01 /)
    const ran = run('group', 'change', 'compute', '--bmcsetup', '', '--domain', 'cluster')
    assert.match(ran.stderr, /^WARNING:luna:only --domain is done, not --bmcsetup: /)
  })

  it('reads a text from standard input, and prints it back without another line', () => {
    assert.deepEqual(
      site.luna(['node', 'change', 'node001', '-C'], 'two\nlines\n\n'),
      told('changed 1 node: node001 (comment)'),
    )
    assert.deepEqual(run('node', 'show', 'node001', '-C'), { ...silent, stdout: 'two\nlines\n' })
  })

  it('goes through a hostlist until a name does not exist, with the earlier ones done', () => {
    assert.equal(run('node', 'change', 'node001,nope,node002', '--service', 'y').status, 255)
    assert.match(run('node', 'show', 'node001').stdout, /\| service +\| yes/)
  })

  it('gives a malformed hostlist status 1', () => {
    assert.equal(run('node', 'show', 'node[001').status, 1)
  })

  it('refuses to rename to a name in use with status 1', () => {
    const said = 'added 1 node with 1 address: login; due: luna cluster make (dns)'
    assert.deepEqual(run('node', 'add', '-n', 'login', '-g', 'compute'), told(said))
    const ran = run('node', 'rename', 'login', '--nn', 'node001')
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /^ERROR:luna:there is a node "node001" already /)
  })

  it('gives what does not exist status 255, and says how to see what does', () => {
    assert.deepEqual(run('node', 'show', 'nope'), {
      status: 255,
      stdout: '',
      stderr: 'ERROR:luna:there is no node "nope" (see what there is: luna node list)\n',
    })
  })

  for (const kind of ['osimage', 'bmcsetup', 'network', 'group', 'node', 'switch', 'otherdev']) {
    it(`gives every action on a ${kind} that does not exist status 255, options or none`, () => {
      for (const action of ['show', 'change', 'rename --nn other', 'delete']) {
        const [verb = '', ...options] = action.split(' ')
        const ran = run(kind, verb, 'nope', ...options)
        assert.deepEqual([action, ran.status, ran.stdout], [action, 255, ''])
        assert.match(ran.stderr, new RegExp(`^ERROR:luna:there is no ${kind} "nope"`))
      }
    })
  }

  it('moves the database by export and import', () => {
    const exported = run('db', 'export').stdout
    const again = site.luna(['db', 'import', '-'], exported)
    assert.equal(again.status, 1)
    const replaced = site.luna(['db', 'import', '-', '--replace'], exported)
    assert.deepEqual([replaced.status, replaced.stdout], [0, ''])
    assert.match(replaced.stderr, /^INFO:luna:1 cluster, .* replaced by 1 cluster, /)
    const copy = /the old database is kept file=(\S+)\n$/.exec(replaced.stderr)?.[1] ?? ''
    assert.equal(readFileSync(copy, 'utf8'), exported)
    assert.equal(run('db', 'export').stdout, exported)
  })

  const unpacked =
    'WARNING:luna:osimage compute is not packed: login,node001 cannot be installed (luna osimage pack compute)\n'

  it('finds nothing wrong with what it made, but that it is not packed', () => {
    assert.deepEqual(run('cluster', 'check'), { ...silent, stderr: unpacked })
  })

  it('tells what needs a look before a database is taken over, with status 1 as long as something does', () => {
    const ran = run('db', 'migrate', '--dry-run')
    assert.match(ran.stdout, /^install: osimage compute is not packed: login,node001 cannot be installed/m)
    const told: unknown = JSON.parse(run('db', 'migrate', '--json').stdout)
    assert.deepEqual(Object.keys(told ?? {}), ['defects', 'differences', 'remarks', 'duplicates'])
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /ERROR:luna:\d+ things? needs? a look \(settle it.*\)\n$/)
  })

  it('lets a passive head look at the database, but not repair it', () => {
    const heads = ['--cluster_ips', '192.0.2.1,192.0.2.2']
    const lock = ['cluster', 'change', '--frontend_address', '192.0.2.9', ...heads]
    const refused = run(...lock)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /^ERROR:luna:nothing could be changed on this head any more: .*--force\)\n$/)
    assert.equal(run(...lock, '--force').status, 0)
    assert.deepEqual(run('cluster', 'check'), { ...silent, stderr: unpacked })
    const ran = run('cluster', 'check', '--repair')
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /^ERROR:luna:this head is passive/)
  })

  it('lets a passive head make no copy of an object, and arm no node', () => {
    const luna = (...args: string[]) => run(...args).stderr
    assert.match(luna('osimage', 'clone', 'compute', '-t', 'copy', '-p', '/copy'), /this head is passive/)
    assert.match(luna('group', 'clone', 'compute', '-t', 'copy'), /this head is passive/)
    const armed = site.run('lpower', ['--arm', 'node001', 'on'])
    assert.deepEqual([armed.status, armed.stdout], [1, ''])
    assert.match(armed.stderr, /this head is passive/)
  })

  it('does not mind a reader that goes away', async () => {
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf') }
    const program = join(import.meta.dirname, '../../bin/luna')
    const child = spawn(process.execPath, [program, 'node', 'list'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const said: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const [status] = (await once(child, 'close')) as [number]
    assert.deepEqual([status, said.join('')], [0, ''])
  })
})

const nodeTable = `+---------------+---------------------+
| Parameter     | Value               |
+---------------+---------------------+
| name          | node001             |
| group         | [compute]           |
| interfaces    | BOOTIF:10.30.0.1    |
| localboot     | no                  |
| mac           | -                   |
| port          | -                   |
| service       | no                  |
| setupbmc      | yes                 |
| switch        | -                   |
| comment       |                     |
+---------------+---------------------+
`

describe('luna without its store', () => {
  const site = useSite()

  it('says which store, why, and both ways out, with status 255', () => {
    writeFileSync(join(site.dir, 'luna.conf'), '[MongoDB]\nserver=127.0.0.1:1\n')
    const ran = site.luna(['node', 'list'])
    assert.equal(ran.status, 255)
    assert.equal(ran.stdout, '')
    assert.match(
      ran.stderr,
      /^ERROR:luna:the MongoDB at 127\.0\.0\.1:1 cannot be used: .*start MongoDB, or .*\[Embedded\]/,
    )
  })
})

describe('luna interrupted', () => {
  const site = useSite()

  it('ends with status 130, and has changed nothing', async () => {
    const user = userInfo().username
    site.luna(['cluster', 'init', '--frontend_address', '10.30.255.254', '--user', user, '--path', site.dir])
    site.luna(['network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16'])
    const env = { ...process.env, LUNA_CONF: join(site.dir, 'luna.conf') }
    const program = join(import.meta.dirname, '../../bin/luna')
    // It waits for the text on standard input, which does not come.
    const child = spawn(process.execPath, [program, '-d', 'network', 'change', 'cluster', '-C'], { env })
    child.stderr.once('data', () => child.kill('SIGTERM'))
    const [status] = (await once(child, 'close')) as [number]
    assert.equal(status, 130)
    assert.match(site.luna(['network', 'show', 'cluster', '-C']).stdout, /^\n$/)
  })
})
