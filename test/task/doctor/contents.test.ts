// What the doctor says of generated files, menus, images and the database.
import assert from 'node:assert/strict'
import { LunaError } from '../../../lib/error.ts'
import { judgeDatabase, judgeScripts } from '../../../lib/task/doctor/database.ts'
import { judgeGenerated, neverMade } from '../../../lib/task/doctor/generated.ts'
import { judgeImages } from '../../../lib/task/doctor/images.ts'
import { judgeMenus } from '../../../lib/task/doctor/menus.ts'

describe('judgeGenerated', () => {
  const made = { due: [], warnings: [], failures: [] }

  it('is wrong where files are due, and warns of what the dry run warns of', () => {
    assert.equal(judgeGenerated('dns', made).state, 'fine')
    const due = judgeGenerated('dns', { ...made, due: ['/a', '/b'], warnings: ['w'] })
    assert.deepEqual(due, {
      state: 'wrong',
      seen: 'not what the database says: /a; and 1 more',
      fix: 'luna cluster make',
    })
    assert.equal(judgeGenerated('dns', { ...made, warnings: ['w'] }).state, 'warning')
    const failed = new LunaError('failed', 'no', { fix: 'do' })
    assert.equal(judgeGenerated('dns', { ...made, failures: [failed] }).state, 'wrong')
  })

  it('leaves DNS and DHCP to other machines where they were never made', () => {
    const states = (['dhcp', 'tftp', 'nginx', 'dns'] as const).map(
      (name) => neverMade({ name, first: '' }).state,
    )
    assert.deepEqual(states, ['warning', 'wrong', 'wrong', 'fine'])
  })
})

describe('judgeMenus', () => {
  const good = { folder: '/tftpboot/pxelinux.cfg', wanted: 2, stale: [], refused: new Map() }

  it('tells menus that are stale, nodes without one, and that none are kept', () => {
    assert.equal(judgeMenus(good).seen, '2 in /tftpboot/pxelinux.cfg')
    assert.match(judgeMenus({ ...good, stale: ['01-52'] }).seen, /^not what the database says: 01-52 in /)
    assert.equal(judgeMenus({ ...good, stale: undefined }).state, 'warning')
    const refused = judgeMenus({ ...good, refused: new Map([['node001', 'bad kernel options']]) })
    assert.deepEqual([refused.state, refused.seen], ['warning', 'no menu for node001: bad kernel options'])
  })
})

describe('judgeImages', () => {
  it('names the image to pack again; one that nodes wait for is a warning', () => {
    assert.equal(judgeImages(1, [], []).state, 'fine')
    const broken = judgeImages(
      1,
      [{ name: 'compute', what: 'boot/kernel not in /opt/luna' }],
      [{ name: 'gpu' }],
    )
    assert.deepEqual([broken.state, broken.fix], ['wrong', 'luna osimage pack compute'])
    const open = judgeImages(1, [], [], [{ what: 'everybody gets in', fix: 'chmod 700 /opt/luna/os' }])
    assert.deepEqual([open.state, open.fix], ['warning', 'chmod 700 /opt/luna/os'])
    const shut = judgeImages(1, [], [], [], ['/opt/luna/torrents', '/opt/luna/torrents/a.tgz'])
    assert.deepEqual(
      [shut.seen, shut.fix],
      [
        'nginx may not read /opt/luna/torrents; and 1 more',
        'chmod a+rX /opt/luna/torrents /opt/luna/torrents/a.tgz',
      ],
    )
    const unpacked = judgeImages(1, [], [{ name: 'gpu' }])
    assert.deepEqual([unpacked.state, unpacked.fix], ['warning', 'luna osimage pack gpu'])
  })
})

describe('judgeDatabase', () => {
  it('counts what is harmless as fine, and says where it is told', () => {
    assert.equal(judgeDatabase([]).seen, 'no defects')
    const harmless = { line: '10.30.0.9 is reserved', harmless: true }
    assert.equal(judgeDatabase([harmless]).seen, 'no defects, 1 good to know: luna cluster check')
    const { state, seen } = judgeDatabase([harmless, { line: 'node n: no group', harmless: false }])
    assert.deepEqual([state, seen], ['wrong', 'node n: no group'])
  })
})

describe('judgeScripts', () => {
  it('is wrong where something would be missing from what nodes get', () => {
    const known = { in: 'dns', line: 'two networks share a zone', lost: false } as const
    assert.deepEqual([judgeScripts([known]).state, judgeScripts([]).state], ['fine', 'fine'])
    const { state, seen } = judgeScripts([known, { in: 'boot', line: 'no boot script', lost: true }])
    assert.deepEqual([state, seen], ['wrong', 'boot: no boot script'])
  })
})
