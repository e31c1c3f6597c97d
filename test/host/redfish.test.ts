import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Bmc, PowerAction } from '../../lib/host/bmc/bmc.ts'
import { power } from '../../lib/host/bmc/power.ts'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { rejectsWith } from '../help.ts'
import { redfishUser, type Service, startRedfish } from './redfish-service.ts'

const systems = '/redfish/v1/Systems'
const system = `${systems}/437XR1138R2`

describe('power by Redfish', function () {
  this.timeout(20_000)
  let service: Service
  before(function () {
    skipUnless(this, lackingProgram(['openssl']))
  })
  beforeEach(async () => {
    service = await startRedfish()
  })
  afterEach(() => service?.stop())

  const bmc = (more: Partial<Bmc> = {}): Bmc => ({
    ...{ address: '127.0.0.1', port: service.port, protocol: 'redfish', certificate: 'any' },
    ...redfishUser,
    ...more,
  })
  const ask = (action: PowerAction, more: Partial<Bmc> = {}) => power(bmc(more), action, { timeout: 10_000 })
  const json = (body: unknown) => (response: ServerResponse) => response.end(JSON.stringify(body))

  it('finds the system from the root, and says whether it is on', async () => {
    assert.equal(await ask('status'), 'off')
    assert.deepEqual(service.asked, ['GET /redfish/v1/', `GET ${systems}`, `GET ${system}`])
    service.system.PowerState = 'On'
    assert.equal(await ask('status'), 'on')
  })

  for (const [action, type, before] of [
    ['on', 'On', 'Off'],
    ['off', 'ForceOff', 'On'],
    ['reset', 'ForceRestart', 'On'],
    ['cycle', 'PowerCycle', 'On'],
  ] as const) {
    it(`means ${type} by ${action}`, async () => {
      service.system.PowerState = before
      assert.equal(await ask(action), action)
      assert.equal(
        service.asked.at(-1),
        `POST ${system}/Actions/ComputerSystem.Reset {"ResetType":"${type}"}`,
      )
    })
  }

  it('leaves on what is on, and off what is off', async () => {
    assert.equal(await ask('off'), 'off')
    service.system.PowerState = 'On'
    assert.equal(await ask('on'), 'on')
    assert.ok(service.asked.every((line) => line.startsWith('GET ')))
  })

  it('takes no offence at a refusal where the state is right afterwards', async () => {
    const refuse = (PowerState: string) => (response: ServerResponse) => {
      service.system.PowerState = PowerState
      response.writeHead(409).end('{}')
    }
    service.instead.set(`${system}/Actions/ComputerSystem.Reset`, refuse('On'))
    assert.equal(await ask('on'), 'on')
    await rejectsWith('failed', ask('off'))
    await rejectsWith('failed', ask('reset'))
  })

  it('says in words what power may be beside on and off, and that it is not known', async () => {
    for (const [said, word] of [
      ['PoweringOn', 'powering on'],
      ['PoweringOff', 'powering off'],
      ['Paused', 'paused'],
    ]) {
      service.system.PowerState = said
      assert.equal(await ask('status'), word)
    }
    for (const said of [null, 'Unknown', 'Reset\u001b[2J', undefined]) {
      service.system.PowerState = said
      const error = await rejectsWith('failed', ask('status'))
      assert.match(error.message, /does not say whether the node is on/)
      assert.equal(error.why, `PowerState of its system is ${JSON.stringify(said ?? null)}`)
    }
  })

  it('leaves alone what is powering on, and switches off what hangs in powering off', async () => {
    service.system.PowerState = 'PoweringOn'
    assert.equal(await ask('on'), 'on')
    assert.ok(service.asked.every((line) => line.startsWith('GET ')))
    service.system.PowerState = 'PoweringOff'
    assert.equal(await ask('off'), 'off')
    assert.match(service.asked.at(-1) ?? '', /ForceOff/)
    service.system.PowerState = 'PoweringOff'
    service.instead.set(`${system}/Actions/ComputerSystem.Reset`, (one) => one.writeHead(409).end('{}'))
    assert.equal(await ask('off'), 'off')
  })

  it('lights the lamp by either of its names, if the system is still the same', async () => {
    await ask('identify')
    assert.equal(service.system.LocationIndicatorActive, true)
    await ask('noidentify')
    assert.equal(service.system.LocationIndicatorActive, false)
    delete service.system.LocationIndicatorActive
    service.system.IndicatorLED = 'Off'
    await ask('identify')
    assert.equal(service.system.IndicatorLED, 'Blinking')
    delete service.system.IndicatorLED
    await rejectsWith('failed', ask('identify'))
  })

  it('leaves a weak tag out of If-Match, and changes the system however its tags are', async () => {
    for (const etag of ['W/"7"', '"7"', 'no tag', undefined]) {
      for (const needsMatch of [true, false]) {
        Object.assign(service, { etag, needsMatch })
        service.system.LocationIndicatorActive = false
        await ask('identify')
        assert.equal(service.system.LocationIndicatorActive, true, etag)
      }
    }
  })

  it('lights the lamp once more where a tag that is right is said to be wrong', async () => {
    service.needsMatch = false
    const get = service.instead
    get.set(system, (response) => {
      get.delete(system)
      response.writeHead(200, { ETag: '"old"' }).end(JSON.stringify(service.system))
    })
    await ask('identify')
    assert.equal(service.system.LocationIndicatorActive, true)
  })

  it('lights a lamp that cannot blink', async () => {
    delete service.system.LocationIndicatorActive
    Object.assign(service.system, {
      IndicatorLED: 'Off',
      'IndicatorLED@Redfish.AllowableValues': ['Lit', 'Off'],
    })
    await ask('identify')
    assert.equal(service.system.IndicatorLED, 'Lit')
  })

  const offer = (...types: string[]) => {
    const target = `${system}/Actions/ComputerSystem.Reset`
    const entry = { target, 'ResetType@Redfish.AllowableValues': types }
    service.system.Actions = { '#ComputerSystem.Reset': entry }
  }
  const posted = () =>
    service.asked.filter((line) => line.startsWith('POST')).map((line) => line.split('"')[3])

  it('cycles by off and on where there is no PowerCycle, and waits until it is off', async () => {
    offer('On', 'ForceOff', 'ForceRestart')
    service.system.PowerState = 'On'
    service.slowOff = 2
    assert.equal(await ask('cycle'), 'cycle')
    assert.deepEqual(posted(), ['ForceOff', 'On'])
    assert.equal(service.system.PowerState, 'On')
  })

  it('cycles by off and on where the BMC does not say what it takes', async () => {
    offer()
    service.system.Actions = { '#ComputerSystem.Reset': { target: `${system}/Actions/ComputerSystem.Reset` } }
    service.system.PowerState = 'On'
    assert.equal(await ask('cycle', { protocol: 'auto' }), 'cycle')
    assert.deepEqual(posted(), ['ForceOff', 'On'])
  })

  it('cycles what is off by switching it on', async () => {
    offer('On', 'ForceOff')
    await ask('cycle')
    assert.deepEqual(posted(), ['On'])
  })

  it('says that the node may be off when it cannot be switched on again', async () => {
    offer('On', 'ForceOff')
    service.system.PowerState = 'On'
    service.slowOff = Number.POSITIVE_INFINITY
    const error = await rejectsWith('failed', power(bmc(), 'cycle', { timeout: 4000 }))
    assert.match(
      `${error.message}: ${error.why}`,
      /does not switch the node off: its power is on; .*may be off now/,
    )
    assert.deepEqual(posted(), ['ForceOff'])
  })

  it('asks where the values of the action stand apart from it', async () => {
    const target = `${system}/Actions/ComputerSystem.Reset`
    service.system.Actions = { '#ComputerSystem.Reset': { target, '@Redfish.ActionInfo': `${system}/Info` } }
    const values = { Name: 'ResetType', AllowableValues: ['On', 'ForceOff', 'PowerCycle'] }
    service.instead.set(`${system}/Info`, json({ Parameters: [{ Name: 'X' }, values] }))
    service.system.PowerState = 'On'
    await ask('cycle')
    assert.deepEqual(posted(), ['PowerCycle'])
  })

  const members = (...links: string[]) =>
    service.instead.set(systems, json({ Members: links.map((link) => ({ '@odata.id': link })) }))

  it('takes the one of several systems that can be reset', async () => {
    members(`${systems}/Board`, `${systems}/Gone`, system)
    service.instead.set(`${systems}/Board`, json({ SystemType: 'Physical', PowerState: 'On', Actions: {} }))
    assert.equal(await ask('status'), 'off')
    assert.equal(await ask('on'), 'on')
  })

  it('follows the pages of the systems, some of which have but the link to the next', async () => {
    const more = (next: string, Members?: object[]) =>
      json({ ...(Members && { Members }), 'Members@odata.nextLink': next })
    service.instead.set(systems, more(`${systems}?$skip=1`))
    service.instead.set(`${systems}?$skip=1`, more(`${systems}?$skip=2`, []))
    service.instead.set(`${systems}?$skip=2`, json({ Members: [{ '@odata.id': system }] }))
    assert.equal(await ask('status'), 'off')
    service.instead.set(`${systems}?$skip=2`, more('https://192.0.2.1/redfish/v1/Systems?$skip=3', []))
    assert.match((await rejectsWith('failed', ask('status'))).message, /leads elsewhere/)
  })

  it('says that a BMC lists no system, also where its pages have no end', async () => {
    for (const next of [{}, { 'Members@odata.nextLink': systems }]) {
      service.instead.set(systems, json({ Members: [], ...next }))
      service.asked.length = 0
      const error = await rejectsWith('failed', ask('status'))
      assert.equal(error.message, 'the BMC answers, and lists no system')
      assert.doesNotMatch(error.fix ?? '', /ipmi/i)
      assert.ok(service.asked.length < 12)
    }
  })

  it('says which systems there are when several of them can be reset, or none', async () => {
    const other = `${systems}/Other`
    members(system, other)
    service.instead.set(other, json(service.system))
    const both = await rejectsWith('failed', ask('status'))
    assert.deepEqual(
      [both.message, both.why],
      ['the BMC has several systems', `${system}, ${other}: each has #ComputerSystem.Reset`],
    )
    service.system.Actions = {}
    service.instead.set(other, json({ Actions: {} }))
    assert.match((await rejectsWith('failed', ask('on'))).why ?? '', /: none has #ComputerSystem.Reset/)
  })

  it('says what the BMC does not offer', async () => {
    service.system.Actions = {
      '#ComputerSystem.Reset': { target: '/redfish/v1/x', 'ResetType@Redfish.AllowableValues': ['On'] },
    }
    const error = await rejectsWith('failed', ask('cycle'))
    assert.match(
      `${error.message} ${error.why} ${error.fix}`,
      /cannot cycle it offers On switch the node off, then on/,
    )
  })

  it('says that the login is wrong, without the password', async () => {
    const error = await rejectsWith('refused', ask('status', { password: 'wrong one' }))
    assert.match(error.why ?? '', /401 for user "admin"/)
    assert.doesNotMatch(JSON.stringify(error), /wrong one|d3Jvbmcgb25l/)
  })

  it('passes on what the BMC says', async () => {
    service.instead.set(`${system}/Actions/ComputerSystem.Reset`, (response) => {
      response.writeHead(409)
      response.end('{"error": {"@Message.ExtendedInfo": [{"Message": "Busy\\u001b[31m now"}]}}')
    })
    assert.match((await rejectsWith('failed', ask('on'))).why ?? '', /^status 409: Busy \[31m now$/)
  })

  it('accepts no certificate that nobody vouches for, unless any will do, and does not tell it the password', async () => {
    const error = await rejectsWith('refused', ask('status', { certificate: 'known' }))
    assert.match(error.fix ?? '', /luna bmcsetup change NAME --certificate any/)
    assert.deepEqual(service.asked, [])
  })

  it('follows no link to elsewhere', async () => {
    for (const link of [
      'https://192.0.2.1/redfish/v1/Systems',
      '//192.0.2.1/',
      '/redfish/v1/../../admin?x',
      '/api',
    ]) {
      service.instead.set('/redfish/v1/', json({ RedfishVersion: '1', Systems: { '@odata.id': link } }))
      assert.match((await rejectsWith('failed', ask('status'))).message, /leads elsewhere/, link)
    }
  })

  it('gives up what is too big, no JSON, or no system', async () => {
    service.instead.set(system, (response) => response.end('x'.repeat(1_100_000)))
    assert.match((await rejectsWith('failed', ask('status'))).message, /more than is ever read/)
    service.instead.set(system, (response) => response.end('<html>'))
    assert.match((await rejectsWith('failed', ask('status'))).message, /not in JSON/)
    service.instead.set(system, json({ PowerState: 7 }))
    assert.match((await rejectsWith('failed', ask('status'))).message, /does not say/)
    service.instead.set(systems, json({ Name: 'Systems' }))
    assert.match((await rejectsWith('failed', ask('status'))).message, /no Members/)
    service.instead.set(systems, json({ Members: [{ '@odata.id': system }, { '@odata.id': `${system}x` }] }))
    assert.match((await rejectsWith('failed', ask('status'))).message, /several systems/)
    service.instead.set('/redfish/v1/', json({}))
    assert.match((await rejectsWith('failed', ask('status'))).message, /no Systems/)
  })

  it('does not wait longer than it may, and stops when told', async () => {
    service.instead.set(system, () => {})
    const error = await rejectsWith('unavailable', power(bmc(), 'status', { timeout: 300 }))
    assert.match(error.why ?? '', /within the time/)
    const stop = new AbortController()
    const asked = power(bmc(), 'status', { timeout: 10_000, signal: stop.signal })
    while (service.asked.length < 6) await new Promise((resolve) => setTimeout(resolve, 2))
    stop.abort()
    assert.match((await rejectsWith('failed', asked)).message, /interrupted/)
  })

  it('is unavailable where nothing listens', async () => {
    await service.stop()
    await rejectsWith('unavailable', ask('status'))
  })

  it('is chosen by "auto" where there is such a service with a certificate that is accepted', async () => {
    assert.equal(await ask('status', { protocol: 'auto' }), 'off')
    assert.deepEqual(service.asked[0], 'GET /redfish/v1/')
  })
})
