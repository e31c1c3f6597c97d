import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { Bmc } from '../../lib/host/bmc/bmc.ts'
import { ipmiError, refusesCipher } from '../../lib/host/bmc/ipmi-error.ts'
import type { Store } from '../../lib/store/store.ts'
import { addBmcsetup } from '../../lib/task/change/bmcsetup.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { type PowerTarget, powerAll, powerTargets } from '../../lib/task/power.ts'
import { rejectsWith } from '../help.ts'
import { smallSite } from './site.ts'

const bmc: Bmc = { address: '192.0.2.1', user: 'u', password: 'p', protocol: 'ipmi', certificate: 'known' }

describe('powerTargets', () => {
  let store: Store
  beforeEach(async () => {
    store = await smallSite()
    const setup = { user: 'u', password: 'p', userid: 3, netchannel: 1, mgmtchannel: 1 }
    await addBmcsetup(store, { name: 'fish', ...setup, protocol: 'redfish', certificate: 'any' })
    const group = { osimage: 'os', network: 'cluster', bmcnetwork: 'ipmi' }
    await addGroup(store, { name: 'old', bmcsetup: 'base', ...group })
    await addGroup(store, { name: 'new', bmcsetup: 'fish', ...group })
    await addNodes(store, { group: 'old', names: ['o2', 'o1'] })
    await addNodes(store, { group: 'new', names: ['n1'] })
    await addNodes(store, { group: 'compute', names: ['c1'] })
  })
  afterEach(() => store.close())

  const find = (names: readonly string[], groups: readonly string[] = [], name = 'BMC') =>
    powerTargets(store, { names, groups, interface: name })

  it('gives address, login and protocol, in the order of the list', async () => {
    const { targets, skipped } = await find(['n1', 'o2'])
    assert.deepEqual(skipped, [])
    assert.deepEqual(targets, [
      {
        node: 'n1',
        bmc: { address: '10.31.0.3', user: 'u', password: 'p', protocol: 'redfish', certificate: 'any' },
      },
      {
        node: 'o2',
        bmc: {
          address: '10.31.0.1',
          user: 'ladmin',
          password: 'ladmin',
          protocol: 'ipmi',
          certificate: 'known',
        },
      },
    ])
  })

  it('gives the nodes of groups by name, each node once', async () => {
    const { targets } = await find(['o2'], ['new', 'old'])
    assert.deepEqual(
      targets.map(({ node }) => node),
      ['o2', 'n1', 'o1'],
    )
    await rejectsWith('not-found', find([], ['none']))
  })

  it('goes by another interface when told', async () => {
    assert.equal((await find(['o2'], [], 'BOOTIF')).targets[0]?.bmc.address, '10.30.0.1')
  })

  it('leaves out who has no BMC, and says why', async () => {
    const { targets, skipped } = await find(['x', 'c1', 'o1'])
    assert.deepEqual(
      targets.map(({ node }) => node),
      ['o1'],
    )
    assert.deepEqual(skipped, ['there is no node "x"', 'c1: its group "compute" has no BMC setup'])
    assert.deepEqual((await find(['x1', 'x2', 'c1', 'x3'])).skipped, [
      'there are no nodes x[1-3]',
      'c1: its group "compute" has no BMC setup',
    ])
    assert.deepEqual((await find(['o1'], [], 'ILO')).skipped, ['o1: its group "old" has no interface "ILO"'])
    const { id } = await store.getNamed('node', 'o1')
    await store.update('node', id, { interfaces: {} })
    assert.deepEqual((await find(['o1'])).skipped, ['o1: it has no address on the interface "BMC"'])
  })
})

