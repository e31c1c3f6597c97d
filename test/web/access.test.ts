import assert from 'node:assert/strict'
import type { Place } from '../../lib/host/wire.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
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

  it('forgets what it believed of nobody but the node', async () => {
    assert.equal(await from('10.30.0.1', `${install}node001`), 200)
    assert.equal(await from('10.30.0.1', `${install}node002`), 403)
  })
})
