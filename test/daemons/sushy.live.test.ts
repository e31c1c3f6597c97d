// Redfish with services that nobody here has written: sushy-tools' emulator, and its server of files, here
// written by hand after the shapes of real controllers.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bmc, PowerAction } from '../../lib/host/bmc/bmc.ts'
import { power } from '../../lib/host/bmc/power.ts'
import { rejectsWith } from '../help.ts'
import { certificate } from '../host/redfish-service.ts'
import { lackingProgram, stop } from './namespace.ts'
import { pythonPrograms } from './python.ts'
import { skipUnless } from './skip.ts'

describe('lpower and the Redfish services of sushy-tools', function () {
  this.timeout(90_000)
  let bin = ''
  let dir = ''
  let port = 0
  let service: ChildProcess | undefined

  before(function () {
    this.timeout(600_000)
    skipUnless(this, lackingProgram(['openssl']))
    const programs = pythonPrograms()
    if ('lacking' in programs) return skipUnless(this, programs.lacking)
    bin = programs.bin
  })
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'luna-sushy-'))
    const { key, cert } = certificate()
    writeFileSync(join(dir, 'key'), key)
    writeFileSync(join(dir, 'cert'), cert)
    port = await freePort()
  })
  afterEach(async () => {
    await stop(service)
    rmSync(dir, { recursive: true })
  })

  const ask = (action: PowerAction, more: Partial<Bmc> = {}) => {
    const login = { user: 'admin', password: 'password' }
    const how = { address: '127.0.0.1', port, protocol: 'redfish', certificate: 'any' } as const
    return power({ ...how, ...login, ...more }, action, { timeout: 60_000 })
  }
  const start = async (program: string, args: readonly string[]) => {
    const at = ['--interface', '127.0.0.1', '--port', String(port)]
    service = spawn(join(bin, program), [...at, ...args], { stdio: 'ignore', cwd: dir })
    while (!(await listens(port))) await delay(50)
  }
  const tls = () => ['--ssl-certificate', join(dir, 'cert'), '--ssl-key', join(dir, 'key')]
  const emulate = async (...args: string[]) => {
    // Its fake machine takes up to eleven seconds to switch.
    const system = `[{'uuid': '1', 'name': 'fake', 'power_state': 'On', 'external_notifier': False, 'nics': []}]`
    const settings = [`SUSHY_EMULATOR_FAKE_SYSTEMS = ${system}`, `SUSHY_EMULATOR_STATE_DIR = '${dir}'`]
    writeFileSync(join(dir, 'emulator.conf'), `${settings.join('\n')}\n`)
    await start('sushy-emulator', ['--fake', '--config', join(dir, 'emulator.conf'), ...args])
  }
  const until = async (state: string) => {
    while ((await ask('status')) !== state) await delay(200)
  }

  it('cycles a machine that has no PowerCycle: off, and on when it is off', async () => {
    await emulate(...tls())
    assert.equal(await ask('status'), 'on')
    assert.equal(await ask('cycle', { protocol: 'auto' }), 'cycle')
    assert.equal(await ask('status'), 'off')
    await until('on')
  })

  it('switches off what is on, and nothing when it is so already', async () => {
    await emulate(...tls())
    assert.equal(await ask('off'), 'off')
    await until('off')
    assert.equal(await ask('off'), 'off')
  })

  it('lights the lamp of the system', async () => {
    await emulate(...tls())
    assert.equal(await ask('identify'), 'identify')
  })

  it('says in words of its own that the certificate is not accepted', async () => {
    await emulate(...tls())
    const error = await rejectsWith('refused', ask('status', { certificate: 'known' }))
    assert.equal(error.why, '127.0.0.1: it has signed its certificate itself')
    assert.doesNotMatch(JSON.stringify([error.why, error.fix]), /Node|--use/)
  })

  it('says that plain HTTP is no TLS', async () => {
    await emulate()
    const error = await rejectsWith('failed', ask('status'))
    assert.equal(error.message, 'the BMC does not speak TLS')
    assert.equal(error.why, `127.0.0.1 port ${port} answers, but not by TLS`)
  })

  /** Writes resources and has them served: a GET gives the file, anything else is taken with 204. */
  const serve = async (resources: Readonly<Record<string, object>>) => {
    for (const [path, resource] of Object.entries(resources)) {
      mkdirSync(join(dir, 'files', path), { recursive: true })
      writeFileSync(join(dir, 'files', path, 'index.json'), JSON.stringify(resource))
    }
    const files = ['--mockup-files', join(dir, 'files'), '-c', join(dir, 'cert'), '-k', join(dir, 'key')]
    await start('sushy-static', files)
  }
  const linkTo = (path: string) => ({ '@odata.id': `/redfish/v1/${path}` })
  const root = { RedfishVersion: '1.17.0', Systems: linkTo('Systems') }
  const resettable = (path: string) => ({
    '#ComputerSystem.Reset': { target: `/redfish/v1/${path}/Actions/ComputerSystem.Reset` },
  })

  it('takes the machine and not its board of graphics processors, where a controller shows both', async () => {
    const [machine, board] = ['Systems/System_0', 'Systems/HGX_Baseboard_0']
    await serve({
      '': root,
      Systems: { 'Members@odata.count': 2, Members: [linkTo(board), linkTo(machine)] },
      [machine]: { SystemType: 'Physical', PowerState: 'Off', Actions: resettable(machine) },
      [board]: { SystemType: 'Physical', PowerState: 'On', Actions: {} },
    })
    assert.equal(await ask('status'), 'off')
    assert.equal(await ask('on'), 'on')
  })

  it('says which systems there are where several can be reset, and takes IPMI by auto', async () => {
    const blades = ['Systems/Blade1', 'Systems/Blade2']
    const blade = (path: string) => [path, { PowerState: 'On', Actions: resettable(path) }] as const
    const systems = { Members: blades.map(linkTo) }
    await serve({ '': root, Systems: systems, ...Object.fromEntries(blades.map(blade)) })
    const error = await rejectsWith('failed', ask('off'))
    assert.match(error.why ?? '', /Blade1, .*Blade2: each has #ComputerSystem.Reset/)
    const both = await rejectsWith('failed', ask('off', { protocol: 'auto' }))
    assert.match(both.why ?? '', /Blade2: .*; and by IPMI: the BMC does not answer/)
  })

  it('says what is not there', async () => {
    await serve({ '': { RedfishVersion: '1.0.0', Systems: linkTo('Systems') } })
    const error = await rejectsWith('failed', ask('status'))
    assert.equal(error.message, 'the BMC has no such thing')
    assert.match(error.why ?? '', /status 404.*, for \/redfish\/v1\/Systems at 127\.0\.0\.1/)
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
