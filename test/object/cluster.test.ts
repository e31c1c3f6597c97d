import assert from 'node:assert/strict'
import { paths } from '../../lib/object/cluster.ts'

describe('paths of a cluster', () => {
  it('lie below the path that it has', () => {
    assert.deepEqual(paths({ path: '/srv/luna' }), {
      root: '/srv/luna',
      boot: '/srv/luna/boot',
      torrents: '/srv/luna/torrents',
      templates: '/srv/luna/templates',
    })
  })

  it('lie below /opt/luna where it has none', () => {
    for (const path of [null, '']) assert.equal(paths({ path }).torrents, '/opt/luna/torrents')
  })

  it('have no slash too many where the path ends in one', () => {
    assert.equal(paths({ path: '/srv/luna/' }).boot, '/srv/luna/boot')
    assert.equal(paths({ path: '/' }).boot, '/boot')
  })
})
