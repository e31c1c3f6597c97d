import assert from 'node:assert/strict'
import { type Phase, Progress, phaseOf } from './phases.ts'

// as machines say it
const boot: [string, Phase | undefined][] = [
  ['>>Start PXE over IPv4.', 'pxe'],
  ['  Station IP address is 10.30.200.1', undefined],
  ['iPXE initialising devices...ok', 'ipxe'],
  ['http://10.30.255.254:7050/luna... ok', 'menu'],
  ['http://10.30.255.254:7050/luna... ok', 'loading'],
  ['http://10.30.255.254:7050/boot/compute-vmlinuz-6.1.0-50-cloud-amd64... 37%     61%     ok', undefined],
  ['http://10.30.255.254:7050/boot/compute-initramfs-6.1.0-50-cloud-amd64... 18%     95%     ok', 'kernel'],
  ['luna: initramfs started', 'initramfs'],
  ['luna: network up: ens2 10.30.0.1/16', undefined],
  ['luna: install script fetched', 'install'],
  ['luna: step install.partscript', undefined],
  ['luna: step install.download', 'download'],
  ['luna: step install.unpack', 'unpack'],
  ['luna: step install.setnet', 'finish'],
  ['luna: installed, the system takes over', 'system'],
  ['node001 login: ', 'up'],
]

describe('phaseOf', () => {
  it('knows each phase of a boot by the line with which it begins', () => {
    let now: Phase | undefined
    const seen = boot.map(([line]) => {
      const phase = phaseOf(line, now)
      now = phase ?? now
      return phase
    })
    assert.deepEqual(
      seen,
      boot.map(([, phase]) => phase),
    )
  })

  it('stays in the menu when the server knows no such node', () => {
    assert.equal(phaseOf('http://10.30.255.254:7050/luna... No such file or directory', 'menu'), undefined)
  })
})

describe('Progress', () => {
  it('says how long each phase took', () => {
    const progress = new Progress()
    progress.begin('firmware', 0)
    progress.begin('ipxe', 2)
    progress.begin('ipxe', 3)
    progress.begin('menu', 5)
    assert.equal(progress.phase, 'menu')
    assert.equal(progress.since, 5)
    assert.deepEqual(progress.laps(9), [
      { phase: 'firmware', start: 0, seconds: 2 },
      { phase: 'ipxe', start: 2, seconds: 3 },
      { phase: 'menu', start: 5, seconds: 4 },
    ])
  })
})
