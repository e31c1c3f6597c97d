import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeDns } from '../../lib/task/generate/dns.ts'
import { includeWarnings } from '../../lib/task/generate/dns-include.ts'
import { useFakeBin } from '../fake-bin.ts'
import { rejectsWith } from '../help.ts'
import { addCluster, addGroup, addNetwork, addNode, take } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

describe('makeDns', () => {
  const fake = useFakeBin()
  const day = new Date('2026-03-04T12:00:00Z')
  let store: Store
  const at = (name: string) => join(fake.dir, name)
  const zone = (name: string) => readFileSync(at(`zones/${name}.luna.zone`), 'utf8')
  const list = () => readFileSync(at('list'), 'utf8')
  const make = (wish = {}, now = day) => makeDns(store, hostIn(fake.dir), wish, now)

  beforeEach(async () => {
    store = openMemoryStore()
    mkdirSync(at('zones'))
    await addCluster(store, {
      path: fake.dir,
      named_include_file: at('list'),
      named_zone_dir: at('zones'),
    })
  })
  afterEach(() => store.close())

  it('makes forward and reverse zones for both versions', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    const six = await addNetwork(store, 'six', 'fd00:30::/64')
    const group = await addGroup(store, 'compute', { BOOTIF: { 4: cluster, 6: six } })
    await addNode(store, 'node001', group, { BOOTIF: ['10.30.0.1', 'fd00:30::1'] })
    const made = await make()
    assert.deepEqual(made.failures, [])
    assert.match(
      zone('cluster'),
      /^@ IN SOA master01\.cluster\. root\.master01\.cluster\. \(\n +2026030400 ;/m,
    )
    assert.match(zone('cluster'), /^@ IN A 10\.30\.255\.254$/m)
    assert.match(zone('cluster'), /^node001 IN A 10\.30\.0\.1$/m)
    assert.match(zone('six'), /^node001 IN AAAA fd00:30::1$/m)
    assert.match(zone('30.10.in-addr.arpa'), /^1\.0 IN PTR node001\.cluster\.$/m)
    assert.match(zone('0.0.0.0.0.0.0.0.0.3.0.0.0.0.d.f.ip6.arpa'), /^1\.(0\.){14}0 IN PTR node001\.six\.$/m)
    assert.equal(list().match(/^zone /gm)?.length, 4)
    assert.deepEqual(fake.calls(), ['is-active named', 'reload named', 'is-active named'])
    assert.equal(statSync(at('zones/cluster.luna.zone')).mode & 0o002, 0)
  })

  it('counts the serial up only when something changed, whatever it was before', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    await make()
    assert.deepEqual((await make({}, new Date('2026-05-05'))).changed, [])
    await store.update('network', cluster, { include: 'www IN A 10.30.0.9' })
    assert.equal((await make()).changed.length, 1)
    assert.match(zone('cluster'), /2026030401 ; serial/)
    assert.match(zone('30.10.in-addr.arpa'), /2026030400 ; serial/)
    writeFileSync(at('zones/cluster.luna.zone'), '@ IN SOA a. b. (\n 1 ; serial\n')
    await make({}, new Date('2026-05-05'))
    assert.match(zone('cluster'), /2026050500 ; serial/)
  })

  it('names the include that takes in a file which named does not accept', async () => {
    writeFileSync(at('more'), 'this is no record (\n')
    await addNetwork(store, 'cluster', '10.30.0.0/16', { include: `$INCLUDE ${at('more')}` })
    const { message, why } = await rejectsWith('failed', make())
    assert.equal(message, 'named-checkzone does not accept the include of network "cluster"')
    assert.match(why ?? '', /^"\$INCLUDE .*\/more": .*\/more:\d+: /)
  })

  it('says what named leaves out of a zone that it takes', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16', {
      include: 'a IN A 10.30.0.9\nwww.other. IN A 10.0.0.1',
    })
    const { warnings } = await make()
    assert.match(
      warnings.join('\n'),
      /^named-checkzone warns of the include of network "cluster": "www\.other\. IN A 10\.0\.0\.1": .*\/zones\/cluster\.luna\.zone:\d+: ignoring out-of-zone data \(www\.other\) \(luna network change cluster --include\)$/m,
    )
  })

  it('removes the zones of networks that are gone, and no other files', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    writeFileSync(at('zones/old.luna.zone'), 'x')
    writeFileSync(at('zones/own.zone'), 'x')
    assert.match((await make({ dryRun: true })).diff, /^removes .*\/zones\/old\.luna\.zone \(1 line\)$/m)
    const { changed, removed } = await make()
    assert.deepEqual([changed.length, removed], [3, [at('zones/old.luna.zone')]])
    assert.deepEqual(readdirSync(at('zones')).sort(), [
      '30.10.in-addr.arpa.luna.zone',
      'cluster.luna.zone',
      'own.zone',
    ])
  })

  it('merges networks of one reverse zone, and keeps their includes apart', async () => {
    await addNetwork(store, 'high', '10.60.128.0/18', { rev_include: '1.3 IN PTR high.high.' })
    await addNetwork(store, 'low', '10.60.0.0/18', { rev_include: '1.2 IN PTR low.low.' })
    await make()
    const text = zone('60.10.in-addr.arpa')
    assert.match(text, /^254\.191 IN PTR master01\.high\.$/m)
    assert.match(text, /^254\.63 IN PTR master01\.low\.$/m)
    assert.match(text, /; custom include\n1\.3 IN PTR high\.high\.\n1\.2 IN PTR low\.low\.\n/)
  })

  it('puts an address into the smallest zone, which hides the larger one', async () => {
    const big = await addNetwork(store, 'big', '10.70.0.0/16')
    await addNetwork(store, 'small', '10.70.5.0/24')
    const ip = await take(store, big, '10.70.5.9')
    await store.insert('switch', { name: 'sw01', network: big, ip })
    await make()
    assert.match(zone('5.70.10.in-addr.arpa'), /^9 IN PTR sw01\.big\.$/m)
    assert.doesNotMatch(zone('70.10.in-addr.arpa'), /sw01/)
  })

  it('takes addresses of eight groups, and prefixes too large for a reverse zone', async () => {
    await addNetwork(store, 'full', '2001:db8:1:2:3:4:5:0/112')
    await addNetwork(store, 'huge', '64.0.0.0/4')
    const { warnings } = await make()
    assert.match(zone('full'), /AAAA 2001:db8:1:2:3:4:5:fffe/)
    assert.match(warnings.join('\n'), /huge is too large for a reverse zone/)
    assert.equal(list().match(/arpa"/g)?.length, 1)
  })

  for (const label of ['0-27', '0/27', 'lab']) {
    it(`serves the RFC 2317 zone ${label} that the owner of the /24 refers to, beside that of whole octets`, async () => {
      const small = await addNetwork(store, 'small', '192.168.7.0/27', { classless: label })
      const ip = await take(store, small, '192.168.7.9')
      await store.insert('switch', { name: 'sw01', network: small, ip })
      assert.deepEqual((await make()).failures, [])
      const name = `${label}.7.168.192.in-addr.arpa`
      assert.match(list(), new RegExp(`^zone "${name}" `, 'm'))
      for (const text of [zone(name.replace('/', '-')), zone('7.168.192.in-addr.arpa')])
        assert.match(
          text,
          /^@ IN NS master01\.small\.\n30 IN PTR master01\.small\.\n9 IN PTR sw01\.small\.$/m,
        )
    })
  }

  it('names interfaces where a group has several in the network', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    const two = await addGroup(store, 'two', { BOOTIF: { 4: cluster }, eth1: { 4: cluster } })
    await addNode(store, 'node001', two, { BOOTIF: '10.30.0.1', eth1: '10.30.0.2' })
    const same = await addGroup(store, 'same', { eth2: { 4: cluster }, ETH2: { 4: cluster } })
    await addNode(store, 'node002', same, { eth2: '10.30.0.3', ETH2: '10.30.0.4' })
    const { warnings } = await make()
    assert.match(zone('cluster'), /^node001-bootif IN A 10\.30\.0\.1\nnode001-eth1 IN A 10\.30\.0\.2$/m)
    // One name in DNS, with both addresses; neither address is lost backwards.
    assert.match(zone('cluster'), /^node002-ETH2 IN A 10\.30\.0\.4\nnode002-eth2 IN A 10\.30\.0\.3$/m)
    assert.match(
      zone('30.10.in-addr.arpa'),
      /^4\.0 IN PTR node002-ETH2\.cluster\.\n3\.0 IN PTR node002-eth2\./m,
    )
    assert.doesNotMatch(warnings.join('\n'), /already/)
  })

  it('knows when they are given whether named takes lines of the operator', async () => {
    const id = await addNetwork(store, 'cluster', '10.30.0.0/16')
    await store.update('network', id, { include: 'mail IN MX 10 mx.example.org.' })
    assert.deepEqual(await includeWarnings(store, 'cluster'), [])
    await store.update('network', id, { include: 'this is no record (' })
    const [warning = '', ...more] = await includeWarnings(store, 'cluster')
    assert.deepEqual(more, [])
    assert.match(
      warning,
      /^makedns will refuse this: named-checkzone does not accept the include of network "cluster": "this is no record \(": /,
    )
    await store.update('network', id, { include: '', rev_include: '} evil' })
    assert.match((await includeWarnings(store, 'cluster')).join(), /the reverse include of network "cluster"/)
  })

  it('says when lines are given what named will leave out of them', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16', { include: 'www.other. IN A 10.0.0.1' })
    const [warning] = await includeWarnings(store, 'cluster')
    assert.match(warning ?? '', /^named-checkzone warns of the include .*ignoring out-of-zone data/)
  })

  it('keeps the first of two equal names or addresses, and says so', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    const over = await addNetwork(store, 'over', '10.30.128.0/17')
    const ip = await take(store, cluster, '10.30.200.1')
    await store.insert('switch', { name: 'a', network: cluster, ip })
    await store.insert('otherdev', { name: 'A', connected: { [cluster]: 5n } })
    await store.insert('otherdev', { name: 'b', connected: { [over]: ip - 0x8000n } })
    const { warnings, failures } = await make()
    assert.deepEqual(failures, [])
    assert.match(warnings.join('\n'), /"A" is there already/)
    assert.match(warnings.join('\n'), /10\.30\.200\.1 is a\.cluster\. and b\.over\./)
  })

  it('is not broken by hostile names, nor stopped by them', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    await addNetwork(store, 'x"; }; evil {', '10.31.0.0/16')
    const hostile = [
      'a;b',
      'a b',
      'quo"te',
      'new\nline IN A 1.2.3.4',
      '$INCLUDE /etc/passwd',
      '(',
      'ä',
      '\\',
      '@',
      '*',
    ]
    for (const [index, name] of hostile.entries())
      await store.insert('otherdev', { name, connected: { [cluster]: BigInt(index + 1) } })
    const made = await make()
    assert.equal(made.warnings.filter((text) => /cannot be a name in DNS/.test(text)).length, hostile.length)
    assert.match(made.failures[0]?.message ?? '', /no DNS zone/)
    assert.equal(zone('cluster').match(/ IN A /g)?.length, 2)
    assert.doesNotMatch(list(), /evil/)
  })

  it('lets old names with underscores live', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    await store.insert('otherdev', { name: 'pdu_1', connected: { [cluster]: 1n } })
    await make()
    assert.match(list(), /"cluster\.luna\.zone";[^}]*\};[^}]*\};\s+check-names ignore;/)
  })

  it('changes nothing when one zone is wrong', async () => {
    const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16')
    await make()
    const before = [zone('cluster'), list()]
    await addNetwork(store, 'other', '10.31.0.0/16', { include: 'this is not a record' })
    await store.update('network', cluster, { include: 'www IN A 10.30.0.9' })
    await assert.rejects(make(), { code: 'failed', message: /named-checkzone/ })
    assert.deepEqual([zone('cluster'), list()], before)
    assert.equal(readdirSync(at('zones')).length, 2)
  })

  const objections: [string, object, string, string][] = [
    ['a word that is no record', { include: 'www IN A 10.30.0.9\n} evil' }, 'include', '} evil'],
    ['an open parenthesis', { include: 'this is no record (' }, 'include', 'this is no record ('],
    ['a bad address', { include: 'a IN A 1.2.3\nb IN A 10.30.0.1' }, 'include', 'a IN A 1.2.3'],
    [
      'a host name with an underscore',
      { include: '\n\na_b IN A 10.30.0.1' },
      'include',
      'a_b IN A 10.30.0.1',
    ],
    ['a reverse record', { rev_include: '1.3 IN PTR' }, 'rev_include', '1.3 IN PTR'],
  ]
  for (const [what, more, field, line] of objections) {
    it(`names the network with ${what} in its --${field}, and the line`, async () => {
      await addNetwork(store, 'cluster', '10.30.0.0/16')
      // In the same reverse zone, with lines before those of the network.
      await addNetwork(store, 'a', '10.30.8.0/24', {
        include: 'x IN A 10.30.8.1',
        rev_include: '7.8 IN PTR x.a.',
      })
      await addNetwork(store, 'last', '10.30.9.0/24', more)
      const { message, why, fix } = await rejectsWith('failed', make())
      const name = field === 'include' ? 'include' : 'reverse include'
      assert.equal(message, `named-checkzone does not accept the ${name} of network "last"`)
      assert.equal(fix, `luna network change last --${field}`)
      assert.ok(why?.startsWith(`${JSON.stringify(line)}: `), why)
      assert.match(why ?? '', /\/zones\/[\w.-]+\.luna\.zone:\d+: /)
      assert.doesNotMatch(why ?? '', /\.new/)
    })
  }

  it('names the template of the site that named does not accept', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    mkdirSync(at('templates'))
    for (const name of ['zone', 'named.zones']) {
      const file = at(`templates/${name}.mustache`)
      writeFileSync(file, 'what is this\n')
      const { message, fix } = await rejectsWith('failed', make())
      assert.ok(message.endsWith(` does not accept the site's template ${file}`), message)
      assert.match(fix ?? '', /man luna-templates/)
      rmSync(file)
    }
  })

  it('says which line is missing where named does not include the zones', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    fake.program('named-checkconf', '[ "$1" != -p ] || echo "options { directory \\"/var/named\\"; };"')
    const { warnings } = await make()
    const hint = new RegExp(
      `include "${at('list')}";  to (/etc/bind/named\\.conf(\\.local)?|/etc/named\\.conf),`,
    )
    assert.match(warnings.join('\n'), hint)
  })

  it('reloads a named that includes the zones and does not know them, and no other', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    await make()
    const file = '"cluster.luna.zone"'
    fake.program(
      'named-checkconf',
      `[ "$1" != -p ] || echo 'options { directory "${at('zones')}"; }; zone { file ${file}; };'`,
    )
    const answers: [string, string[]][] = [
      [
        'echo "rndc: \'zonestatus\' failed: not found" >&2; exit 1',
        ['is-active', 'is-active', 'reload', 'is-active'],
      ],
      ['echo "rndc: connect failed: 127.0.0.1#953: connection refused" >&2; exit 1', ['is-active']],
      ['echo "name: $2"', ['is-active']],
    ]
    for (const [rndc, calls] of answers) {
      fake.program('rndc', rndc)
      fake.calls()
      assert.deepEqual((await make()).warnings, [])
      assert.deepEqual(
        fake.calls().map((call) => call.split(' ')[0]),
        calls,
      )
    }
  })

  it('only shows the zones when asked to', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    assert.match((await make({ dryRun: true })).diff, /\+@ IN A 10\.30\.255\.254/)
    assert.deepEqual([readdirSync(at('zones')), fake.calls()], [[], []])
  })

  it('says what to do where there is no directory for zone files', async () => {
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    const [cluster] = await store.list('cluster')
    if (!cluster) throw new Error('no cluster')
    await store.update('cluster', cluster.id, { named_zone_dir: at('nowhere') })
    await assert.rejects(make(), { code: 'failed', message: /nowhere/, fix: /named/ })
  })

  it('refuses to go without networks, or without a place for the files', async () => {
    await assert.rejects(make(), { code: 'invalid' })
    await addNetwork(store, 'cluster', '10.30.0.0/16')
    const [cluster] = await store.list('cluster')
    if (!cluster) throw new Error('no cluster')
    for (const field of ['named_zone_dir', 'named_include_file'] as const) {
      await store.update('cluster', cluster.id, { [field]: null })
      await assert.rejects(make(), { code: 'invalid', fix: `luna cluster change --${field} PATH` })
      await store.update('cluster', cluster.id, { [field]: fake.dir })
    }
  })
})
