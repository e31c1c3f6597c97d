// The chain of `luna node why`, over what may be seen of a node and its head.
import assert from 'node:assert/strict'
import type { Card } from '../../lib/object/net/card.ts'
import type { Boot } from '../../lib/object/record/boot.ts'
import { fine, wrong } from '../../lib/task/doctor/check.ts'
import { chainOf, missingLink } from '../../lib/task/why/chain.ts'
import type { Sight } from '../../lib/task/why/sight.ts'

const now = 10_000_000
const well: Sight = {
  ...{ node: 'node001', group: 'compute', image: 'compute', imageTrouble: null, localboot: false },
  ...{
    members: 12,
    bmc: true,
    progress: undefined,
    sharing: 30,
    kernmodules: null,
    drivers: undefined,
    sol: null,
  },
  ...{ power: 'on', mac: '52:54:00:00:00:01', port: null, atPort: [], strangers: [] },
  reservation: { address: '10.30.0.1', wanted: '10.30.0.1' },
  ...{ dhcpSaid: null, tftpSaid: null, report: undefined, refused: undefined, told: undefined, now },
  head: new Map([['TFTP', fine('it comes')]]),
  boot: booted([
    ['boot.request', 600],
    ['install.request', 590],
    ['install.success', 300],
    ['up', 200],
  ]),
}

function booted(steps: readonly (readonly [string, number])[]): Boot {
  const told = steps.map(([step, ago]) => ({ step, time: now - 1000 * ago }))
  return { number: 1, began: told[0]?.time ?? now, steps: told }
}

function missing(more: Partial<Sight>): string {
  const { link, fix } = missingLink(chainOf({ ...well, ...more })) ?? { link: 'nothing', fix: null }
  return `${link}: ${fix}`
}

