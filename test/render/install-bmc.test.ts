// The step of the install script that sets up the BMC: what it asks of one that refuses, and how it judges.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { renderInstallScript } from '../../lib/render/install.ts'
import { fakeIpmitool, rightBmc } from './fake-ipmitool.ts'
import { bmc, plant, type Ran, runFunctions, temporaryFolder, view } from './install-script.ts'

type Settings = typeof rightBmc

const wrong: Settings = {
  ...{ ipsrc: 'DHCP Address', ipaddr: '10.9.9.9', netmask: '255.0.0.0', defgw: '10.9.9.1' },
  ...{ name: 'ADMIN', access: 'true false false USER', enabled: 'disabled' },
}

/** Each command that sets something: which setting, and what is said of it where it stays as `wrong`. */
const setters = [
  ['lan set 1 ipsrc static', 'ipsrc', 'IP address source is "DHCP Address", not "Static Address"'],
  ['lan set 1 ipaddr 10.31.0.1', 'ipaddr', 'IP address is "10.9.9.9", not "10.31.0.1"'],
  ['lan set 1 netmask 255.255.0.0', 'netmask', 'netmask is "255.0.0.0", not "255.255.0.0"'],
  ['lan set 1 defgw ipaddr 0.0.0.0', 'defgw', 'gateway is "10.9.9.1", not "0.0.0.0"'],
  ['user set name 3 admin', 'name', 'name of user 3 is "ADMIN", not "admin"'],
  [
    'channel setaccess 2 3 link=on ipmi=on callin=on privilege=4',
    'access',
    'link authentication of user 3 is "false", not "true"; IPMI messages of user 3 is "false", not "true"; privilege of user 3 is "USER", not "ADMINISTRATOR"',
  ],
  ['user enable 3', 'enabled', 'user 3 is disabled'],
] as const

