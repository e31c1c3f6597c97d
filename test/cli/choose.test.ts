// Nodes chosen on the command line, and shown in columns.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
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
