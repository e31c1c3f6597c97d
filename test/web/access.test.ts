import assert from 'node:assert/strict'
import type { Place } from '../../lib/host/wire.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { mac } from '../help.ts'
import { fillBoot } from '../scenario/boot.ts'
import { type Asking, asking } from './ask.ts'

describe('routes asked by machines of the network', () => {
  let store: Store
  let web: Asking
  const link = (number: number): Place => ({ kind: 'link', macs: [mac(number)] })
  const places: Record<string, Place> = {
    '10.30.0.1': link(1),
    '10.30.0.9': link(9),
    '10.30.0.8': { kind: 'link', macs: [] },
    '10.30.0.2': { kind: 'routed' },
    '10.99.0.1': { kind: 'routed' },
  }
  beforeEach(async () => {
    store = openMemoryStore()
    await fillBoot(store)
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { kernfile: 'k', initrdfile: 'i', torrent: 'to-rr', tarball: 'ta-rr' })
    web = asking(
      () => Promise.resolve(store),
      (address) => places[address] ?? { kind: 'here' },
    )
  })
  afterEach(() => store.close())

  const install = '/luna?step=install&node='
  const from = async (remote: string, url: string, port = 40_000) =>
    (await web.ask(url, 'GET', { remote, port })).status

  it('lets in who has the MAC address of the node, or behind a router its address', async () => {
    assert.equal(await from('10.30.0.1', `${install}node001`), 200)
    assert.equal(await from('10.30.0.2', `${install}node002`), 200)
    assert.equal(await from('10.30.0.9', `${install}node001`), 403)
    assert.equal(await from('10.30.0.8', `${install}node001`), 403)
    assert.equal(await from('10.99.0.1', `${install}node001`), 403)
    assert.equal(await from('10.30.0.2', `${install}node001`), 403)
  })

  it('lets heads in, by the addresses of the cluster', async () => {
    const [cluster] = await store.list('cluster')
    assert(cluster)
    await store.update('cluster', cluster.id, { cluster_ips: '10.30.0.9,10.99.0.1' })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    for (const head of ['10.30.255.254', '10.30.0.9', '10.99.0.1', '127.0.0.1'])
      assert.equal(await from(head, `${install}node001&status=whatever`), 200, head)
  })

  it('asks at level root for a port that users do not have', async () => {
    const [cluster] = await store.list('cluster')
    assert(cluster)
    await store.update('cluster', cluster.id, { boot_access: 'root' })
    for (const [port, status] of [
      [1023, 200],
      [1024, 403],
      [0, 403],
    ] as const)
      assert.equal(await from('10.30.0.1', `${install}node001`, port), status)
    const { body } = await web.ask(`${install}node001`, 'GET', { remote: '10.30.0.1', port: 1024 })
    assert.match(body, /^only root of node001 is let in: .* asks from port 1024, .*--boot_access node/)
  })

  it('has the password of a BMC set again only after the setup was changed, or that was asked for', async () => {
    const setup = await store.insert('bmcsetup', { name: 'base', user: 'admin', password: 'S3cret' })
    const node = await store.getNamed('node', 'node001')
    assert(node.group)
    await store.update('group', node.group, { bmcsetup: setup })
    const script = async () => {
      const { body } = await web.ask(`${install}node001`, 'GET', { remote: '10.30.0.1' })
      const set = /bmc_is_set node001 (\S+)$/m.exec(body)?.[1] ?? ''
      return { set, given: /set_bmc_password 3 "\$password" given$/m.test(body) }
    }
    const done = (set: string) => from('10.30.0.1', `/luna?step=bmc&node=node001&set=${set}`, 700)
    const first = await script()
    assert.match(first.set, /^[\w-]{22}$/)
    assert.deepEqual(await script(), { ...first, given: false })
    assert.equal(await from('10.30.0.1', `/luna?step=bmc&node=node001&set=${first.set}`), 403)
    assert.equal(await done(first.set), 200)
    assert.deepEqual(await script(), { ...first, given: true })

    // Changed while a node has the former one: what that node says counts for nothing.
    await store.update('bmcsetup', setup, { password: 'another' })
    assert.equal(await done(first.set), 200)
    const second = await script()
    assert.notEqual(second.set, first.set)
    assert.equal(second.given, false)
    assert.equal(await done(second.set), 200)
    assert.equal((await script()).given, true)
    await store.update('bmcsetup', setup, { comment: 'another' })
    assert.equal((await script()).given, true)
    await changeNodes(store, ['node001'], { setupbmc: true })
    assert.equal((await script()).given, false)
  })

  it('tells of who was refused, which node it asked for, and what lets it in', async () => {
    assert.equal(await from('10.30.0.9', `${install}node001&status=up`), 403)
    assert.equal(await from('10.30.0.1', `${install}node001`), 200)
    const [one, ...more] = web.refused
    assert(one)
    assert.deepEqual([more, one.node, one.address], [[], 'node001', '10.30.0.9'])
    assert.match(one.why, /^who asks is not node001: 10\.30\.0\.9 has the MAC address 52:54:00:00:00:09$/)
    assert.match(one.fix, /^luna node change node001 --mac 52:54:00:00:00:09/)
  })

  it('forgets what it believed of nobody but the node', async () => {
    assert.equal(await from('10.30.0.1', `${install}node001`), 200)
    assert.equal(await from('10.30.0.1', `${install}node002`), 403)
  })
})
