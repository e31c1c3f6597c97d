// IPMI with a controller that nobody here has written: pyghmi's.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Bmc, PowerAction } from '../../lib/host/bmc/bmc.ts'
import { power } from '../../lib/host/bmc/power.ts'
import { rejectsWith } from '../help.ts'
import { lackingProgram, stop } from './namespace.ts'
import { pythonPrograms } from './python.ts'
import { skipUnless } from './skip.ts'

// Loopback has sixteen million addresses: another run on the same machine has others.
const address = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 250}.200`

describe("lpower and pyghmi's BMC", function () {
  this.timeout(60_000)
  let bin = ''
  let controller: ChildProcess | undefined

  before(function () {
    this.timeout(600_000)
    skipUnless(this, process.getuid?.() === 0 ? lackingProgram(['ipmitool']) : 'needs root, for port 623')
    const programs = pythonPrograms()
    if ('lacking' in programs) return skipUnless(this, programs.lacking)
    bin = programs.bin
  })
  afterEach(() => stop(controller))

  const start = async (silent = 'nothing') => {
    const args = [join(import.meta.dirname, 'pyghmi_bmc.py'), address, silent]
    controller = spawn(join(bin, 'python'), args, { stdio: ['ignore', 'pipe', 'ignore'] })
    if (controller.stdout) await once(controller.stdout, 'data')
  }
  const ask = (action: PowerAction, more: Partial<Bmc> = {}) => {
    const login = { user: 'admin', password: 'secret', certificate: 'known' } as const
    return power({ address, protocol: 'ipmi', ...login, ...more }, action, { timeout: 20_000 })
  }

  it('switches it on and off, by auto too', async () => {
    await start()
    assert.equal(await ask('status'), 'off')
    assert.equal(await ask('on'), 'on')
    assert.equal(await ask('status', { protocol: 'auto' }), 'on')
    assert.equal(await ask('cycle'), 'cycle')
    assert.equal(await ask('off'), 'off')
  })

  it('tells a refusal in the words of the BMC', async () => {
    await start()
    const error = await rejectsWith('failed', ask('cycle'))
    assert.equal(error.message, 'the BMC refuses')
    assert.equal(
      error.why,
      `${address}: Set Chassis Power Control to Cycle failed: Command not supported in present state`,
    )
  })

  it('does not call it a refusal when it falls silent, and says that nobody knows what was done', async () => {
    await start('on')
    const error = await rejectsWith('unavailable', ask('on'))
    assert.equal(error.message, 'the BMC does not answer')
    assert.match(error.why ?? '', new RegExp(`${address} .*whether "on" was carried out is not known`))
  })

  it('does not call it a refusal when it falls silent at a question', async () => {
    await start('status')
    const error = await rejectsWith('unavailable', ask('status'))
    assert.equal(error.why, `${address} fell silent after the login by IPMI`)
  })

  it('has a word on the user where it says nothing of one that it does not know', async () => {
    await start()
    const error = await rejectsWith('unavailable', ask('status', { user: 'nobody' }))
    assert.match(error.why ?? '', /fell silent when it was told the user "nobody"/)
  })

  it('says that the password is wrong', async () => {
    await start()
    const error = await rejectsWith('refused', ask('status', { password: 'wrong' }))
    assert.match(error.message, /does not accept the password/)
  })
})
