// named itself, on the zones that makedns writes, asked by dig.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import { makeDns } from '../../lib/task/generate/dns.ts'
import { useFakeBin } from '../fake-bin.ts'
import { addCluster, addGroup, addNetwork, addNode, take } from '../scenario/boot.ts'
import { hostIn } from '../task/host.ts'
import { prepareNamed, startNamed } from './named.ts'
import { lacking, makePair, type Pair, runIn, stop } from './namespace.ts'
import { skipUnless } from './skip.ts'

const address = '10.30.255.254'

describe('named on the generated zones', function () {
  this.timeout(60_000)
  const fake = useFakeBin()
  let pair: Pair | undefined
  let named: ChildProcess | undefined

  before(function () {
    skipUnless(this, lacking(['ip', 'named', 'dig', 'named-checkzone']))
  })
  beforeEach(async () => {
    await makeZones(fake.dir)
    await prepareNamed(fake.dir, join(fake.dir, 'list'))
    pair = makePair(`${address}/16`)
    named = await startNamed(pair.server, fake.dir)
  })
  afterEach(async () => {
    await stop(named)
    pair?.remove()
  })

  it('answers what was asked', () => {
    const answers: [string, string[], string][] = [
      ['a node', ['node001.cluster', 'A'], '10.30.0.1\n'],
      ['a node in any case', ['NODE001.Cluster', 'A'], '10.30.0.1\n'],
      ['a node over IPv6', ['node001.six', 'AAAA'], 'fd00:30::1\n'],
      ['a switch', ['sw01.cluster', 'A'], '10.30.253.1\n'],
      ['a device with an old name', ['pdu_1.cluster', 'A'], '10.30.252.1\n'],
      ['the zone itself', ['cluster', 'A'], `${address}\n`],
      ['the name of an address', ['-x', '10.30.0.1'], 'node001.cluster.\n'],
      ['the name of an IPv6 address', ['-x', 'fd00:30::1'], 'node001.six.\n'],
      ['the name of an address in a /27', ['-x', '192.168.7.9'], 'printer.small.\n'],
      ['the name server', ['cluster', 'NS'], 'master01.cluster.\n'],
      ['the name server of a reverse zone', ['30.10.in-addr.arpa', 'NS'], 'master01.cluster.\n'],
      [
        'the authority',
        ['cluster', 'SOA'],
        'master01.cluster. root.master01.cluster. 2026030400 86400 14400 3628800 604800\n',
      ],
      ['what the operator added', ['note.cluster', 'TXT'], '"a; b" "c"\n'],
      ['nothing of what is not there', ['node009.cluster', 'A'], ''],
    ]
    for (const [what, question, answer] of answers) assert.equal(dig(['+short', ...question]), answer, what)
  })

  it('gives zones to nobody, and takes no updates', () => {
    assert.match(dig(['cluster', 'AXFR']), /Transfer failed/)
  })

  function dig(question: string[]): string {
    return runIn(pair?.server ?? '', 'dig', [`@${address}`, '+tries=1', '+time=5', ...question])
  }
})

async function makeZones(dir: string): Promise<void> {
  const store = openMemoryStore()
  mkdirSync(join(dir, 'zones'))
  const fields = { path: dir, named_include_file: join(dir, 'list'), named_zone_dir: join(dir, 'zones') }
  await addCluster(store, fields)
  const cluster = await addNetwork(store, 'cluster', '10.30.0.0/16', { include: 'note IN TXT "a; b" "c"' })
  const six = await addNetwork(store, 'six', 'fd00:30::/64')
  const small = await addNetwork(store, 'small', '192.168.7.0/27')
  const group = await addGroup(store, 'compute', { BOOTIF: { 4: cluster, 6: six } })
  await addNode(store, 'node001', group, { BOOTIF: ['10.30.0.1', 'fd00:30::1'] })
  await store.insert('switch', {
    name: 'sw01',
    network: cluster,
    ip: await take(store, cluster, '10.30.253.1'),
  })
  await store.insert('otherdev', {
    name: 'pdu_1',
    connected: { [cluster]: await take(store, cluster, '10.30.252.1') },
  })
  await store.insert('otherdev', { name: 'printer', connected: { [small]: 9n } })
  const made = await makeDns(store, hostIn(dir), {}, new Date('2026-03-04'))
  assert.deepEqual(made.failures, [])
  await store.close()
}