describe('powerAll', () => {
  const signal = new AbortController().signal
  const targets = Array.from({ length: 200 }, (_, n): PowerTarget => ({ node: `n${n}`, bmc }))

  it('answers in the order of the list, whoever is first', async () => {
    const act = async (_bmc: Bmc, action: string) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      return action
    }
    const seen = await collect(powerAll(targets, 'on', { signal, act }))
    assert.deepEqual(
      seen,
      targets.map(({ node }) => ({ node, result: 'on' })),
    )
  })

  it('has 64 under way, and no more', async () => {
    let [now, most] = [0, 0]
    const act = async () => {
      now++
      most = Math.max(most, now)
      await new Promise((resolve) => setTimeout(resolve, 1))
      now--
      return 'on'
    }
    await collect(powerAll(targets, 'on', { signal, act }))
    assert.equal(most, 64)
  })

  it('gives the error of one and the answers of the others', async () => {
    const act = ({ address }: Bmc, action: string) =>
      address === 'bad' ? Promise.reject(new Error('a defect')) : Promise.resolve(action)
    const bad = { node: 'n1', bmc: { ...bmc, address: 'bad' } }
    const [one, two] = await collect(powerAll([bad, { node: 'n2', bmc }], 'off', { signal, act }))
    assert.ok(one?.result instanceof LunaError && one.result.code === 'internal')
    assert.deepEqual(two, { node: 'n2', result: 'off' })
  })

  it('keeps the pace between any two nodes', async () => {
    const times: number[] = []
    const act = () => {
      times.push(performance.now())
      return Promise.resolve('on')
    }
    const began = performance.now()
    await collect(powerAll(targets.slice(0, 4), 'on', { signal, act, pause: 20 }))
    // Timers may be early by a millisecond or two each.
    for (const [n, time] of times.entries()) assert.ok(time - began >= n * 15, times.join())
  })

  it('ends the waiting when it is interrupted', async () => {
    const stop = new AbortController()
    const act = (_bmc: Bmc, action: string) => {
      stop.abort()
      return Promise.resolve(action)
    }
    const seen = await collect(
      powerAll(targets.slice(0, 3), 'on', { signal: stop.signal, act, pause: 3_600_000 }),
    )
    assert.equal(seen.length, 3)
  })
})

describe('refusesCipher', () => {
  for (const [said, expected] of [
    ['Error in open session response message : no matching cipher suite\n', true],
    ['Error in open session response message : invalid authentication algorithm\n\nError: Unable', true],
    ['> RAKP 2 HMAC is invalid\nError: Unable to establish IPMI v2 / RMCP+ session', false],
    ['Error in open session response message : insufficient resources for session', false],
  ] as const) {
    it(`is ${expected} for ${JSON.stringify(said.slice(0, 75))}`, () =>
      assert.equal(refusesCipher(said), expected))
  }
})

describe('ipmiError', () => {
  const intro = `Running Get VSO Capabilities my_addr 0x20, transit 0, target 0x20
Invalid completion code received: Invalid command
Discovered IPMB address 0x0
`
  const rakp1 = '> Error: no response from RAKP 1 message\n'.repeat(4)
  const lost = 'Error: Unable to establish IPMI v2 / RMCP+ session\n'
  for (const [what, said, code, expected] of [
    [
      'silence after the login, of which nobody knows what it did',
      `${intro}Unable to set Chassis Power Control to Up/On\nClose Session command failed\n`,
      'unavailable',
      'the BMC does not answer: 192.0.2.1 fell silent after the login by IPMI; whether "on" was carried out is not known',
    ],
    [
      'silence before the login',
      `Get Auth Capabilities error\nError issuing Get Channel Authentication Capabilities request\n${lost}`,
      'unavailable',
      'the BMC does not answer: nothing came from 192.0.2.1 by IPMI',
    ],
    [
      'silence at the name of the user',
      `${rakp1}Set Session Privilege Level to ADMINISTRATOR failed\n${lost}`,
      'unavailable',
      'the BMC does not answer: 192.0.2.1 fell silent when it was told the user "u", which it may not know for IPMI over LAN',
    ],
    [
      'a way that is not there',
      `Could not open socket!\n${lost}`,
      'unavailable',
      'the BMC cannot be reached: there is no way from here to 192.0.2.1',
    ],
    [
      'a completion code',
      `${intro}Set Chassis Power Control to Up/On failed: Command not supported in present state\n`,
      'failed',
      'the BMC refuses: 192.0.2.1: Set Chassis Power Control to Up/On failed: Command not supported in present state',
    ],
    [
      'a completion code that is followed by silence',
      `${intro}Set Chassis Identify failed: Invalid command\nClose Session command failed\n`,
      'failed',
      'the BMC refuses: 192.0.2.1: Set Chassis Identify failed: Invalid command; Close Session command failed',
    ],
    [
      'a refused session',
      `Error in open session response message : insufficient resources for session\n${lost}`,
      'failed',
      'the BMC refuses: 192.0.2.1: Error in open session response message : insufficient resources for session; Error: Unable to establish IPMI v2 / RMCP+ session',
    ],
    ['nothing that is known', 'what now\n', 'failed', 'the BMC cannot be asked by IPMI: 192.0.2.1: what now'],
  ] as const) {
    it(`knows ${what}`, () => {
      const error = ipmiError(bmc, 'on', `Loading IANA PEN Registry...\n${said}`)
      assert.deepEqual([error.code, `${error.message}: ${error.why}`], [code, expected])
    })
  }

  it('says nothing of what may have been done when it was only asked', () => {
    const said = `${intro}Error sending Chassis Status command\nClose Session command failed\n`
    assert.equal(ipmiError(bmc, 'status', said).why, '192.0.2.1 fell silent after the login by IPMI')
  })
})

async function collect<T>(coming: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of coming) all.push(one)
  return all
}
