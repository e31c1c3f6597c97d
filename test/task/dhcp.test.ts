import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { reserve } from '../../lib/object/net/freelist.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeDhcp } from '../../lib/task/generate/dhcp.ts'
import type { DhcpWish } from '../../lib/task/generate/dhcp-plan.ts'
import { useFakeBin } from '../fake-bin.ts'
import { rejectsWith } from '../help.ts'
import { addGroup, addNetwork, addNode, fillBoot } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

const range = { network: 'cluster', start: '10.30.128.1', end: '10.30.140.1' }

describe('makeDhcp', () => {
  const fake = useFakeBin()
  let store: Store
  let ids: Awaited<ReturnType<typeof fillBoot>>

  beforeEach(async () => {
    store = openMemoryStore()
    ids = await fillBoot(store)
    writeFileSync(join(fake.dir, 'leases'), 'lease 10.30.200.1 {}\n')
  })
  afterEach(() => store.close())

  it('writes the file, empties the leases, and records the range', async () => {
    const made = await make(range)
    assert.deepEqual(made.changed, [path('dhcpd.conf')])
    assert.match(conf(), /range 10\.30\.128\.1 10\.30\.140\.1;/)
    assert.match(
      conf(),
      /host node001 \{\s*hardware ethernet 52:54:00:00:00:01;\s*fixed-address 10\.30\.0\.1;/,
    )
    assert.doesNotMatch(conf(), /node002/)
    assert.deepEqual(fake.calls(), ['stop dhcpd', 'start dhcpd', 'is-active dhcpd'])
    assert.equal(readFileSync(path('leases'), 'utf8'), '')
    const [cluster] = await store.list('cluster')
    assert.equal(cluster?.dhcp_net, ids.cluster)
    assert.equal(cluster?.dhcp_range_start, 0x8001n)
    const used = await store.usedBy({ kind: 'network', id: ids.cluster })
    assert.equal(used.find(({ kind }) => kind === 'cluster')?.count, 1)
    assert.deepEqual((await store.get('network', ids.cluster)).freelist, [
      { start: 3n, end: 0x8000n },
      { start: 0x8c02n, end: 0xfffdn },
    ])
  })

  it('keeps the key to itself and from run to run', async () => {
    await make(range)
    const key = /secret (\S+);/.exec(conf())?.[1]
    assert.equal(Buffer.from(key ?? '', 'base64').length, 32)
    assert.equal(statSync(path('dhcpd.conf')).mode & 0o777, 0o640)
    await store.update('network', ids.cluster, { comment: 'x' })
    const dry = await make({ dryRun: true })
    assert.doesNotMatch(dry.diff, /secret [^(]/)
    await make({})
    assert.equal(/secret (\S+);/.exec(conf())?.[1], key)
  })

  it('does not touch a dhcpd whose file stays the same', async () => {
    await make(range)
    writeFileSync(path('leases'), 'lease 10.30.128.1 {}\n')
    fake.calls()
    assert.deepEqual((await make({})).changed, [])
    assert.deepEqual(fake.calls(), ['is-active dhcpd'])
    assert.notEqual(readFileSync(path('leases'), 'utf8'), '')
  })

  it('keeps the leases when only a reservation is new', async () => {
    await make(range)
    writeFileSync(path('leases'), 'lease 10.30.128.1 {}\n')
    fake.calls()
    await addNode(store, 'node003', ids.compute, { BOOTIF: '10.30.0.3' }, '52:54:00:00:00:03')
    await make({})
    assert.deepEqual(fake.calls(), ['restart dhcpd', 'is-active dhcpd'])
    assert.notEqual(readFileSync(path('leases'), 'utf8'), '')
  })

  it('shows what a dry run would change, and changes nothing', async () => {
    const made = await make({ ...range, dryRun: true })
    assert.match(made.diff, /^--- \/dev\/null\n\+\+\+ .*dhcpd\.conf\n/)
    assert.match(made.diff, /^\+ {4}range 10\.30\.128\.1/m)
    assert.deepEqual([existsSync(path('dhcpd.conf')), fake.calls()], [false, []])
    assert.equal((await store.list('cluster'))[0]?.dhcp_net, null)
  })

  it('puts file, leases and database back when dhcpd does not start', async () => {
    await make(range)
    const before = conf()
    writeFileSync(path('leases'), 'lease 10.30.128.1 {}\n')
    fake.fail('start')
    await assert.rejects(make({ ...range, start: '10.30.200.1', end: '10.30.210.1' }), {
      code: 'failed',
      message: /not taken/,
    })
    assert.equal(conf(), before)
    assert.notEqual(readFileSync(path('leases'), 'utf8'), '')
    assert.equal((await store.list('cluster'))[0]?.dhcp_range_start, 0x8001n)
  })

  it('lets other commands go on while dhcpd is restarted', async () => {
    const go = slowSystemctl()
    const making = make(range)
    await started()
    await store.transaction((tx) => tx.update('network', ids.cluster, { comment: 'meanwhile' }))
    go()
    await making
    const { comment, freelist } = await store.get('network', ids.cluster)
    assert.deepEqual([comment, freelist.length], ['meanwhile', 2])
  })

  it('takes everything back when an address of the range is given away meanwhile', async () => {
    await make(range)
    const before = conf()
    writeFileSync(path('leases'), 'lease 10.30.128.1 {}\n')
    const go = slowSystemctl()
    const making = make({ ...range, start: '10.30.200.1', end: '10.30.210.1' })
    await started()
    const [start, end] = [0xc801n, 0xc801n]
    await store.transaction(async (tx) => {
      const { freelist } = await tx.get('network', ids.cluster)
      await tx.update('network', ids.cluster, { freelist: reserve(freelist, start, end) ?? [] })
      await tx.insert('switch', { name: 'sw01', network: ids.cluster, ip: start })
    })
    go()
    await assert.rejects(making, { code: 'refused', why: /10\.30\.200\.1 belongs to switch sw01/ })
    assert.deepEqual([conf(), readFileSync(path('leases'), 'utf8')], [before, 'lease 10.30.128.1 {}\n'])
    assert.equal((await store.list('cluster'))[0]?.dhcp_range_start, 0x8001n)
    assert.deepEqual(fake.calls().slice(-3), ['stop dhcpd', 'start dhcpd', 'is-active dhcpd'])
  })

  it('has two of them take turns, so that file and database agree', async () => {
    const go = slowSystemctl()
    const first = make(range)
    await started()
    const second = make({ ...range, start: '10.30.200.1', end: '10.30.210.1' })
    await delay(500)
    assert.deepEqual(fake.calls(), ['stop dhcpd', 'start dhcpd'])
    go()
    await Promise.all([first, second])
    assert.match(conf(), /range 10\.30\.200\.1 10\.30\.210\.1;/)
    assert.equal((await store.list('cluster'))[0]?.dhcp_range_start, 0xc801n)
    assert.deepEqual((await store.get('network', ids.cluster)).freelist, [
      { start: 3n, end: 0xc800n },
      { start: 0xd202n, end: 0xfffdn },
    ])
  })

  it('warns of a frontend address in another network of the cluster, which nodes could reach by a router', async () => {
    await make(range)
    const [cluster] = await store.list('cluster')
    await store.update('cluster', cluster?.id ?? ids.cluster, { frontend_address: '10.31.255.1' })
    assert.match(
      (await make({})).warnings.join('\n'),
      /10\.31\.255\.1 is not in network cluster: nodes need a router/,
    )
    assert.match(conf(), /next-server 10\.31\.255\.1;/)
  })

  it('refuses a frontend address outside the network without a new range, too', async () => {
    await make(range)
    await store.update('network', ids.cluster, { NETWORK: 0x0a_28_00_00n })
    const refused = {
      code: 'invalid',
      message: /frontend address "10\.30\.255\.254" does not lie in .*10\.40/,
    }
    for (const dryRun of [true, false]) await assert.rejects(make({ dryRun }), refused)
  })

  it('shows what the journal says last where dhcpd does not start', async () => {
    fake.journal('No subnet6 declaration for eth0.')
    fake.fail('start')
    await assert.rejects(make(range), {
      why: /did not start: its journal ends with:\nNo subnet6 declaration/,
    })
  })

  it('names the template of the site that dhcpd does not accept, with the line', async () => {
    const dir = path('templates')
    mkdirSync(dir)
    await store.update('cluster', (await store.list('cluster'))[0]?.id ?? ids.cluster, { path: fake.dir })
    writeFileSync(
      join(dir, 'dhcpd.conf.mustache'),
      'authoritative;\noption domain-name "x"\nsubnet {{base}} {\n}\n',
    )
    const refused = await rejectsWith('failed', make(range))
    assert.equal(refused.message, `dhcpd does not accept the site's template ${dir}/dhcpd.conf.mustache`)
    assert.match(refused.why ?? '', /^"subnet 10\.30\.0\.0 \{": .*\/dhcpd\.conf line 3: semicolon expected/)
    assert.doesNotMatch(refused.why ?? '', /Internet Systems|bug/)
    assert.equal(existsSync(path('dhcpd.conf')), false)
  })

  it('does not take a checker that was killed for one that objects', async () => {
    fake.program('dhcpd', 'kill -9 $$')
    const refused = await rejectsWith('failed', make(range))
    assert.match(refused.message, /^dhcpd was killed while it looked at /)
    assert.match(refused.why ?? '', /signal 9/)
  })

  it('gives the old range back when it moves, and the link with it', async () => {
    await make(range)
    await make({ ...range, start: '10.30.200.1', end: '10.30.210.1' })
    assert.deepEqual((await store.get('network', ids.cluster)).freelist, [
      { start: 3n, end: 0xc800n },
      { start: 0xd202n, end: 0xfffdn },
    ])
    await store.update('cluster', (await store.list('cluster'))[0]?.id ?? ids.cluster, {
      frontend_address: '10.31.255.1',
    })
    await make({ network: 'ipmi', start: '10.31.128.1', end: '10.31.140.1' })
    assert.doesNotMatch(conf(), /host node/)
    assert.deepEqual((await store.get('network', ids.cluster)).freelist, [{ start: 3n, end: 0xfffdn }])
    const used = await store.usedBy({ kind: 'network', id: ids.cluster })
    assert.equal(
      used.some(({ id }) => id === ids.ipmi),
      false,
    )
    assert.equal(
      (await store.usedBy({ kind: 'network', id: ids.ipmi })).filter((l) => l.kind === 'cluster').length,
      1,
    )
  })

  it('mends a link to the DHCP network that got lost', async () => {
    await make(range)
    const [cluster] = await store.list('cluster')
    const user = { kind: 'cluster', id: cluster?.id ?? ids.cluster } as const
    await store.unlink(user, { kind: 'network', id: ids.cluster })
    await make({})
    assert.deepEqual(await store.uses(user), [{ kind: 'network', id: ids.cluster, count: 1 }])
  })

  it('tells what to do when the network of the range is gone', async () => {
    await make(range)
    await store.remove('network', ids.cluster)
    await assert.rejects(make({}), { code: 'not-found', fix: /makedhcp --network/ })
  })

  it('takes all of a range that starts where a free range does', async () => {
    await make({ ...range, start: '10.30.0.3', end: '10.30.0.100' })
    assert.deepEqual((await store.get('network', ids.cluster)).freelist, [{ start: 101n, end: 0xfffdn }])
  })

  it('leaves nodes their addresses when a range that lay over them moves away', async () => {
    const id = (await store.list('cluster'))[0]?.id ?? ids.cluster
    await store.update('cluster', id, { dhcp_net: ids.cluster, dhcp_range_start: 1n, dhcp_range_end: 10n })
    assert.match((await make({})).warnings.join('\n'), /10\.30\.0\.1 belongs to node node001/)
    await make(range)
    assert.equal((await store.get('network', ids.cluster)).freelist[0]?.start, 3n)
  })

  const refused: [string, DhcpWish, object][] = [
    ['nothing when no range is known', {}, { code: 'invalid' }],
    ['a network alone', { network: 'cluster' }, { code: 'invalid' }],
    ['addresses without a network', { start: '10.30.128.1', end: '10.30.140.1' }, { code: 'invalid' }],
    ['an unknown network', { ...range, network: 'nope' }, { code: 'not-found' }],
    ['a start outside', { ...range, start: '10.31.128.1' }, { code: 'invalid', message: /first address/ }],
    ['an end outside', { ...range, end: '10.31.128.1' }, { code: 'invalid', message: /last address/ }],
    ['a range that runs backwards', { ...range, end: '10.30.128.1' }, { code: 'invalid' }],
    ['junk', { ...range, start: 'junk' }, { code: 'invalid' }],
    [
      'a network without the frontend address',
      { network: 'ipmi', start: '10.31.1.1', end: '10.31.1.9' },
      { code: 'invalid', message: /frontend/ },
    ],
    [
      'addresses that are taken, saying by whom',
      { ...range, start: '10.30.250.1', end: '10.30.255.254' },
      { code: 'refused', why: /10\.30\.255\.254 belongs to the name server of network cluster/ },
    ],
  ]
  for (const [what, wish, error] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(make(wish), error)
      assert.deepEqual(fake.calls(), [])
    })
  }

  it('refuses to go without an IPv4 frontend address', async () => {
    const id = (await store.list('cluster'))[0]?.id ?? ids.cluster
    await make(range)
    for (const frontend_address of ['', 'fd00::1', 'x; }']) {
      await store.update('cluster', id, { frontend_address })
      await assert.rejects(make({}), { code: 'invalid', message: /IPv4 frontend/ })
    }
  })

  it('leaves out names that dhcpd cannot have, and says so', async () => {
    for (const [at, name] of ['a;b', 'x } host y {', 'quo"te', 'new\nline', 'ähm', '_a'].entries())
      await addNode(store, name, ids.compute, { BOOTIF: `10.30.1.${at + 1}` }, `52:54:00:00:01:0${at}`)
    const made = await make(range)
    assert.equal(made.warnings.filter((text) => /cannot have that name/.test(text)).length, 6)
    assert.equal(conf().match(/^host /gm)?.length, 1)
  })

  it('takes another interface in the network where BOOTIF is not, but never the BMC', async () => {
    const other = await addNetwork(store, 'other', '10.50.0.0/16')
    const odd = await addGroup(store, 'odd', {
      BOOTIF: { 4: other },
      BMC: { 4: ids.cluster },
      eth5: { 4: ids.cluster },
    })
    const addresses = { BOOTIF: '10.50.0.1', BMC: '10.30.5.1', eth5: '10.30.5.2' }
    await addNode(store, 'odd1', odd, addresses, '52:54:00:00:02:01')
    await make(range)
    assert.match(conf(), /host odd1 \{[^}]*fixed-address 10\.30\.5\.2;/)
  })

  it('says that a pair needs another head', async () => {
    assert.match((await make({ ...range, nativeHa: true })).warnings.join(), /one head only/)
  })

  /** A systemctl that does not come back from starting anything before the test says go. */
  function slowSystemctl(): () => void {
    const go = path('go')
    const wait = `case $1 in start) while [ ! -e '${go}' ]; do sleep 0.05; done ;; esac`
    fake.calls()
    fake.program('systemctl', `echo "$*" >>"$log"\n${wait}`)
    return () => writeFileSync(go, '')
  }

  /** Waits until dhcpd is being started; the limit is mocha's. */
  async function started(): Promise<void> {
    const log = path('calls')
    while (!existsSync(log) || !readFileSync(log, 'utf8').includes('start dhcpd')) await delay(20)
  }

  function path(name: string): string {
    return join(fake.dir, name)
  }

  function conf(): string {
    return readFileSync(path('dhcpd.conf'), 'utf8')
  }

  function make(wish: DhcpWish) {
    return makeDhcp(store, hostIn(fake.dir), wish)
  }
})