describe('the chain from the power button to the running system', () => {
  it('lacks nothing where all is well', () => assert.equal(missing({}), 'nothing: null'))

  const failed = booted([
    ['boot.request', 60],
    ['install.error.postscript', 20],
  ])
  const loaded = booted([
    ['boot.request', 660],
    ['boot.kernel', 650],
    ['boot.initramfs', 640],
  ])
  const cases: readonly [string, Partial<Sight>, RegExp][] = [
    ['power that is off', { power: 'off' }, /^power: lpower on node001$/],
    [
      'a MAC address',
      { mac: null, boot: undefined },
      /^MAC address: luna node change node001 --mac ADDRESS; luna cluster make$/,
    ],
    [
      'the MAC address of the machine at its port',
      { port: 'sw01 port 7', atPort: ['52:54:00:00:00:99'], boot: undefined },
      /^MAC address: put the cable back if it moved, else: luna .* --mac 52:54:00:00:00:99; luna cluster make$/,
    ],
    [
      'its reservation',
      { reservation: { address: null, wanted: '10.30.0.1' }, boot: undefined },
      /^reservation: luna cluster makedhcp$/,
    ],
    ['TFTP', { head: new Map([['TFTP', wrong('no', 'start it')]]), boot: undefined }, /^TFTP: start it$/],
    ['a packed image', { imageTrouble: 'it is not packed' }, /^image: luna osimage pack compute$/],
    [
      'the MAC address of the machine that asks and is nobody',
      { boot: undefined, strangers: ['52:54:00:00:00:99'] },
      /^asks Luna: luna node change node001 --mac 52:54:00:00:00:99; luna cluster make$/,
    ],
    [
      'the MAC address of one of those that ask',
      { mac: null, boot: undefined, strangers: ['52:54:00:00:00:98', '52:54:00:00:00:99'] },
      /^MAC address: luna node change node001 --mac ADDRESS; luna cluster make$/,
    ],
    ['a request of its own', { boot: undefined }, /^asks Luna: /],
    ['a kernel that gets on', { boot: loaded }, /^install script: .*luna osimage pack compute --boot$/],
    [
      'a post script that works',
      { boot: failed },
      /^installation: .*luna group change compute --postscript$/,
    ],
  ]
  for (const [what, more, expected] of cases) it(`lacks ${what}`, () => assert.match(missing(more), expected))

  describe('of a kernel that is loaded and silent', () => {
    const cards = ['8086:100e']
    const packed = (lacks: readonly string[], time = 0) => ({
      drivers: { whole: true, drivers: [{ needs: ['e1000'], lacks, cards }] },
      packed: time,
    })
    const linkOf = (card: string, more: Partial<Sight> = {}) => {
      const boot = { ...loaded, image: 'compute', card: card as Card }
      const link = missingLink(chainOf({ ...well, boot, ...more }))
      return [link?.seen ?? '', link?.fix ?? '']
    }
    const stands = 'kernel loaded, nothing since 10m'

    it('says that its initramfs lacks the driver of its card', () => {
      const kernmodules = 'ipmi_si,-e1000'
      assert.deepEqual(linkOf('8086:100e', { drivers: packed(['e1000']), kernmodules }), [
        `${stands}: the initramfs of compute has no driver for its network card (PCI 8086:100e), which is e1000`,
        'luna osimage change compute --kernmodules e1000,ipmi_si; luna osimage pack compute --boot; all 30 nodes with this image get it',
      ])
    })

    it('says that its kernel has no driver of its card', () =>
      assert.deepEqual(linkOf('8086:9999', { drivers: packed([]), sharing: 1 }), [
        `${stands}: the kernel of compute has no driver for its network card (PCI 8086:9999)`,
        'put a driver or another kernel into it: lchroot compute; then: luna osimage pack compute --boot',
      ]))

    it('says that it has the driver, so that the kernel has panicked', () => {
      const sol = { address: '10.31.0.1', user: 'admin' }
      const [seen, fix = ''] = linkOf('8086:100e', { drivers: packed([]), sol })
      assert.equal(
        seen,
        `${stands}: the initramfs has the driver for its network card (PCI 8086:100e), e1000: the kernel has probably panicked or hangs`,
      )
      assert.match(
        fix ?? '',
        /"Kernel panic" .* ipmitool -I lanplus -H 10\.31\.0\.1 -U admin -a sol activate; /,
      )
      const [, hostile = ''] = linkOf('8086:100e', { drivers: packed([]), sol: { ...sol, user: 'a; b' } })
      assert.match(hostile, / -U USER -a /)
      assert.match(linkOf('8086:100e', { drivers: packed([]) })[1] ?? '', / on its screen \(it has no BMC/)
    })

    it('says what each looks like where nobody knows', () => {
      const either = /: it panics, or has no driver of the network card$/
      const words = /"Kernel panic - not syncing"; .*"luna: waiting for the network interface"/
      for (const more of [{}, { drivers: packed(['e1000']), boot: loaded }]) {
        const [seen = '', fix = ''] = linkOf('8086:100e', more)
        assert.match(seen, either)
        assert.match(fix, words)
      }
    })

    it('judges by the initramfs that it was given, and by no other', () => {
      const drivers = packed(['e1000'], now - 60_000)
      assert.deepEqual(linkOf('8086:100e', { drivers }), [
        `${stands}; compute was packed anew meanwhile`,
        'have it boot that',
      ])
      assert.deepEqual(linkOf('8086:100e', { drivers: packed(['e1000']), image: 'other' }), [
        `${stands}, of compute; it has other now`,
        'have it boot that',
      ])
    })
  })

  it('does not wait for what the node got past a moment ago', () => {
    const head = new Map([['TFTP', wrong('no', 'start it')]])
    assert.match(missing({ head, boot: failed }), /^installation: /)
    const old = booted([
      ['boot.request', 9000],
      ['install.error.postscript', 8000],
    ])
    assert.equal(missing({ head, boot: old }), 'TFTP: start it')
  })

  describe('where somebody who asked as the node was refused', () => {
    const refused = {
      node: 'node001',
      address: '10.30.0.9',
      why: 'it is another',
      fix: 'let it in',
      time: now,
    }
    const linkOf = (more: Partial<Sight>) =>
      chainOf({ ...well, refused, ...more }).find(({ link }) => link === 'boot access')

    it('lacks that, with the command that lets it in', () => {
      assert.equal(missing({ refused, boot: loaded }), 'boot access: let it in')
      assert.equal(missing({ refused, boot: undefined }), 'boot access: let it in')
      assert.match(
        linkOf({ boot: loaded })?.seen ?? '',
        /^refused 0s ago, asked from 10\.30\.0\.9: it is another$/,
      )
    })

    it('says so while the node is up, and nothing of it once the node was heard again', () => {
      assert.equal(linkOf({})?.state, 'doubtful')
      assert.equal(missing({ refused }), 'nothing: null')
      assert.equal(linkOf({ refused: { ...refused, time: now - 300_000 } }), undefined)
      const told = { step: 'install.request', time: now + 1 }
      assert.equal(linkOf({ boot: loaded, told }), undefined)
    })
  })

  it('has the word of a node that it has no disk, whatever its part script said', () => {
    const boot = booted([['install.error.partscript', 20]])
    const last = 'luna: step install.partscript failed with status 1: partscript, line 1: mount /dev/sda'
    const report = {
      step: 'install.partscript',
      time: now,
      lines: ['mount: /sysroot: no filesystem type specified.', `${last}; this node has no disk`],
    }
    const failure = { step: 'install.partscript', line: report.lines[0] ?? '' }
    const link = missingLink(chainOf({ ...well, boot: { ...boot, failure }, report }))
    assert.equal(
      link?.seen,
      'install.partscript failed: it has no disk (mount: /sysroot: no filesystem type specified.)',
    )
    assert.match(link?.fix ?? '', /^see which disks it has/)
    const fix = (more: Partial<typeof report & { status: number }>) =>
      missingLink(chainOf({ ...well, boot: { ...boot, failure }, report: { ...report, ...more } }))?.fix
    assert.match(fix({ lines: [last] }) ?? '', /^correct the partscript/)
    assert.match(fix({ status: 127 }) ?? '', /^correct the partscript/)
    const tmpfs = 'luna: step install.partscript failed with status 1: mount -t tmpfs; this node has no disk'
    assert.match(fix({ lines: [tmpfs] }) ?? '', /^correct the partscript/)
  })

  it('takes the error of that step, and not one of before', () => {
    const report = { step: 'install.unpack', time: now - 30_000, lines: ['no space left on device'] }
    const seen = missingLink(chainOf({ ...well, boot: failed, report }))?.seen
    assert.equal(seen, 'install.postscript failed; cause unknown: it told no more')
  })

  const stop = (more: Partial<Sight>) => missingLink(chainOf({ ...well, ...more })) ?? assert.fail()

  it('says how the node tries again, and offers no command where no BMC can be asked', () => {
    assert.equal(stop({ boot: loaded }).retry, 'lpower cycle node001')
    const retry = 'if it does not try again by itself within a minute: lpower cycle node001'
    assert.equal(stop({ boot: failed }).retry, retry)
    assert.equal(stop({ imageTrouble: 'it is not packed' }).retry, retry)
    assert.equal(stop({ power: 'off' }).retry, undefined)
    const all = [{ boot: undefined }, { boot: loaded }, { boot: failed }, { mac: null, boot: undefined }]
    const unasked = [{ bmc: false, power: null }, { power: { trouble: 'no answer' } }]
    for (const one of all)
      for (const more of unasked) {
        const { fix, retry: hand } = stop({ ...one, ...more })
        assert.doesNotMatch(`${fix} ${hand}`, /lpower/)
        assert.match(hand ?? '', /switch it off and on by hand/)
      }
  })

  it('blames no node for not asking while something before that is wrong', () => {
    const chain = chainOf({ ...well, boot: undefined, told: undefined, imageTrouble: 'it is not packed' })
    const asks = chain.find(({ link }) => link === 'asks Luna')
    assert.deepEqual(asks, {
      link: 'asks Luna',
      state: 'unknown',
      seen: 'it has never asked; first mend what is wrong above',
      fix: null,
    })
  })

  it('says of a node that never asked that its BMC does not answer either', () => {
    const { seen, fix } = stop({ boot: undefined, power: { trouble: 'no answer' } })
    assert.equal(seen, 'it has never asked, and its BMC does not answer either')
    assert.match(fix ?? '', /^see whether it has power/)
    const busy = stop({ boot: undefined, power: { trouble: 'its BMC says powering on' } })
    assert.match(`${busy.seen} ${busy.retry}`, /^it has never asked lpower cycle node001; /)
  })

  it('says which machines a switch sees where a node without a MAC address is configured', () => {
    const at = (...atPort: string[]) =>
      chainOf({ ...well, boot: undefined, mac: null, port: 'sw01 port 7', atPort }).find(
        ({ link }) => link === 'MAC address',
      )
    assert.match(at()?.seen ?? '', /configured at sw01 port 7, where no machine is seen: nobody knows/)
    const [one, two, three] = ['52:54:00:00:00:97', '52:54:00:00:00:98', '52:54:00:00:00:99']
    assert.match(at(one, two, three)?.seen ?? '', /, where \S+:97, \S+:98 and 1 more are seen: nobody knows/)
    assert.equal(at(one)?.seen, `none yet; ${one} is seen at sw01 port 7`)
  })

  it('warns that a script is that of all nodes of the group', () => {
    assert.match(
      stop({ boot: failed }).fix ?? '',
      /^correct the postscript; all 12 nodes of the group have it: luna group/,
    )
    assert.match(stop({ boot: failed, members: 1 }).fix ?? '', /^correct the postscript: luna group/)
  })

  it('says of an installation that hangs what is known, and that the cause is not', () => {
    const boot = booted([['install.download', 3600]])
    const progress = { percent: 65.2, age: 3000 }
    assert.equal(
      stop({ boot, progress }).seen,
      'install.download for 1h, 65 % is there, as its client told 50m ago; cause unknown',
    )
    assert.equal(
      stop({ boot }).seen,
      'install.download for 1h, nothing is heard of its torrent client; cause unknown',
    )
    assert.equal(
      stop({ boot: booted([['install.postscript', 3600]]) }).seen,
      'install.postscript for 1h; cause unknown',
    )
    const unpack = stop({ boot: booted([['install.error.unpack', 20]]) })
    assert.equal(unpack.seen, 'install.unpack failed; cause unknown: it told no more')
    assert.match(unpack.fix ?? '', /^look at its console, then pack it anew: luna osimage pack compute$/)
  })

  it('takes a dhcpd.conf that is out of date for the reservation where nobody could look at that', () => {
    const head = new Map([['dhcpd.conf', wrong('old', 'make it')]])
    assert.equal(missing({ reservation: null, head, boot: undefined }), 'dhcpd.conf: make it')
    assert.equal(missing({ head, boot: undefined }).split(':')[0], 'asks Luna')
    assert.match(missing({ reservation: null, head, boot: failed }), /^installation: /)
  })
})
