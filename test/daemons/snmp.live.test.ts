// Switches as they answer: the real snmpd with made-up tables, and agents that do not mean well.
import assert from 'node:assert/strict'
import type { SnmpAccess } from '../../lib/host/snmp/session.ts'
import { readSwitch } from '../../lib/host/snmp/switch-table.ts'
import { mac, rejectsWith } from '../help.ts'
import { type FalseAgent, startFalseAgent } from './fake-snmp-agent.ts'
import { lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'
import { type Agent, type AgentTables, freePort, snmpUser, startAgent } from './snmpd.ts'

const perVlan = '.1.3.6.1.2.1.17.7.1.2.2.1.2'
const bridge = '.1.3.6.1.2.1.17.4.3.1.2'

describe('readSwitch from snmpd', function () {
  this.timeout(60_000)
  let agent: Agent | undefined

  before(function () {
    skipUnless(this, lackingProgram(['snmpd']))
  })
  afterEach(async () => {
    await agent?.stop()
    agent = undefined
  })

  const start = async (tables: AgentTables) => {
    agent = await startAgent(tables)
    return agent.access
  }
  const asUser = (port: number, more: Partial<Extract<SnmpAccess, { version: '3' }>> = {}) => ({
    ...({ address: '127.0.0.1', port, version: '3', user: snmpUser.user } as const),
    auth: { protocol: 'sha', key: snmpUser.auth },
    priv: { protocol: 'aes', key: snmpUser.priv },
    ...more,
  })

  for (const [form, oid] of [
    ['q', perVlan],
    ['b', bridge],
  ] as const) {
    it(`gives machines with port number and name, each once (${oid})`, async () => {
      const { seen, cut } = await readSwitch(await start({ form, ports: 2, macs: 3 }), oid)
      assert.equal(cut, false)
      assert.deepEqual(seen, [
        { mac: mac(0), port: '1', portname: 'swp1' },
        { mac: mac(1), port: '2', portname: 'swp2' },
        { mac: mac(2), port: '1', portname: 'swp1' },
      ])
    })
  }

  it('reads 2,000 machines at 48 ports', async () => {
    const { seen } = await readSwitch(await start({ ports: 48, macs: 2000 }), perVlan)
    assert.equal(seen.length, 2000)
    assert.deepEqual(seen[1999], { mac: mac(1999), port: '32', portname: 'swp32' })
  })

  it('gives nothing of a table that is empty or not there', async () => {
    const access = await start({ form: 'b' })
    assert.deepEqual(await readSwitch(access, perVlan), { seen: [], rows: 0, cut: false })
  })

  it('asks by SNMPv3 with authentication and privacy', async () => {
    const { port } = await start({ ports: 2, macs: 100 })
    assert.equal((await readSwitch(asUser(port ?? 0), perVlan)).seen.length, 100)
  })

  it('asks with the newer digests', async () => {
    const { port } = await start({ auth: 'SHA-256' })
    const { seen } = await readSwitch(
      asUser(port ?? 0, { auth: { protocol: 'sha256', key: snmpUser.auth } }),
      perVlan,
    )
    assert.equal(seen.length, 10)
  })

  it('says what is wrong with the user or its keys', async () => {
    const { port } = await start({})
    const why = async (more: Parameters<typeof asUser>[1]) =>
      (await rejectsWith('failed', readSwitch(asUser(port ?? 0, more), perVlan))).why ?? ''
    assert.match(await why({ user: 'nobody' }), /user/i)
    assert.match(await why({ auth: { protocol: 'sha', key: 'another-key' } }), /digest/i)
  })

  it('says that a community is not let in, which looks like silence', async () => {
    const access = await start({})
    const error = await rejectsWith('unavailable', readSwitch({ ...access, community: 'secret' }, perVlan))
    assert.match(error.message, /^127\.0\.0\.1 does not answer/)
    assert.doesNotMatch(JSON.stringify(error), /secret/)
  })
})

describe('readSwitch from nobody', function () {
  this.timeout(20_000)

  it('gives up soon', async () => {
    const access = {
      address: '127.0.0.1',
      port: await freePort(),
      version: '2c',
      community: 'public',
    } as const
    await rejectsWith('unavailable', readSwitch(access, perVlan))
  })

  it('refuses a table that is no OID', async () => {
    const access = { address: '127.0.0.1', version: '2c', community: 'public' } as const
    for (const oid of ['Q-BRIDGE-MIB::dot1qTpFdbPort', '', '.1.3.x', '1'])
      await rejectsWith('invalid', readSwitch(access, oid))
  })
})

describe('readSwitch from an agent that does not mean well', function () {
  this.timeout(20_000)
  let agent: FalseAgent | undefined
  afterEach(() => agent?.stop())

  const table = bridge.slice(1)

  it('does not go round in circles', async () => {
    agent = await startFalseAgent(() => [[`${table}.82.84.0.0.0.1`, 1]])
    const error = await rejectsWith('failed', readSwitch(agent.access, bridge))
    assert.match(error.why ?? '', /circles/)
    assert.equal(agent.asked(), 2)
  })

  it('ends with an empty answer', async () => {
    agent = await startFalseAgent(() => [])
    assert.deepEqual(await readSwitch(agent.access, bridge), { seen: [], rows: 0, cut: false })
  })

  it('leaves out rows that are no machines at ports', async () => {
    const rows = ['1.2.3', '82.84.0.0.0.300', '1.0.0.0.0.1', '82.84.0.0.0.9'].map(
      (index, n) => [`${table}.${index}`, n === 3 ? 5 : 1] as const,
    )
    const zero = [`${table}.82.84.0.0.0.10`, 0] as const
    const sorted = [rows[2], rows[0], rows[3], zero, rows[1]].filter((row) => row !== undefined)
    agent = await startFalseAgent((n) => (n === 0 ? sorted : []))
    const { seen } = await readSwitch(agent.access, bridge)
    assert.deepEqual(seen, [{ mac: mac(9), port: '5', portname: '5' }])
  })

  it('takes garbage for silence', async () => {
    agent = await startFalseAgent((n) =>
      Buffer.from(['', '30', '3003020101', 'ffffffffff'][n % 4] ?? '', 'hex'),
    )
    await rejectsWith('unavailable', readSwitch(agent.access, bridge))
  })

  it('ends what has no end', async () => {
    agent = await startFalseAgent((n) => [
      [`${table}.82.84.0.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, 1],
    ])
    const error = await rejectsWith('unavailable', readSwitch(agent.access, bridge, { timeout: 300 }))
    assert.match(error.why ?? '', /longer than 0\.3 s/)
  })

  it('stops when told', async () => {
    const stop = new AbortController()
    agent = await startFalseAgent(() => {
      stop.abort()
      return Buffer.alloc(0)
    })
    const error = await rejectsWith('unavailable', readSwitch(agent.access, bridge, { signal: stop.signal }))
    assert.match(error.why ?? '', /interrupted/)
  })
})
