// Two real dhcpd, on the two files of makedhcp --native_dhcp_ha, one of which went to the
// other head by real ssh.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { makeCluster } from './cluster.ts'
import { makePair, type Pair } from './pair.ts'

const client = join(import.meta.dirname, '../daemons/dhcp-client.ts')
const makedhcp = ['cluster', 'makedhcp', '-N', 'cluster', '-s', '10.30.128.1', '-e', '10.30.140.1']

describe('dhcpd on two heads', function () {
  this.timeout(120_000)
  let pair: Pair | undefined

  before(function () {
    const programs = ['ip', 'dhcpd', 'ssh', 'sshd', 'nsenter', 'unshare']
    skipUnless(this, process.getuid?.() === 0 ? lackingProgram(programs) : 'needs root, for namespaces')
  })
  beforeEach(async () => {
    pair = await makePair()
    await pair.moveTo('a')
    await makeCluster(pair)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && pair)
      for (const name of ['a', 'b'] as const)
        if (existsSync(pair.of(name, 'dhcpd.log')))
          console.log(`--- dhcpd of ${name}\n${pair.text(name, 'dhcpd.log')}`)
    await pair?.remove()
    pair = undefined
  })

  it('is a failover pair in state normal, and one answers when the other has died', async () => {
    await luna('a', ...makedhcp, '--native_dhcp_ha')
    await bothNormal()
    assert.match(it_().text('b', 'dhcpd.conf'), /secondary;\s+address 10\.30\.255\.253;/)
    assert.match(await ask('52:54:00:00:09:01'), /^10\.30\.1(2[89]|3\d|40)\.\d+$/)
    await it_().a.must('sh', '-c', `kill -9 $(cat ${it_().dir}/here/dhcpd.pid)`)
    await it_().says('b', 'dhcpd.log', /I move from normal to communications-interrupted/)
    assert.match(await ask('52:54:00:00:09:02'), /^10\.30\.1(2[89]|3\d|40)\.\d+$/)
    assert.equal(await ask('52:54:00:00:00:01'), '10.30.0.1')
  })

  it('is one again after every makedhcp, with its leases and without', async () => {
    await luna('a', ...makedhcp)
    assert.match(await ask('52:54:00:00:09:09'), /^10\.30\.1(2[89]|3\d|40)\.\d+$/)
    await luna('a', ...makedhcp.slice(0, 2), '--native_dhcp_ha')
    await bothNormal()
    await luna('a', 'node', 'add', '-n', 'node002', '-g', 'compute')
    await luna('a', 'node', 'change', 'node002', '--mac', '52:54:00:00:00:02')
    await again(['cluster', 'makedhcp', '--native_dhcp_ha'])
    assert.equal(await ask('52:54:00:00:00:02'), '10.30.0.2')
    await again([
      'cluster',
      'makedhcp',
      '-N',
      'cluster',
      '-s',
      '10.30.150.1',
      '-e',
      '10.30.150.9',
      '--native_dhcp_ha',
    ])
    assert.match(await ask('52:54:00:00:09:01'), /^10\.30\.150\./)
  })

  it('has nothing due on either head, and each keeps its part when the other one makes it anew', async () => {
    await luna('a', ...makedhcp, '--native_dhcp_ha')
    for (const name of ['a', 'b'] as const) await luna(name, 'cluster', 'make', '--check')
    await bothNormal()
    await it_().moveTo('b')
    await luna('b', 'node', 'add', '-n', 'node002', '-g', 'compute')
    await luna('b', 'node', 'change', 'node002', '--mac', '52:54:00:00:00:02')
    await again(['cluster', 'make'], 'b')
    assert.match(it_().text('a', 'dhcpd.conf'), /primary;\s+address 10\.30\.255\.252;/)
    assert.match(it_().text('b', 'dhcpd.conf'), /secondary;\s+address 10\.30\.255\.253;/)
    for (const name of ['a', 'b'] as const) await luna(name, 'cluster', 'make', '--check')
    assert.equal(await ask('52:54:00:00:00:02'), '10.30.0.2')
  })

  it('runs on the active head only without --native_dhcp_ha; the other has the same file', async () => {
    await luna('a', ...makedhcp)
    assert.equal(it_().text('a', 'dhcpd.conf'), it_().text('b', 'dhcpd.conf'))
    for (const name of ['a', 'b'] as const) await luna(name, 'cluster', 'make', '--check')
    const active = (name: 'a' | 'b') => it_()[name].run('systemctl', ['is-active', 'dhcpd'])
    assert.deepEqual([(await active('a')).status, (await active('b')).status], [0, 1])
  })

  /** Both dhcpd are in state normal since they last started. */
  async function bothNormal(): Promise<void> {
    for (const name of ['a', 'b'] as const)
      await it_().says(name, 'dhcpd.log', /I move from \S+ to normal(?![\s\S]*Internet Systems Consortium)/)
  }

  /** A makedhcp that restarts both, until they are a pair again. */
  async function again(command: string[], on: 'a' | 'b' = 'a'): Promise<void> {
    const before = starts()
    await luna(on, ...command)
    assert.deepEqual(
      starts(),
      before.map((count) => count + 1),
    )
    await bothNormal()
  }

  function starts(): number[] {
    return (['a', 'b'] as const).map(
      (name) => it_().text(name, 'dhcpd.log').split('Internet Systems Consortium DHCP').length,
    )
  }

  function it_(): Pair {
    assert.ok(pair)
    return pair
  }

  async function luna(name: 'a' | 'b', ...args: string[]): Promise<void> {
    const { status, output } = await it_()[name].luna(...args)
    assert.equal(status, 0, `luna ${args.join(' ')}: ${output}`)
  }

  async function ask(mac: string): Promise<string> {
    const answer = await it_().client.must(process.execPath, client, JSON.stringify({ mac, arch: 0 }))
    return JSON.parse(answer).address
  }
})
