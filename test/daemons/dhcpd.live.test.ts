// dhcpd itself, on the file that makedhcp writes, asked by machines of all kinds.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import { makeDhcp } from '../../lib/task/generate/dhcp.ts'
import { useFakeBin } from '../fake-bin.ts'
import { mac } from '../help.ts'
import { fillBoot } from '../scenario/boot.ts'
import { hostIn } from '../task/host.ts'
import { architectures } from './architectures.ts'
import type { Answer, Machine } from './dhcp-client.ts'
import { lacking, makePair, type Pair, runIn, startIn, stop } from './namespace.ts'
import { skipUnless } from './skip.ts'
import { askByUdhcpc } from './udhcpc.ts'

const client = join(import.meta.dirname, 'dhcp-client.ts')
const url = 'http://10.30.255.254:7050'

describe('dhcpd on the generated file', function () {
  this.timeout(60_000)
  const fake = useFakeBin()
  let pair: Pair | undefined
  let dhcpd: ChildProcess | undefined

  before(function () {
    skipUnless(this, lacking(['ip', 'dhcpd', 'udhcpc']))
  })
  beforeEach(async () => {
    const store = openMemoryStore()
    const { node001 } = await fillBoot(store)
    await store.setAlso(node001, [mac(11)])
    writeFileSync(join(fake.dir, 'leases'), '')
    const range = { network: 'cluster', start: '10.30.128.1', end: '10.30.140.1' }
    await makeDhcp(store, hostIn(fake.dir), range)
    await store.close()
    pair = makePair('10.30.255.254/16')
    const args = ['-4', '-f', '-d', '-cf', join(fake.dir, 'dhcpd.conf'), '-lf', join(fake.dir, 'leases')]
    dhcpd = await startIn(pair.server, 'dhcpd', [...args, '--no-pid', 'eth0'], /Server starting service/)
  })
  afterEach(async () => {
    await stop(dhcpd)
    pair?.remove()
  })

  it('gives every kind of machine its file', () => {
    const files: [string, Omit<Machine, 'mac'>, string][] = [
      ['BIOS', { arch: 0, vendorClass: 'PXEClient:Arch:00000:UNDI:002001' }, 'luna_undionly.kpxe'],
      ['a machine that does not say', {}, 'luna_undionly.kpxe'],
      ['UEFI x64 (7)', { arch: 7, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' }, 'luna_ipxe.efi'],
      ['UEFI x64 (9)', { arch: 9, vendorClass: 'PXEClient:Arch:00009' }, 'luna_ipxe.efi'],
      ['UEFI arm64', { arch: 0x0b, vendorClass: 'PXEClient:Arch:00011' }, 'luna_ipxe_arm64.efi'],
      ['petitboot', { arch: 0x0e }, ''],
      ['HTTP boot x64', { arch: 0x10, vendorClass: 'HTTPClient:Arch:00016' }, `${url}/boot/luna_ipxe.efi`],
      [
        'HTTP boot arm64',
        { arch: 0x13, vendorClass: 'HTTPClient:Arch:00019' },
        `${url}/boot/luna_ipxe_arm64.efi`,
      ],
      ['iPXE on BIOS', { arch: 0, userClass: 'iPXE' }, `${url}/luna?step=boot`],
      ['iPXE on UEFI', { arch: 7, userClass: 'iPXE' }, `${url}/luna?step=boot`],
      ['iPXE on arm64', { arch: 0x0b, userClass: 'iPXE' }, `${url}/luna?step=boot`],
    ]
    for (const [index, [what, machine, file]] of files.entries()) {
      const answer = ask({ mac: `52:54:00:00:09:${(16 + index).toString(16)}`, ...machine })
      assert.deepEqual([answer.file, answer.nextServer], [file, '10.30.255.254'], what)
      assert.match(answer.address, /^10\.30\.1(2[89]|3\d|40)\.\d+$/, what)
    }
  })

  it('gives a node its address on each of its boot cards', () => {
    for (const number of [1, 11]) assert.equal(ask({ mac: mac(number) }).address, '10.30.0.1')
  })

  const given = async (hex: string, what: 'PXEClient' | 'HTTPClient') => {
    const vendorClass = `${what}:Arch:${String(Number.parseInt(hex.slice(0, 4), 16)).padStart(5, '0')}`
    const bound = await askByUdhcpc(pair?.client ?? '', { options: [[93, hex]], vendorClass })
    assert.match(bound.address, /^10\.30\./)
    return bound.file
  }

  it("gives udhcpc a file for every architecture of IANA's list that Luna has one for, and none for the others", async () => {
    for (const { type, name, file = '', byHttp } of architectures) {
      const hex = type.toString(16).padStart(4, '0')
      assert.equal(await given(hex, 'PXEClient'), file, `${hex} ${name}`)
      const http = byHttp ? `${url}/boot/${byHttp}` : ''
      assert.equal(await given(hex, 'HTTPClient'), http, `${hex} ${name}, by HTTP`)
    }
  })

  it('goes by the first of several architectures', async () => {
    assert.equal(await given('00070000', 'PXEClient'), 'luna_ipxe.efi')
    assert.equal(await given('00070009', 'PXEClient'), 'luna_ipxe.efi')
    assert.equal(await given('00000007', 'PXEClient'), 'luna_undionly.kpxe')
    assert.equal(await given('000b0007', 'PXEClient'), 'luna_ipxe_arm64.efi')
    assert.equal(await given('001b0007', 'PXEClient'), '')
    assert.equal(await given('00130010', 'HTTPClient'), `${url}/boot/luna_ipxe_arm64.efi`)
  })

  it('takes a user class with the length that RFC 3004 has before it', async () => {
    const menu = `${url}/luna?step=boot`
    for (const [userClass, file] of [
      ['iPXE', menu],
      ['\x04iPXE', menu],
      ['\x04iPXE\x03abc', menu],
      ['\x04gPXE', 'luna_ipxe.efi'],
      ['iPXE2', 'luna_ipxe.efi'],
    ] as const) {
      const hex = Buffer.from(userClass, 'latin1').toString('hex')
      const options = [
        [93, '0007'],
        [77, hex],
      ] as const
      assert.equal((await askByUdhcpc(pair?.client ?? '', { options })).file, file, userClass)
    }
  })

  it('always gives a known machine its own address', () => {
    assert.equal(ask({ mac: '52:54:00:00:00:01', arch: 0 }).address, '10.30.0.1')
    const again = ask({ mac: '52:54:00:00:00:01', arch: 7, userClass: 'iPXE' })
    assert.deepEqual([again.address, again.file], ['10.30.0.1', `${url}/luna?step=boot`])
  })

  it('tells the netmask, router and name server, and says HTTPClient to HTTP boot', () => {
    const { options } = ask({ mac: '52:54:00:00:00:01', arch: 0x10, vendorClass: 'HTTPClient:Arch:00016' })
    const frontend = '0a1efffe'
    assert.deepEqual([options[1], options[3], options[6]], ['ffff0000', frontend, frontend])
    assert.equal(Buffer.from(options[60] ?? '', 'hex').toString(), 'HTTPClient')
  })

  it('tells iPXE not to wait for other servers', () => {
    assert.equal(ask({ mac: '52:54:00:00:00:01', arch: 0, userClass: 'iPXE' }).options[175], 'b00101')
  })

  function ask(machine: Machine): Answer {
    return JSON.parse(runIn(pair?.client ?? '', process.execPath, [client, JSON.stringify(machine)]))
  }
})
