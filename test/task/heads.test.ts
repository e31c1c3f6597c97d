import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeDhcp } from '../../lib/task/generate/dhcp.ts'
import { makeDns } from '../../lib/task/generate/dns.ts'
import { assertActiveHead, findHeads } from '../../lib/task/heads.ts'
import { withImageLock } from '../../lib/task/image/lock.ts'
import { syncCluster, syncWithTrees } from '../../lib/task/sync.ts'
import { useFakeBin } from '../fake-bin.ts'
import { needsRoot } from '../host/as-root.ts'
import { fillBoot } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

const range = { network: 'cluster', start: '10.30.128.1', end: '10.30.140.1' }
const quietly = { onLine: () => {}, signal: new AbortController().signal }
const pair = { cluster_ips: '10.30.255.252,10.30.255.253', frontend_address: '10.30.255.254' }

describe('heads', () => {
  const fake = useFakeBin()

  it('lets the head with the frontend address change things, and no other', async () => {
    await assert.rejects(assertActiveHead(pair), { code: 'refused' })
    fake.addresses('10.30.255.252 10.30.255.254')
    await assertActiveHead(pair)
  })

  it('lets a single head change things, whatever its addresses', async () => {
    await assertActiveHead({ cluster_ips: null, frontend_address: 'anything' })
    await assertActiveHead({ cluster_ips: ' ', frontend_address: '' })
  })

  it('tells this head from the others', async () => {
    fake.addresses('10.30.255.253')
    assert.deepEqual(await findHeads(pair), { own: '10.30.255.253', others: ['10.30.255.252'] })
    assert.deepEqual(await findHeads({ cluster_ips: null }), { own: undefined, others: [] })
  })
})

