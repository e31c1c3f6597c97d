// luna node why on a head of real daemons: a node is kept from booting in one way after the other, and each
// has to be told by its link and the command that mends it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseMac } from '../../lib/object/net/mac.ts'
import type { BootStep } from '../../lib/object/record/boot.ts'
import { pageWhy } from '../../lib/task/page/why.ts'
import { mac } from '../help.ts'
import { DoctorHead, frontend, imageId, programs } from './doctor-head.ts'
import { lacking, runIn, startIn, stop } from './namespace.ts'
import { skipUnless } from './skip.ts'

describe('luna node why on a head of real daemons', function () {
  this.timeout(180_000)
  let head: DoctorHead
  const why = () => head.why('node001')
  /** The same on the page, by what root's timer finds: the link, and the command. */
  const page = async () => {
    head.luna('doctor', '--record')
    let said = 'nothing'
    await head.change(async (store) => {
      const { missing, links } = await pageWhy(store, await store.getNamed('node', 'node001'), new Date())
      const stop = links.find(({ link }) => link === missing)
      if (stop) said = `${stop.link}: ${stop.fix}`
    })
    return said
  }
  const url = `http://${frontend}:7050`
  const ask = (...args: string[]) => runIn(head.pair.client, 'curl', ['-s', '--max-time', '10', ...args])

  before(async function () {
    skipUnless(this, lacking(programs))
    head = new DoctorHead()
    await head.build()
    // The machine that asks is the node.
    const [{ address }] = JSON.parse(runIn(head.pair.client, 'ip', ['-j', 'link', 'show', 'eth0']))
    runIn(head.pair.client, 'ip', ['addr', 'add', '10.30.0.1/16', 'dev', 'eth0'])
    head.luna('node', 'change', 'node001', '--mac', String(address))
    head.luna('cluster', 'makedhcp', '-N', 'net', '-s', '10.30.128.1', '-e', '10.30.140.1')
    await head.restart('dhcpd')
  })
  after(() => head?.remove())

  const own = () => {
    const [{ address }] = JSON.parse(runIn(head.pair.client, 'ip', ['-j', 'link', 'show', 'eth0']))
    return parseMac(String(address)) ?? assert.fail()
  }
  /** The last boot of the node, with these steps so many seconds ago. */
  const booted = (steps: readonly (readonly [string, number])[]) =>
    head.change(async (store) => {
      const { id } = await store.getNamed('node', 'node001')
      const told = steps.map(([step, ago]): BootStep => ({ step, time: Date.now() - 1000 * ago }))
      const boot = { number: 7, began: told[0]?.time ?? 0, steps: told }
      await store.keepBoots([{ node: id, boot, past: false }])
    })

  it('has never asked, while all is well on the head', () => {
    assert.match(why(), /^asks Luna: it has never asked \(.*lpower cycle node001/)
  })

  it('wrong MAC address: another machine is seen at its switch port', async () => {
    head.luna('switch', 'add', '-n', 'sw01', '-N', 'net', '-i', '10.30.250.1')
    head.luna('node', 'change', 'node001', '-s', 'sw01', '-p', '7')
    await head.change(async (store) => {
      const sw = (await store.getNamed('switch', 'sw01')).id
      await store.learn([{ switch: sw, mac: mac(0x99), port: '7', portname: '7', updated: new Date() }])
    })
    assert.match(
      why(),
      /^MAC address: it has \S+, but 52:54:00:00:00:99 is seen at sw01 port 7 \(luna node change node001 --mac 52:54:00:00:00:99\)$/,
    )
    await head.change((store) => store.forget(mac(0x99)))
  })

  it('no MAC address at all', () => {
    const address = own()
    head.luna('node', 'change', 'node001', '--mac', '')
    assert.match(
      why(),
      /^MAC address: it has none, configured at \S+ port 7.* \(luna node change node001 --mac ADDRESS\)$/,
    )
    head.luna('node', 'change', 'node001', '--mac', address)
  })

  it('stale dhcpd.conf: it has the address of before', async () => {
    const file = head.at('dhcpd.conf')
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, good.replace('fixed-address 10.30.0.1;', 'fixed-address 10.30.0.77;'))
    assert.match(
      why(),
      /^reservation: dhcpd\.conf on disk has 10\.30\.0\.77 for \S+, not 10\.30\.0\.1 \(luna cluster makedhcp\)$/,
    )
    assert.match(await page(), /^dhcpd\.conf: luna cluster make/)
    writeFileSync(file, good)
  })

  it('another DHCP server', async () => {
    runIn(head.pair.client, 'ip', ['addr', 'add', '10.30.0.99/16', 'dev', 'eth0'])
    const files = ['--conf-file=/dev/null', '--pid-file=', `--dhcp-leasefile=${head.at('rogue')}`]
    const range = ['--port=0', '--dhcp-range=10.30.200.1,10.30.200.9', '--interface=eth0']
    const rogue = await startIn(
      head.pair.client,
      'dnsmasq',
      ['-k', '-d', ...files, ...range],
      /DHCP, IP range/,
    )
    try {
      assert.match(
        why(),
        /^DHCP servers: another DHCP server answers on eth0: 10\.30\.0\.\d+ .*\(switch it off/,
      )
      assert.match(await page(), /^DHCP servers: switch it off/)
    } finally {
      await stop(rogue)
      runIn(head.pair.client, 'ip', ['addr', 'del', '10.30.0.99/16', 'dev', 'eth0'])
    }
  })

  it('TFTP server down', async () => {
    await head.stop('tftpd')
    assert.match(why(), /^TFTP: no luna_undionly\.kpxe by TFTP: .* \(systemctl restart \S+\)$/)
    assert.match(await page(), /^TFTP: systemctl restart \S+$/)
    await head.start('tftpd')
  })

  it('wrong iPXE binary', async () => {
    const file = head.at('tftp/luna_undionly.kpxe')
    const good = readFileSync(file)
    writeFileSync(file, 'another')
    assert.match(why(), /^iPXE binaries: not what the database says: .* \(luna cluster make\)$/)
    assert.equal(await page(), 'iPXE binaries: luna cluster make')
    writeFileSync(file, good)
  })

  it('nginx down', async () => {
    await head.stop('nginx')
    try {
      assert.match(why(), /^boot menu: nothing answers at http:\/\/10\.30\.255\.254:7050/)
      assert.match(await page(), /^boot menu: /)
    } finally {
      await head.start('nginx')
    }
  })

  it('image not packed, and a file of it gone', async () => {
    const pack = async (torrent: string | null) =>
      head.change(async (store) => {
        const { id } = await store.getNamed('osimage', 'compute')
        await store.update('osimage', id, { torrent })
      })
    await pack(null)
    assert.equal(why(), 'image: compute: it is not packed (luna osimage pack compute)')
    assert.equal(await page(), 'image: luna osimage pack compute')
    await pack(imageId)
    rmSync(head.at('luna/boot/kernel'))
    assert.match(why(), /^image: compute: boot\/kernel not in \S+ \(luna osimage pack compute\)$/)
    writeFileSync(head.at('luna/boot/kernel'), 'kernel')
  })

  it("the head's disk full", async () => {
    const torrents = head.at('luna/torrents')
    mkdirSync(torrents, { recursive: true })
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', torrents]).status, 0)
    try {
      assert.match(why(), /^space for images: \d MiB free in \S+torrents \(make room: du /)
      assert.match(await page(), /^space for images: make room: du /)
    } finally {
      spawnSync('umount', [torrents])
    }
  })

  it('BMC off', async () => {
    head.luna('bmcsetup', 'add', '-n', 'base', '-u', 'admin', '-p', 'secret')
    head.luna('network', 'add', '-n', 'ipmi', '-N', '10.31.0.0', '-P', '16')
    head.luna('group', 'change', 'compute', '-b', 'base')
    head.luna('group', 'change', 'compute', '-i', 'BMC', '-A')
    head.luna('group', 'change', 'compute', '-i', 'BMC', '--setnet', 'ipmi')
    head.program('ipmitool', "echo 'System Power         : off'")
    assert.equal(why(), 'power: its BMC says off (lpower on node001)')
    assert.equal(await page(), 'power: lpower on node001')
    head.program('ipmitool', "echo 'System Power         : on'")
  })

  it('no disk for the part script, and a part script that is wrong', () => {
    const hwdata = encodeURIComponent(`serial|${own()}`)
    const post = ['--local-port', '700-1023', '--data-binary']
    for (const [body, told, mends] of [
      [
        'parted /dev/sda\nError: Could not stat device /dev/sda - No such file or directory.\n',
        /No such file or directory/,
        /see which disks it has/,
      ],
      [
        'partscript, line 3: mkfs.xt4\nmkfs.xt4: command not found\n',
        /mkfs\.xt4: command not found/,
        /correct it: luna group change compute --partscript/,
      ],
    ] as const) {
      ask(`${url}/luna?step=discovery&hwdata=${hwdata}`)
      ask(`${url}/luna?step=install&node=node001`)
      ask(`${url}/luna?step=install&node=node001&status=install.partscript`)
      ask(`${url}/luna?step=install&node=node001&status=install.error.partscript`)
      ask(...post, body, `${url}/luna?step=report&node=node001&at=install.partscript&exit=1`)
      spawnSync('sleep', ['3'])
      const said = why()
      assert.match(said, /^installation: install\.partscript failed: /)
      assert.match(said, told)
      assert.match(said, mends)
    }
  })

  it('a kernel without the driver of the card, or that panics: loaded, and nothing since', async () => {
    await booted([
      ['boot.request', 620],
      ['boot.kernel', 615],
      ['boot.initramfs', 610],
    ])
    assert.match(
      why(),
      /^install script: kernel loaded, nothing since 10m: .*panics, or has no driver.*luna osimage pack compute --boot\)$/,
    )
  })

  it('an installation that hangs, and one that is up', async () => {
    await booted([
      ['boot.request', 4000],
      ['install.request', 3990],
      ['install.download', 3900],
    ])
    assert.match(
      why(),
      /^installation: install\.download for 1h \(look at its console, then: lpower cycle node001\)$/,
    )
    await booted([
      ['boot.request', 4000],
      ['install.request', 3990],
      ['install.success', 3900],
      ['up', 3800],
    ])
    assert.equal(why(), 'nothing')
  })

  it('a head that went wrong after the node got past it is no reason', async () => {
    await booted([
      ['boot.request', 100],
      ['install.request', 90],
      ['install.error.unpack', 60],
    ])
    await head.stop('tftpd')
    assert.match(why(), /^installation: install\.unpack failed \(pack it anew: luna osimage pack compute\)/)
    await head.start('tftpd')
  })
})
