// The step of the install script that sets up the BMC, against a simulated controller,
// which is reached by LAN here.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quoteForShell } from '../../lib/render/escape-shell.ts'
import { type InstallBmc, renderInstallScript } from '../../lib/render/install.ts'
import { plant, type Ran, runFunctions, temporaryFolder, view } from '../render/install-script.ts'
import { type Bmcs, simUser, startBmcs } from './ipmi-sim.ts'
import { lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'

const ipmitool = ['/usr/bin/ipmitool', '/usr/local/bin/ipmitool', '/usr/sbin/ipmitool'].find(existsSync) ?? ''
const controller = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 250}.77`
const bmc = {
  ...{ user: 'operator16bytes_', password: '16 $bytes\'"`é\\;', userid: 3, netchannel: 1, mgmtchannel: 1 },
  address: { address: '10.31.0.1', prefix: 16 },
}

describe('the install script, at a BMC', function () {
  this.timeout(60_000)
  let folder = ''
  let bmcs: Bmcs | undefined
  let settings = ''

  before(function () {
    const root = process.getuid?.() === 0
    skipUnless(this, root ? lackingProgram(['ipmi_sim', 'ipmitool']) : 'needs root, for port 623')
  })
  beforeEach(async () => {
    folder = temporaryFolder()
    bmcs = await startBmcs([controller])
    settings = dirname(bmcs.powerFile(controller))
    plant(folder, {
      'bin/ipmitool': `#!/bin/sh\nprintf '%s ' "$@" >>"$LUNA_FOLDER/arguments"
exec "$IPMITOOL" -I lanplus -C 3 -H ${controller} -U "$IPMI_USER" -E "$@"\n`,
      'bin/sleep': '#!/bin/sh\necho "slept $1"\n',
    })
  })
  afterEach(async () => {
    await bmcs?.stop()
    rmSync(folder, { recursive: true })
  })

  it('sets address and user, finds them set, and the user gets in', () => {
    const ran = setUp(bmc)
    assert.equal(ran.status, 0, ran.output)
    assert.doesNotMatch(ran.output, /slept/)
    assert.equal(setting('ip_addr'), '10.31.0.1\n')
    const asked = as(bmc.user, bmc.password, 'ipmitool -L ADMINISTRATOR chassis power status')
    assert.match(asked.output, /Chassis Power is off/)
  })

  it('has the password, whatever its length, in the arguments of no program', () => {
    for (const password of ['secret-of-16-byt', 'secret-of-20-bytes-x']) {
      const ran = setUp({ ...bmc, password })
      assert.equal(ran.status, 0, ran.output)
      assert.doesNotMatch(readFileSync(join(folder, 'arguments'), 'utf8') + ran.output, /secret|115 101 99/)
    }
  })

  it('sends a long password as its bytes, filled up to 20', () => {
    const password = '18 $bytes\'"`é\\;xy'
    plant(folder, { 'bin/ipmitool': '#!/bin/sh\ncat >"$LUNA_FOLDER/said"\n' })
    const ran = as(simUser.user, simUser.password, `set_bmc_password 3 ${quoteForShell(password)}`)
    assert.equal(ran.status, 0, ran.output)
    const bytes = [...Buffer.from(password), 0, 0]
    assert.equal(bytes.length, 20)
    assert.equal(readFileSync(join(folder, 'said'), 'utf8'), `raw 0x06 0x47 131 0x02 ${bytes.join(' ')}\n`)
  })

  it('gets a long password to the BMC, of which this one keeps 16 bytes', () => {
    const password = 'secret-of-20-bytes-x'
    assert.equal(setUp({ ...bmc, password }).status, 0)
    const asked = as(bmc.user, password.slice(0, 16), 'ipmitool -L ADMINISTRATOR chassis power status')
    assert.match(asked.output, /Chassis Power is off/)
  })

  it('refuses a password that no BMC has room for', () => {
    const ran = setUp({ ...bmc, password: 'secret-of-21-bytes-xy' })
    assert.notEqual(ran.status, 0)
    assert.match(ran.output, /luna: the password of the BMC user has more than the 20 bytes/)
    assert.doesNotMatch(ran.output, /secret/)
  })

  it('says that a long password was not taken', () => {
    const ran = as('nobody', 'wrong', 'set_bmc_password 3 secret-of-20-bytes-x')
    assert.notEqual(ran.status, 0)
    assert.match(ran.output, /luna: the BMC did not take a password of more than 16 bytes/)
    assert.doesNotMatch(ran.output, /secret|115 101 99/)
  })

  it('fails and says what differs when the BMC confirmed what it did not do', () => {
    mkdirSync(join(settings, 'lan.subnet_mask'))
    const ran = setUp(bmc)
    assert.notEqual(ran.status, 0)
    assert.match(
      ran.output,
      /luna: the BMC does not have what was set: netmask is "0\.0\.0\.0", not "255\.255\.0\.0"\n/,
    )
    assert.equal(ran.output.match(/slept 2/g)?.length, 4)
  })

  it('has patience with a BMC that acts late', () => {
    mkdirSync(join(settings, 'lan.subnet_mask'))
    const late = `cd ${settings} && [ -d lan.subnet_mask ] && rmdir lan.subnet_mask && echo 255.255.0.0 >lan.subnet_mask`
    plant(folder, { 'bin/sleep': `#!/bin/sh\necho "slept $1"\n${late}\n` })
    const ran = setUp(bmc)
    assert.equal(ran.status, 0, ran.output)
    assert.equal(ran.output.match(/slept 2/g)?.length, 1)
  })

  it('says so when the user is another one', () => {
    const ran = as(simUser.user, simUser.password, 'verify_bmc bmc_user_differs 1 2 admin')
    assert.match(
      ran.output,
      /luna: the BMC does not have what was set: name of user 2 is "ladmin", not "admin"; link .* is "false"/,
    )
  })

  function setUp(wanted: InstallBmc): Ran {
    return as(simUser.user, simUser.password, 'load_ipmi() { :; }; setup_bmc', wanted)
  }

  /** Runs bash with the functions of the install script; its ipmitool is that user. */
  function as(user: string, password: string, commands: string, wanted: InstallBmc = bmc): Ran {
    return runFunctions(renderInstallScript({ ...view, bmc: wanted }), commands, {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      IPMITOOL: ipmitool,
      LUNA_FOLDER: folder,
      IPMI_USER: user,
      IPMI_PASSWORD: password,
    })
  }

  function setting(name: string): string {
    return readFileSync(join(settings, `lan.${name}`), 'utf8')
  }
})