describe('several heads', () => {
  const fake = useFakeBin()
  const at = (name: string) => join(fake.dir, name)
  let store: Store

  beforeEach(async () => {
    store = openMemoryStore()
    await fillBoot(store)
    const [cluster] = await store.list('cluster')
    if (!cluster) throw new Error('no cluster')
    const files = { path: fake.dir, named_zone_dir: fake.dir, named_include_file: at('list') }
    await store.update('cluster', cluster.id, { ...pair, ...files })
    fake.addresses('10.30.255.253 10.30.255.254')
    writeFileSync(at('leases'), '')
  })
  afterEach(() => store.close())

  it('makedhcp writes a failover pair, and sends the other head its half', async () => {
    const made = await makeDhcp(store, hostIn(fake.dir), { ...range, nativeHa: true })
    assert.deepEqual(made.failures, [])
    const [own, other] = [read('dhcpd.conf'), read('dhcpd-secondary.conf')]
    assert.match(
      own,
      /primary;\s+address 10\.30\.255\.253;\s+peer address 10\.30\.255\.252;[^}]*mclt 3600;\s+split 255;/,
    )
    assert.match(other, /secondary;\s+address 10\.30\.255\.252;\s+peer address 10\.30\.255\.253;/)
    assert.doesNotMatch(other, /mclt|split/)
    assert.equal(keyOf(own), keyOf(other))
    const remote = fake.calls().filter((call) => /^(ssh|scp) /.test(call))
    assert.match(remote[0] ?? '', /10\.30\.255\.252 systemctl stop dhcpd$/)
    assert.match(remote[1] ?? '', /dhcpd-secondary\.conf 10\.30\.255\.252:/)
    assert.ok(remote.every((call) => !/10\.30\.255\.253/.test(call)))
    assert.match(remote.at(-1) ?? '', /10\.30\.255\.252 systemctl start dhcpd$/)
  })

  it('makedhcp gives the files of the other head to the group of dhcpd, where there is one', async () => {
    const group = '[ "$1 $2" = "group dhcpd" ] && echo dhcpd:x:1: && exit'
    fake.program('getent', `${group}; exec /usr/bin/getent "$@"`)
    await makeDhcp(store, hostIn(fake.dir), { ...range, nativeHa: true })
    const given = fake.calls().flatMap((call) => /chgrp dhcpd \S*\/(\S+)$/.exec(call)?.[1] ?? [])
    assert.deepEqual(given, ['.luna-dhcpd.conf.new', 'dhcpd-secondary.conf'])
  })

  it('makedhcp without a pair writes the same for both, and leaves the other dhcpd stopped', async () => {
    await makeDhcp(store, hostIn(fake.dir), range)
    assert.equal(read('dhcpd.conf'), read('dhcpd-secondary.conf'))
    const remote = fake.calls().filter((call) => call.startsWith('ssh '))
    assert.ok(remote.some((call) => call.endsWith('systemctl stop dhcpd')))
    assert.ok(!remote.some((call) => call.endsWith('systemctl start dhcpd')))
  })

  it('makedhcp reports a head that cannot be reached, with the rest done', async () => {
    fake.fail('10.30.255.252')
    const made = await makeDhcp(store, hostIn(fake.dir), range)
    assert.equal(made.failures[0]?.code, 'failed')
    assert.match(made.failures[0]?.why ?? '', /No route to host/)
    assert.equal((await store.list('cluster'))[0]?.dhcp_range_start, 0x8001n)
  })

  it('makedhcp refuses a pair of which this machine is no half', async () => {
    fake.addresses('10.30.255.254')
    await assert.rejects(makeDhcp(store, hostIn(fake.dir), { ...range, nativeHa: true }), {
      code: 'refused',
    })
  })

  it('makedns gives the zones to the other head', async () => {
    const made = await makeDns(store, hostIn(fake.dir))
    assert.deepEqual(made.failures, [])
    const remote = fake.calls().filter((call) => /^(ssh|rsync) /.test(call))
    assert.equal(remote.length, 3)
    assert.match(remote[0] ?? '', /--copy-links -- .*\/list 10\.30\.255\.252:/)
    assert.match(remote[1] ?? '', /--include=\*\.luna\.zone --exclude=\* --delete -- .*\/ 10\.30\.255\.252:/)
    assert.match(remote[2] ?? '', /10\.30\.255\.252 systemctl reload named$/)
  })

  it('sync copies the cluster path to every other head', async () => {
    assert.deepEqual(await syncCluster(store, quietly), {
      heads: ['10.30.255.252'],
      warnings: [],
      failures: [],
    })
    // What writes there is sent along; a real one is in test/ha.
    const said = fake.calls().join('\n')
    assert.match(said, /^rsync .*--delete .*--rsync-path=sh -c '/)
    assert.match(said, /^enter "\$1"$/m)
    assert.match(said, / -- \/\S+\/ 10\.30\.255\.252:\.\/$/m)
  })

  it('sync lets nobody into the trees below the cluster path, and warns of those that somebody is in', async function () {
    needsRoot(this)
    const [cluster] = await store.list('cluster')
    const trees = ['one', 'two', 'gone'].map((name) => ({
      name,
      path: join(cluster?.path ?? '', 'os', name),
    }))
    const insert = async ({ name, path }: (typeof trees)[number]) =>
      await store.get('osimage', await store.insert('osimage', { name, path }))
    const [one, two] = await Promise.all(trees.map(insert))
    assert.ok(one?.path && two?.path)
    for (const path of [one.path, two.path]) mkdirSync(path, { recursive: true })
    const entered: string[] = []
    const tryOne = () =>
      withImageLock(one, 'entered', async () => {}).catch(({ message }) => entered.push(message))
    fake.program('rsync', `: >${at('begun')}; while [ ! -e ${at('go')} ]; do sleep 0.05; done`)
    const synced = await withImageLock(two, 'entered', async () => {
      const syncing = syncWithTrees(store, quietly)
      while (!existsSync(at('begun'))) await delay(20)
      await tryOne()
      writeFileSync(at('go'), '')
      return await syncing
    })
    assert.match(
      entered.join(),
      /^osimage "one" is being worked on already: copied to the other heads by process/,
    )
    assert.deepEqual(synced.heads, ['10.30.255.252'])
    assert.match(
      synced.warnings.join(),
      /^osimage "two" is being worked on already: entered by .*: its tree was copied as it was/,
    )
    assert.deepEqual((await syncWithTrees(store, quietly)).warnings, [])
  })

  it('sync is done from a passive head too, which is told what that means', async () => {
    fake.addresses('10.30.255.253')
    const lines: string[] = []
    const { heads } = await syncCluster(store, { onLine: (line) => lines.push(line) })
    assert.deepEqual(heads, ['10.30.255.252'])
    assert.match(lines[0] ?? '', /^this head is passive: /)
  })

  function read(name: string): string {
    return readFileSync(at(name), 'utf8')
  }
})

function keyOf(text: string): string | undefined {
  return /secret (\S+);/.exec(text)?.[1]
}
