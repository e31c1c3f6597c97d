// Nodes chosen on the command line, and shown in columns.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../lib/config.ts'
import { expandHostlist } from '../../lib/object/hostlist.ts'
import { openStore } from '../../lib/store/open.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { fillSite } from '../task/site.ts'
import { useSite } from './luna.ts'

describe('choosing nodes on the command line', () => {
  const site = useSite()
  const stdout = (...args: string[]) => {
    const ran = site.luna(args)
    assert.equal(ran.stderr, '')
    return ran.stdout
  }
  before(async () => {
    const store = await openStore(loadConfig({ LUNA_CONF: join(site.dir, 'luna.conf') }))
    await fillSite(store)
    await addNodes(store, { group: 'compute', names: ['node1', 'node2', 'node10'] })
    await changeNodes(store, ['node2'], { mac: '52:54:00:00:00:02' })
    const { id } = await store.getNamed('node', 'node10')
    await store.setStatus(id, { step: 'install.error.disk', time: new Date() })
    await store.close()
  })

  it('lists those of which a condition holds', () => {
    assert.equal(stdout('node', 'list', '--where', 'status=install.error.*', '--fold'), 'node10\n')
    const [one, ...more] = JSON.parse(stdout('node', 'list', '--where', 'mac!=', '--json'))
    assert.deepEqual([one.name, more], ['node2', []])
  })

  it('shows columns, sorted as people count, and rows that are alike folded', () => {
    assert.deepEqual(stdout('node', 'list', '--columns', 'name,mac,status', '--sort', 'name').split('\n'), [
      '+-----------+----------------------+-----------------------+',
      '| name      | mac                  | status                |',
      '+-----------+----------------------+-----------------------+',
      '| node1     | -                    | -                     |',
      '| node2     | 52:54:00:00:00:02    | -                     |',
      '| node10    | -                    | install.error.disk    |',
      '+-----------+----------------------+-----------------------+',
      '',
    ])
    const folded = stdout('node', 'list', '--columns', 'group,name,status', '--fold').split('\n')
    assert.match(folded[3] ?? '', /^\| compute {4}\| node\[1-2\] +\| - /)
    assert.equal(folded.length, 7)
  })

  it('takes names from a file, and leaves exceptions out', () => {
    const file = join(site.dir, 'rack')
    writeFileSync(file, 'node[1-2]\nnode10\n')
    assert.equal(stdout('node', 'list', `@${file},!node2`, '--fold'), 'node[1,10]\n')
    assert.match(stdout('node', 'show', `@${file},!node[1-2]`), /install\.error\.disk/)
    assert.match(site.luna(['node', 'show', '@/nowhere']).stderr, /cannot read names from "\/nowhere"/)
  })

  it('changes, shows and deletes those that are meant, and nobody when nobody is', () => {
    assert.match(
      site.luna(['node', 'change', '--where', 'mac=', '--where', 'group=compute', '--localboot', 'y']).stderr,
      /changed 2 nodes: node\[1,10\]/,
    )
    const [first] = JSON.parse(stdout('node', 'show', '-g', 'compute', '--where', 'localboot=y', '--json'))
    assert.equal(first.name, 'node1')
    const nobody = site.luna(['node', 'delete', '--where', 'name=x*'])
    assert.deepEqual([nobody.status, nobody.stderr], [0, 'WARNING:luna:nothing is done: no node fits\n'])
    assert.match(
      site.luna(['node', 'delete', '-g', 'compute', '!node[1-2]', '--dry-run']).stderr,
      /would delete 1 node .*: node10;/,
    )
    assert.match(site.luna(['node', 'delete', '-g', 'compute', '!node10']).stderr, /node\[1-2\]/)
    assert.equal(stdout('node', 'list', '--fold'), 'node10\n')
  })

  it('adds the nodes that a file names', () => {
    const file = join(site.dir, 'new')
    writeFileSync(file, 'new[1-3]\n')
    assert.equal(site.luna(['node', 'add', '-g', 'compute', '-n', `@${file},!new2`]).status, 0)
    assert.equal(stdout('node', 'list', '--where', 'name=new*', '--fold'), 'new[1,3]\n')
    assert.equal(site.luna(['node', 'delete', `@${file},!new2`]).status, 0)
  })

  it('adds of the names that are given those of which a condition holds', () => {
    const add = (...args: string[]) => site.luna(['node', 'add', '-g', 'compute', ...args])
    const file = join(site.dir, 'later')
    writeFileSync(file, 'r[1-2]n[1-3]\n')
    const all = ['-n', `@${file}`, '--where', 'name!=*n2', '--where', 'image=o*']
    assert.match(add(...all).stderr, /^INFO:luna:added 4 nodes with 8 addresses: r1n\[1,3\],r2n\[1,3\]/)
    assert.equal(site.luna(['node', 'delete', '--where', 'name=r?n*']).status, 0)
    const none = add('-n', 'x1', '--where', 'group=login')
    assert.deepEqual([none.status, none.stderr], [0, 'WARNING:luna:nothing is done: no name fits\n'])
    for (const [args, said] of [
      [['--where', 'name=x*'], /--where chooses among names, and none are given \(give them: -n /],
      [['-n', 'x1', '--where', 'imagge=os'], /no field "imagge" \(choose one of name, /],
      [['-n', 'x1', '--where', 'name'], /"name" is no condition/],
    ] as const) {
      const { status, stderr } = add(...args)
      assert.equal(status, 2)
      assert.match(stderr, said)
    }
    assert.equal(stdout('node', 'list', '--fold'), 'node10\n')
  })

  it('refuses to take nobody for all', () => {
    for (const action of ['show', 'delete', 'change']) {
      const ran = site.luna(['node', action])
      assert.equal(ran.status, 2)
      assert.match(ran.stderr, /missing required argument 'NAMES' \(give a hostlist, or --/)
    }
    assert.equal(site.luna(['node', 'change', '-g', 'compute']).status, 2)
    assert.equal(site.luna(['node', 'delete', '!node10']).status, 1)
  })

  it('names the fields that there are when it is asked for another', () => {
    const ran = site.luna(['node', 'list', '--columns', 'name,colour'])
    assert.equal(ran.status, 2)
    assert.match(ran.stderr, /no field "colour" \(choose one of name, group, image, .*BOOTIF\)/)
  })
})

describe('every command about some nodes', () => {
  const site = useSite()
  const file = () => join(site.dir, 'rack')
  before(async () => {
    const store = await openStore(loadConfig({ LUNA_CONF: join(site.dir, 'luna.conf') }))
    await fillSite(store)
    await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
    await addNodes(store, { group: 'compute', names: ['n1', 'n2', 'n3'] })
    await addNodes(store, { group: 'login', names: ['l1'] })
    for (const name of ['n2', 'n3']) {
      const { id } = await store.getNamed('node', name)
      await store.setStatus(id, { step: 'install.error.disk', time: new Date() })
    }
    await store.close()
    writeFileSync(file(), 'n[1-2]  # the first\nl1\n')
  })

  /** The nodes that a line is about, as it names them. */
  const lines: Readonly<Record<string, (choice: readonly string[]) => readonly string[]>> = {
    show: (choice) => ['node', 'show', '--columns', 'name', ...choice],
    list: (choice) => ['node', 'list', '--fold', ...choice],
    status: (choice) => ['node', 'status', ...choice],
    delete: (choice) => ['node', 'delete', '--dry-run', ...choice],
    arm: (choice) => ['node', 'arm', ...choice],
    disarm: (choice) => ['node', 'disarm', ...choice],
    change: (choice) => ['node', 'change', '--dry-run', '--localboot', 'y', ...choice],
    lpower: (choice) => [...choice, 'status'],
  }
  const named = (text: string) => {
    const words = text.match(/\b[nl]\[?[\d,-]*\d\]?/g) ?? []
    return [...new Set(words.flatMap((word) => expandHostlist(word)))].sort().join(' ')
  }
  for (const [what, line] of Object.entries(lines))
    it(`${what} takes groups, conditions, files and exceptions`, () => {
      const about = (...choice: string[]) => {
        // Only who is armed can be disarmed.
        if (what === 'disarm') site.luna(['node', 'arm', '--where', 'name=*'])
        const { stdout, stderr } = site.run(what === 'lpower' ? 'lpower' : 'luna', line(choice))
        return named(stdout + stderr)
      }
      assert.equal(about('n[1-3],!n2'), 'n1 n3')
      assert.equal(about(`@${file()}`), 'l1 n1 n2')
      assert.equal(about('--where', 'status=install.error.*', '--where', 'image=os'), 'n2 n3')
      // It gives them another one.
      if (what === 'change') return
      assert.equal(about('-g', 'login'), 'l1')
      assert.equal(about('-g', 'compute', `!@${file()}`, '--where', 'status=install.error.*'), 'n3')
    })

  const stdout = (...args: string[]) => {
    const ran = site.luna(args)
    assert.equal(ran.stderr, '')
    return ran.stdout
  }
  const cells = (text: string) =>
    text
      .split('\n')
      .slice(3)
      .flatMap((row) => (row.startsWith('|') ? [row.match(/[^|\s]+/g)?.join(' ')] : []))

  it('shows columns of those that are named, in their order, in that of a field, or folded', () => {
    const show = (...args: string[]) => cells(stdout('node', 'show', '--columns', 'name,status', ...args))
    assert.deepEqual(show('n3,n1'), ['n3 install.error.disk', 'n1 -'])
    assert.deepEqual(show('n3,n1', '--sort', 'name'), ['n1 -', 'n3 install.error.disk'])
    assert.deepEqual(show('n[1-3]', '--fold'), ['n1 -', 'n[2-3] install.error.disk'])
    assert.equal(stdout('node', 'show', 'n3,n1', '--fold'), 'n[1,3]\n')
    const names = (text: string) => (JSON.parse(text) as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(names(stdout('node', 'show', 'n3,n1', '--json', '--sort', 'name')), ['n1', 'n3'])
    assert.match(site.luna(['node', 'show', 'n9', '--fold']).stderr, /n9/)
  })

  it('shows columns of states, sorted and folded, and names that are there for another command', () => {
    const status = (...args: string[]) => stdout('node', 'status', ...args)
    assert.deepEqual(cells(status('--columns', 'step,group,name', '--sort', 'step,name', '--fold')), [
      'install.error.disk compute n[2-3]',
      '- login l1',
      '- compute n1',
    ])
    assert.equal(status('--step', 'install.error', '--fold'), 'n[2-3]\n')
    assert.match(status('--sort', 'age').split('\n')[4] ?? '', /^\| n\S+ +\| install\.error/)
    const names = (JSON.parse(status('--sort', 'name', '--json')) as { name: string }[]).map(
      ({ name }) => name,
    )
    assert.deepEqual(names, ['l1', 'n1', 'n2', 'n3'])
    assert.match(site.luna(['node', 'status', '--columns', 'colour']).stderr, /no field "colour" .*outcome/)
  })
})
