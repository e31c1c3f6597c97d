// Which generated files are due, as `luna cluster make` sees it.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeDhcp } from '../../lib/task/generate/dhcp.ts'
import { makeDns } from '../../lib/task/generate/dns.ts'
import { makeNginx } from '../../lib/task/generate/nginx.ts'
import { madeKinds } from '../../lib/task/made-kinds.ts'
import { findDue } from '../../lib/task/make-due.ts'
import { useFakeBin } from '../fake-bin.ts'
import { mac } from '../help.ts'
import { needsRoot } from '../host/as-root.ts'
import { fillBoot } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

describe('findDue', () => {
  const fake = useFakeBin()
  const at = (name: string) => join(fake.dir, name)
  const range = { network: 'cluster', start: '10.30.128.1', end: '10.30.140.1' }
  let store: Store
  let filled: Awaited<ReturnType<typeof fillBoot>>

  beforeEach(async () => {
    store = openMemoryStore()
    filled = await fillBoot(store)
    const [cluster] = await store.list('cluster')
    const dns = { named_include_file: at('named.zones'), named_zone_dir: at('zones') }
    if (cluster) await store.update('cluster', cluster.id, dns)
    for (const dir of ['conf.d', 'zones']) mkdirSync(at(dir))
    writeFileSync(at('leases'), '')
    for (const program of ['dhcpd', 'nginx', 'named-checkconf', 'named-checkzone', 'rndc'])
      fake.program(program, 'exit 0')
  })
  afterEach(() => store.close())

  const due = async () => {
    const { kinds, never, failures } = await findDue(store, hostIn(fake.dir))
    assert.deepEqual(failures, [])
    return {
      kinds: kinds.map(({ kind, files }) => [kind.name, ...files]),
      never: never.map(({ name }) => name),
    }
  }

  it('leaves alone what was never made, and says so', async () => {
    assert.deepEqual(await due(), { kinds: [], never: ['dhcp', 'tftp', 'nginx', 'dns'] })
  })

  it('finds nothing right after all was made, and then what a change or an editor outdates', async () => {
    await makeDhcp(store, hostIn(fake.dir), range)
    await makeNginx(store, hostIn(fake.dir))
    await makeDns(store, hostIn(fake.dir))
    assert.deepEqual(await due(), { kinds: [], never: ['tftp'] })
    await store.setMac(filled.node002, mac(9))
    assert.deepEqual((await due()).kinds, [['dhcp', at('dhcpd.conf')]])
    appendFileSync(at('conf.d/luna.conf'), '#\n')
    appendFileSync(at('named.zones'), '#\n')
    const before = readFileSync(at('dhcpd.conf'), 'utf8')
    fake.calls()
    assert.deepEqual((await due()).kinds, [
      ['dhcp', at('dhcpd.conf')],
      ['nginx', at('conf.d/luna.conf')],
      ['dns', at('named.zones')],
    ])
    assert.equal(readFileSync(at('dhcpd.conf'), 'utf8'), before)
    assert.deepEqual(fake.calls(), [])
  })

  it('finds the key of nginx when it is another user’s', async function () {
    needsRoot(this)
    await makeNginx(store, hostIn(fake.dir))
    assert.deepEqual((await due()).kinds, [])
    const [cluster] = await store.list('cluster')
    if (cluster) await store.update('cluster', cluster.id, { user: 'daemon' })
    assert.deepEqual((await due()).kinds, [['nginx', at('conf.d/.luna.key')]])
    await makeNginx(store, hostIn(fake.dir))
    assert.deepEqual((await due()).kinds, [])
  })

  it('tells what cannot be made, and goes on with the rest', async () => {
    await makeDhcp(store, hostIn(fake.dir), range)
    await makeNginx(store, hostIn(fake.dir))
    const [cluster] = await store.list('cluster')
    if (cluster) await store.update('cluster', cluster.id, { frontend_address: '', frontend_port: 8080 })
    const { kinds, failures } = await findDue(store, hostIn(fake.dir))
    assert.deepEqual(
      kinds.map(({ kind }) => kind.name),
      ['nginx'],
    )
    assert.equal(failures[0]?.message, 'DHCP needs an IPv4 frontend address')
  })

  it('keeps a failover pair a pair', async () => {
    const heads = '10.30.255.254,10.30.255.253'
    const [cluster] = await store.list('cluster')
    if (cluster) await store.update('cluster', cluster.id, { cluster_ips: heads })
    fake.addresses('10.30.255.254')
    await makeDhcp(store, hostIn(fake.dir), { ...range, nativeHa: true })
    assert.deepEqual((await due()).kinds, [])
    await store.setMac(filled.node002, mac(9))
    const [dhcp] = madeKinds
    await dhcp?.make(store, hostIn(fake.dir), false)
    assert.match(readFileSync(at('dhcpd.conf'), 'utf8'), /failover peer "failover-partner" \{\s+primary;/)
    assert.equal(existsSync(at('dhcpd-secondary.conf')), true)
  })
})
