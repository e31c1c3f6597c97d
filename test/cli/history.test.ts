// luna history and luna undo as an operator types them.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { useSite } from './luna.ts'

interface Listed {
  readonly number: number
  readonly user: string
  readonly as: string | null
  readonly command: string
  readonly changes: readonly { change: string; kind: string; names: readonly string[] }[]
}

describe('luna history and luna undo', () => {
  const site = useSite()
  /** Runs a command that must succeed; gives its standard output. */
  const luna = (...args: string[]): string => {
    const { status, stdout, stderr } = site.luna(args)
    assert.equal(status, 0, `luna ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const listed = (...args: string[]) => JSON.parse(luna('history', '--json', ...args)) as Listed[]
  const commands = () => listed().map(({ command }) => command)

  before(() => {
    const tree = join(site.dir, 'tree')
    mkdirSync(join(tree, 'lib/modules/6.1.0'), { recursive: true })
    mkdirSync(join(tree, 'boot'))
    writeFileSync(join(tree, 'boot/vmlinuz-6.1.0'), '')
    const user = userInfo().username
    luna('cluster', 'init', '--frontend_address', '10.30.255.254', '--user', user, '--path', site.dir)
    luna('network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16')
    luna('osimage', 'add', '-n', 'os', '-p', tree, '-k', '6.1.0')
    luna('bmcsetup', 'add', '-n', 'base', '-ptiptop1')
    luna('group', 'add', '-n', 'compute', '-o', 'os', '-b', 'base', '-N', 'cluster')
    luna('node', 'add', '-g', 'compute', '-n', 'node[001-003]')
  })

  it('list the newest first: who, the command with its long options, and what it changed', () => {
    const [{ user, as, command, changes } = {} as Listed, ...more] = listed('-n', '2')
    assert.equal(more.length, 1)
    assert.deepEqual([user, as].filter(Boolean).at(-1), userInfo().username)
    assert.equal(command, "luna node add --name 'node[001-003]' --group compute")
    assert.deepEqual(changes, [{ change: 'add', kind: 'node', names: ['node001', 'node002', 'node003'] }])
    const table = luna('history', '-n', '1')
    assert.match(table, /Entry .* When .* User .* Command .* What /)
    assert.match(table, /added 3 nodes: node\[001-003\]/)
    assert.equal(table.trimEnd().split('\n').length, 5)
  })

  it('say who stands behind sudo', function () {
    if (process.getuid?.() !== 0) this.skip()
    process.env.SUDO_USER = 'carol'
    luna('node', 'change', 'node001', '-l', 'y')
    process.env.SUDO_USER = 'no\nname'
    luna('node', 'change', 'node001', '-l', 'n')
    delete process.env.SUDO_USER
    const [next, first] = listed('-n', '2')
    assert.deepEqual([first?.user, first?.as], ['carol', 'root'])
    assert.doesNotMatch(next?.user ?? '', /name/)
  })

  it('keep no secret, however it is given', () => {
    luna('bmcsetup', 'change', 'base', '--pass=tiptop2')
    luna('bmcsetup', 'change', 'base', '-p', 'tiptop3', '-u', 'admin')
    assert.equal(site.luna(['bmcsetup', 'change', 'base', '-p', '-'], 'tiptop4\n').status, 0)
    const [piped, both, only] = commands()
    assert.equal(piped, 'luna bmcsetup change base --password -')
    assert.equal(both, 'luna bmcsetup change base --user admin --password ...')
    assert.equal(only, 'luna bmcsetup change base --password ...')
    const [{ number = 0 } = {}] = listed()
    assert.match(luna('history', String(number)), /password +\| \(hidden\) +\| \(hidden\)/)
    const { status, stderr } = site.luna(['undo', String(number)])
    assert.equal(status, 1)
    assert.match(
      stderr,
      /secrets are not kept.*password of bmcsetup base.*luna bmcsetup change base --password -/,
    )
    const mixed = site.luna(['undo', String(number - 1)])
    assert.equal(mixed.status, 0, mixed.stderr)
    assert.match(mixed.stderr, /WARNING.*password of bmcsetup base cannot be put back/)
    assert.match(luna('bmcsetup', 'show', 'base'), /user +\| ladmin/)
    const database = new DatabaseSync(join(site.dir, 'luna.db'), { readOnly: true })
    const rows = database.prepare('SELECT document FROM luna_history').all()
    database.close()
    for (const { document } of rows)
      assert.doesNotMatch(Buffer.from(document as Uint8Array).toString(), /tiptop/)
  })

  it('show the values before and after, and control characters as text', () => {
    assert.equal(site.luna(['node', 'change', 'node002', '--comment'], 'a\x1b[31mred').status, 0)
    const [{ number = 0 } = {}] = listed()
    const text = luna('history', String(number))
    assert.match(text, /change +\| node node002 +\| comment +\| - +\| a\\x1b\[31mred/)
    assert.ok(!text.includes('\x1b'))
    const { differences } = JSON.parse(luna('history', String(number), '--json'))
    assert.deepEqual(differences, [
      { change: 'change', kind: 'node', name: 'node002', field: 'comment', from: '', to: 'a\x1b[31mred' },
    ])
    luna('node', 'delete', 'node003')
    assert.match(luna('history', String(number + 1)), /remove +\| node node003 +\| BOOTIF +\| 10.30.0.3/)
  })

  it('give back what was deleted, with what follows and what is due', () => {
    const [{ number = 0 } = {}] = listed()
    const dry = site.luna(['undo', String(number), '--dry-run'])
    assert.match(dry.stderr, /would add 1 node with 1 address: node003; then due: luna cluster make/)
    assert.equal(listed()[0]?.number, number)
    const { status, stdout, stderr } = site.luna(['undo', String(number)])
    assert.deepEqual([status, stdout], [0, ''])
    assert.match(stderr, /added 1 node with 1 address: node003; due: luna cluster make/)
    assert.match(luna('node', 'show', 'node003'), /10.30.0.3/)
    assert.equal(commands()[0], `luna undo ${number}`)
  })

  it('say what stands in the way, and since when', () => {
    const { number = 0 } = listed().find(({ command }) => command.startsWith('luna node add')) ?? {}
    const { status, stderr } = site.luna(['undo', String(number)])
    assert.equal(status, 1)
    assert.match(
      stderr,
      /entry \d+ is not undone, and nothing is changed: comment of node node002 is another one/,
    )
    assert.match(stderr, /since entry \d+ \(undo first what came later: luna undo \d+\)/)
    assert.equal(site.luna(['undo', '999']).status, 255)
    assert.equal(site.luna(['undo', 'x']).status, 2)
    assert.equal(site.luna(['undo']).status, 2)
    assert.equal(site.luna(['history', '3', '--node', 'node001']).status, 2)
  })

  it('find entries by the names of their objects', () => {
    luna('node', 'rename', 'node003', '--nn', 'storage')
    const [{ number = 0 } = {}, ...none] = listed('--object', 'storage')
    assert.deepEqual(none, [])
    assert.deepEqual(listed('--node', 'node[003,009]').at(0)?.number, number)
    assert.equal(luna('history', '--object', 'nothing'), 'no entries\n')
    luna('undo', String(number))
    luna('node', 'show', 'node003')
  })

  it('are no part of an export but of its records', () => {
    const all = (...args: string[]) => Object.keys(JSON.parse(luna('db', 'export', ...args)))
    assert.ok(!all().some((name) => name.startsWith('luna_')))
    assert.ok(all('--records').includes('luna_history_part'))
  })
})
