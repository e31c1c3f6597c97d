import assert from 'node:assert/strict'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeCluster, deleteCluster, initCluster } from '../../lib/task/change/cluster.ts'
import type { ClusterChange } from '../../lib/task/change/cluster-fields.ts'
import { exportDatabase } from '../../lib/task/database/export-import.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import { useFakeBin } from '../fake-bin.ts'
import { needsRoot } from '../host/as-root.ts'
import { addNetwork } from '../scenario/boot.ts'

const me = process.getuid?.() === 0 ? 'root' : (process.env.USER ?? 'root')

const literally = (text: string) => text.replace(/[.*+]/g, '\\$&')

describe('cluster', () => {
  const fake = useFakeBin()
  let store: Store
  const at = (name: string) => join(fake.dir, name)
  const init = (wish = {}) => {
    const defaults = { frontend_address: '10.30.255.254', nodeprefix: 'node', nodedigits: 3, user: me }
    return initCluster(store, { ...defaults, path: at('luna'), logDir: at('log'), ...wish })
  }

  beforeEach(() => {
    store = openMemoryStore()
    mkdirSync(at('luna'))
  })
  afterEach(() => store.close())

  it('is made once, with a directory for logs', async () => {
    await init()
    const cluster = await getCluster(store)
    assert.deepEqual([cluster.name, cluster.path, cluster.frontend_port], ['general', at('luna'), 7050])
    assert.ok(statSync(at('log')).isDirectory())
    await assert.rejects(init(), { code: 'taken' })
    assert.equal((await store.list('cluster')).length, 1)
  })

  it('gives a database that root has made to its user, with a directory of its own only', async function () {
    needsRoot(this)
    chownSync(at('luna'), 1, 1)
    mkdirSync(at('db'))
    for (const name of ['luna.db', 'luna.db-wal']) writeFileSync(at(`db/${name}`), '')
    const ownerOf = (path: string) => statSync(at(path)).uid
    const made = await init({ user: 'daemon', database: at('db/luna.db') })
    assert.deepEqual([ownerOf('db'), ownerOf('db/luna.db'), ownerOf('db/luna.db-wal')], [1, 1, 1])
    assert.doesNotMatch(made.warnings.join(), /database/)
    await deleteCluster(store, { force: true, copies: at('copies') })
    for (const name of ['luna.db', 'other']) writeFileSync(at(name), '')
    const { warnings } = await init({ user: 'daemon', database: at('luna.db') })
    assert.deepEqual([ownerOf('.'), ownerOf('luna.db'), ownerOf('other')], [0, 1, 0])
    assert.match(warnings.join(), /the directory of the database, .*, does not belong to daemon/)
  })

  it('says how the services become those of another user, with what is the former one’s alone', async function () {
    needsRoot(this)
    for (const path of ['luna/torrents', 'log', 'db', 'tftp']) mkdirSync(at(path))
    const database = at('db/luna.db')
    for (const path of ['db/luna.db', 'luna/torrents/a', 'log/lweb.log']) writeFileSync(at(path), '')
    for (const path of ['luna', 'db', 'db/luna.db', 'luna/torrents/a']) chownSync(at(path), 1, 1)
    await init({ user: 'daemon' })
    const places = { logDir: at('log'), database, tftpRoot: at('tftp') }
    const { warnings } = await changeCluster(store, { user: 'bin' }, { places })
    const files = [at('luna'), `${at('luna/torrents')}/*`, database, at('db')]
    assert.match(
      warnings.at(-1) ?? '',
      new RegExp(
        `^the services run as daemon until: .*; chown -h --from=daemon bin: ${literally(files.join(' '))}; luna`,
      ),
    )
    assert.equal((await changeCluster(store, { user: 'bin' }, { places })).warnings.length, 1)
  })

  const wrong: [string, object][] = [
    ['a path that is not there', { path: '/nonexistent' }],
    ['a path that is no directory', { path: '/etc/passwd' }],
    ['a user that is not there', { user: 'nosuchuser' }],
    ['a user who is a number', { user: '0' }],
    ['a path that belongs to somebody else', { path: '/proc/1/task', user: 'daemon' }],
    ['a prefix that makes no host names', { nodeprefix: 'a b' }],
    ['an address with a line end', { frontend_address: '10.0.0.1\n' }],
  ]
  for (const [what, wish] of wrong) {
    it(`is not made with ${what}`, async () => {
      await assert.rejects(init(wish), { code: 'invalid' })
      assert.deepEqual(await store.list('cluster'), [])
    })
  }

  it('is changed by all that is given', async () => {
    await init()
    const wish = {
      frontend_port: 8080,
      frontend_https: true,
      torrent_pidfile: '',
      cluster_ips: '10.0.0.1, 10.0.0.2',
    }
    fake.addresses('10.0.0.2 10.30.255.254')
    await changeCluster(store, wish)
    const { frontend_port, frontend_https, torrent_pidfile, cluster_ips } = await getCluster(store)
    assert.deepEqual([frontend_port, frontend_https, torrent_pidfile], [8080, true, null])
    assert.equal(cluster_ips, '10.0.0.1,10.0.0.2')
    await changeCluster(store, { cluster_ips: '' })
    assert.equal((await getCluster(store)).cluster_ips, null)
  })

  it('is changed not at all when some of it is wrong', async () => {
    await init()
    const wishes: ClusterChange[] = [
      { path: '/nonexistent' },
      { path: '' },
      { user: 'nosuchuser' },
      { cluster_ips: '10.30.0.1,bogus' },
      { cluster_ips: 'fd00::1' },
      { frontend_port: 0 },
      { frontend_port: 65536 },
      { nodedigits: 0 },
      { tracker_interval: 1.5 },
      { named_zone_dir: '/a\nb' },
    ]
    for (const wish of wishes)
      await assert.rejects(changeCluster(store, { nodeprefix: 'x', ...wish }), { code: 'invalid' })
    assert.equal((await getCluster(store)).nodeprefix, 'node')
  })

  it('takes a frontend address that is none, with a warning, as it always did', async () => {
    await init()
    const { warnings } = await changeCluster(store, { frontend_address: 'not-an-ip' })
    assert.match(warnings.join(), /not an IP address/)
    assert.equal((await getCluster(store)).frontend_address, 'not-an-ip')
  })

  it('warns of a frontend address that this machine does not have, when it is made and when it is changed', async () => {
    fake.addresses('127.0.0.1 10.30.255.254')
    const elsewhere = { frontend_address: '192.0.2.1' }
    assert.match((await init(elsewhere)).warnings.join(), /192\.0\.2\.1 is not one of this machine/)
    assert.match((await changeCluster(store, elsewhere)).warnings.join(), /192\.0\.2\.1 is not one of/)
    assert.deepEqual((await changeCluster(store, { frontend_address: '10.30.255.254' })).warnings, [])
    for (const frontend_address of ['127.0.0.1', '::', '224.0.0.1'])
      assert.match(
        (await changeCluster(store, { frontend_address })).warnings.join(),
        /no node can reach: .*RFC/,
      )
  })

  it('goes when nothing is left of it, and with everything when forced', async () => {
    await init()
    const network = await addNetwork(store, 'cluster', '10.30.0.0/16')
    const copies = mkdtempSync(join(tmpdir(), 'luna-copies-'))
    await assert.rejects(deleteCluster(store, { force: false, copies }), {
      code: 'refused',
      why: 'it is used by 1 network: cluster',
    })
    assert.deepEqual(readdirSync(copies), [])
    const before = await exportDatabase(store)
    const copy = await deleteCluster(store, { force: true, copies })
    assert.equal(readFileSync(copy ?? '', 'utf8'), before)
    assert.equal(statSync(copy ?? '').mode & 0o777, 0o600)
    assert.deepEqual([await store.list('cluster'), await store.find('network', network)], [[], undefined])
    await init()
    await deleteCluster(store, { force: false, copies })
    assert.deepEqual(await store.list('cluster'), [])
    assert.equal(readdirSync(copies).length, 2)
    rmSync(copies, { recursive: true })
  })
})