describe('the install script, at a BMC that refuses', () => {
  let folder = ''
  beforeEach(() => {
    folder = temporaryFolder()
    plant(folder, { 'bin/ipmitool': fakeIpmitool, 'bin/sleep': '#!/bin/sh\n', 'bin/modprobe': '#!/bin/sh\n' })
    has(rightBmc, bmc.password)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function has(settings: Settings, password: string): void {
    const files = { ...settings, password }
    plant(
      folder,
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`bmc/${name}`, `${text}\n`])),
    )
  }

  function setUp(
    env: NodeJS.ProcessEnv,
    password: string | null = bmc.password,
    more: { print?: string; given?: boolean } = {},
  ): Ran {
    const script = renderInstallScript({ ...view, bmc: { ...bmc, password, ...more } })
    const path = `${join(folder, 'bin')}:${process.env.PATH}`
    const commands = `in_step install.setupbmc setup_bmc; echo went on`
    return runFunctions(script, commands, { ...env, LUNA_DIR: folder, LUNA_FOLDER: folder, PATH: path })
  }
  const asked = (): string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')
  const setting = (name: string): string => readFileSync(join(folder, 'bmc', name), 'utf8').trim()

  it('asks for the password where the script does not hold it', () => {
    const curl =
      '#!/bin/sh\nfor last; do :; done; echo "$last" >>"$LUNA_FOLDER/asked-for"; cat "$LUNA_FOLDER/secret"\n'
    plant(folder, { 'bin/curl': curl, secret: bmc.password })
    has(rightBmc, 'another')
    const ran = setUp({ TESTS: 'well' }, null)
    assert.match(ran.output, /went on/)
    assert.equal(setting('password').split('\n')[0], bmc.password)
    assert.match(readFileSync(join(folder, 'asked-for'), 'utf8'), /:7050\/luna\?step=bmc&node=node001\n/)
    assert(!renderInstallScript({ ...view, bmc: { ...bmc, password: null } }).includes(bmc.password))
  })

  it('leaves the password alone, and fails, where it is not told', () => {
    plant(folder, { 'bin/curl': '#!/bin/sh\ncase $* in *step=bmc*) exit 22 ;; esac\n' })
    has(rightBmc, 'another')
    const ran = setUp({ TESTS: 'well' }, null)
    assert.equal(ran.status, 1)
    assert.match(ran.output, /step install.setupbmc failed with status 22/)
    assert.equal(setting('password'), 'another')
  })

  it('changes nothing, and resets nothing, where all is as wanted', () => {
    const ran = setUp({ REFUSED: '*set*', TESTS: 'well' })
    assert.equal(ran.status, 0, ran.output)
    assert.match(ran.output, /went on/)
    assert.deepEqual(
      asked().filter((command) => / set |enable|reset|setaccess/.test(command)),
      [],
    )
  })

  describe('that does not tell its password', () => {
    const changes = () => asked().filter((command) => / set |enable|reset|setaccess/.test(command))
    for (const TESTS of ['', 'blindly']) {
      const how = TESTS === '' ? 'has no test' : 'calls every password right'
      it(`leaves it, and resets nothing, where it was given before: ${how}`, () => {
        const ran = setUp({ TESTS }, bmc.password, { given: true })
        assert.equal(ran.status, 0, ran.output)
        assert.deepEqual(changes(), [])
      })

      it(`sets it, and resets, where it was not: ${how}`, () => {
        has(rightBmc, 'former')
        assert.equal(setUp({ TESTS }).status, 0)
        assert.deepEqual(changes(), ['user set password 3', 'mc reset cold'])
        assert.equal(setting('password').split('\n')[0], bmc.password)
      })

      it(`sets it where something else had to be, as after an exchange: ${how}`, () => {
        has({ ...rightBmc, name: 'ADMIN' }, 'former')
        assert.equal(setUp({ TESTS }, bmc.password, { given: true }).status, 0)
        assert.equal(setting('password').split('\n')[0], bmc.password)
      })
    }

    it('sets it where the BMC says that it has another one, given or not', () => {
      has(rightBmc, 'former')
      assert.equal(setUp({ TESTS: 'well' }, bmc.password, { given: true }).status, 0)
      assert.equal(setting('password').split('\n')[0], bmc.password)
    })
  })

  it('tells the server what the BMC has taken, before the BMC is reset, and not where it failed', () => {
    const curl = '#!/bin/sh\nfor last; do :; done; echo "curl $last" >>"$LUNA_FOLDER/asked"\n'
    plant(folder, { 'bin/curl': curl })
    has(wrong, 'former')
    assert.equal(setUp({}, bmc.password, { print: 'a_print-1' }).status, 0)
    assert.match(asked().at(-2) ?? '', /^curl .*:7050\/luna\?step=bmc&node=node001&set=a_print-1$/)
    rmSync(join(folder, 'asked'))
    assert.equal(setUp({ REFUSED: 'user set password*' }, bmc.password, { print: 'a_print-1' }).status, 1)
    assert.equal(
      asked().some((line) => line.includes('set=')),
      false,
    )
  })

  it('changes all that differs', () => {
    has(wrong, 'former')
    const ran = setUp({ TESTS: 'well' })
    assert.equal(ran.status, 0, ran.output)
    for (const [name, value] of Object.entries(rightBmc)) assert.equal(setting(name), value, name)
    assert.equal(setting('password'), `${bmc.password}\n${bmc.password}`)
    assert.equal(asked().at(-1), 'mc reset cold')
  })

  for (const [command, name, difference] of setters) {
    it(`goes on when "${command}" is refused and the BMC has it already`, () => {
      has({ ...wrong, [name]: rightBmc[name] }, 'former')
      const ran = setUp({ REFUSED: command })
      assert.equal(ran.status, 0, ran.output)
      assert.match(ran.output, /went on/)
    })

    it(`fails when "${command}" is refused and the BMC has it otherwise, with both`, () => {
      has({ ...rightBmc, [name]: wrong[name] }, bmc.password)
      const ran = setUp({ REFUSED: command })
      assert.equal(ran.status, 1, ran.output)
      assert.ok(ran.output.includes(`luna: the BMC does not have what was set: ${difference}\n`), ran.output)
      assert.match(ran.output, new RegExp(`the BMC refused: ipmitool ${command}: .*Invalid data field`))
      assert.match(ran.output, /post install\.error\.setupbmc/)
      assert.doesNotMatch(ran.output, /went on/)
    })

    it(`fails when "${command}" is confirmed and not done`, () => {
      has({ ...rightBmc, [name]: wrong[name] }, bmc.password)
      const ran = setUp({ DEAF: command })
      assert.equal(ran.status, 1, ran.output)
      assert.ok(ran.output.includes(difference), ran.output)
    })
  }

  it('leaves the password alone while the user is another one', () => {
    has({ ...rightBmc, name: 'ADMIN' }, 'former')
    assert.equal(setUp({ REFUSED: 'user set name*' }).status, 1)
    assert.equal(setting('password'), 'former')
  })

  it('goes on where "user enable" is refused by a BMC that does not tell, and says so', () => {
    has({ ...rightBmc, enabled: 'unknown' }, bmc.password)
    const ran = setUp({ REFUSED: 'user enable 3' })
    assert.equal(ran.status, 0, ran.output)
    assert.match(ran.output, /luna: the BMC refused: ipmitool user enable 3: /)
  })

  it('takes a BMC that tells no gateway for one without', () => {
    has({ ...rightBmc, defgw: '' }, bmc.password)
    assert.equal(setUp({ REFUSED: 'lan set 1 defgw*' }).status, 0)
  })

  for (const password of [bmc.password, 'secret-of-20-bytes-x']) {
    const set = password.length > 16 ? 'exec*' : 'user set password*'
    describe(`with a password of ${password.length} bytes`, () => {
      it('goes on when it is refused, and the BMC shows that it has it', () => {
        has(rightBmc, password)
        const ran = setUp({ REFUSED: set, TESTS: 'well' }, password)
        assert.equal(ran.status, 0, ran.output)
      })

      it('fails when it is refused, and the BMC has another one or does not tell', () => {
        has(rightBmc, 'former')
        for (const TESTS of ['well', 'blindly', '']) {
          const ran = setUp({ REFUSED: set, TESTS }, password)
          assert.equal(ran.status, 1, TESTS)
          assert.match(ran.output, /luna: the BMC did not take (the|a) password/)
          assert.ok(!ran.output.includes(password), ran.output)
        }
      })

      it('sets it where every password is called right', () => {
        has(rightBmc, 'former')
        assert.equal(setUp({ TESTS: 'blindly' }, password).status, 0)
        assert.notEqual(setting('password'), 'former')
      })

      it('fails when it is confirmed, and the BMC says that it has another one', () => {
        has(rightBmc, 'former')
        const ran = setUp({ DEAF: set, TESTS: 'well' }, password)
        assert.equal(ran.status, 1, ran.output)
        assert.match(ran.output, /the password of user 3 is another one/)
      })
    })
  }

  it('says that the initramfs has no ipmitool', () => {
    rmSync(join(folder, 'bin/ipmitool'))
    plant(folder, { 'bin/bash': '#!/bin/sh\nexec /bin/bash "$@"\n' })
    const script = renderInstallScript({ ...view, bmc })
    const ran = runFunctions(script, 'load_ipmi', { PATH: join(folder, 'bin') })
    assert.equal(ran.status, 1)
    assert.match(ran.output, /luna: this initramfs has no ipmitool: .* luna osimage pack/)
  })
})
