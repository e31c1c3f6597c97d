// luna node why on a head of real daemons: a node is kept from booting in one way after the other, and each
// has to be told by its link and what mends it, on the command line and on the page in a browser. What the
// page shows is kept in coverage/page, to be looked at.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cardOfBusid } from '../../lib/object/net/card.ts'
import { parseMac } from '../../lib/object/net/mac.ts'
import type { Boot, BootStep } from '../../lib/object/record/boot.ts'
import { mac } from '../help.ts'
import {
  type Browser,
  browserProgram,
  needsBrowser,
  openPage,
  picture,
  startBrowser,
  textOf,
} from '../web/browser.ts'
import { DoctorHead, frontend, imageId, programs } from './doctor-head.ts'
import { lacking, runIn, startIn, stop } from './namespace.ts'
import { skipUnless } from './skip.ts'

const again = 'Then: if it does not try again by itself within a minute: lpower cycle node001'

describe('luna node why on a head of real daemons', function () {
  this.timeout(180_000)
  let head: DoctorHead
  let browser: Browser | undefined
  const why = () => head.why('node001')
  const url = `http://${frontend}:7050`
  const ask = (...args: string[]) => runIn(head.pair.client, 'curl', ['-s', '--max-time', '10', ...args])
  const open = async () => {
    if (!browser) throw new Error('no browser')
    const { page, troubles } = await openPage(browser, `${url}/ui/#node=node001`, { height: 1000 })
    await page.locator('#node-now', { hasText: /./ }).waitFor()
    await page.locator('aside summary').click()
    return { page, troubles }
  }
  type Opened = Awaited<ReturnType<typeof open>>['page']
  /** Large and light, then small and dark, where nothing may be cut off. */
  const pictures = async (page: Opened, name: string) => {
    await picture(page, `why-${name}`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 1400 })
    const wider = '({ scrollWidth, clientWidth }) => scrollWidth > clientWidth'
    const all = `[document.documentElement, document.querySelector('aside')].filter(${wider}).length`
    // What is drawn anew follows a moment later.
    for (const end = Date.now() + 10_000; (await page.evaluate(all)) !== 0; await delay(50))
      assert.ok(Date.now() < end, `${name} is cut off`)
    await picture(page, `why-${name}-phone`)
  }
  /** What the page says of it, by what root's timer finds: where it stops, what mends that, and what then. */
  const page = async (name: string, record = true) => {
    if (record) head.luna('doctor', '--record')
    const { page, troubles } = await open()
    const said = [await textOf(page, 'aside .stop')]
    for (const text of await page.locator('aside .mend').allInnerTexts()) said.push(text.replace(/\s+/g, ' '))
    await pictures(page, name)
    await page.context().close()
    assert.deepEqual(troubles, [])
    return said.join('\n')
  }

  before(async function () {
    skipUnless(this, lacking(programs))
    needsBrowser(this)
    head = new DoctorHead()
    await head.build()
    // The machine that asks is the node.
    const [{ address }] = JSON.parse(runIn(head.pair.client, 'ip', ['-j', 'link', 'show', 'eth0']))
    runIn(head.pair.client, 'ip', ['addr', 'add', '10.30.0.1/16', 'dev', 'eth0'])
    head.luna('node', 'change', 'node001', '--mac', String(address))
    head.luna('bmcsetup', 'add', '-n', 'base', '-u', 'admin', '-p', 'secret')
    head.luna('network', 'add', '-n', 'ipmi', '-N', '10.31.0.0', '-P', '16')
    head.luna('group', 'change', 'compute', '-b', 'base')
    head.luna('group', 'change', 'compute', '-i', 'BMC', '-A')
    head.luna('group', 'change', 'compute', '-i', 'BMC', '--setnet', 'ipmi')
    head.program('ipmitool', "echo 'System Power         : on'")
    // The others of its group are up.
    head.luna('node', 'add', '-g', 'compute', '-n', 'node[002-012]')
    for (let other = 2; other <= 12; other++)
      await booted(`node0${String(other).padStart(2, '0')}`, [
        ['boot.request', 7200],
        ['install.request', 7100],
        ['install.success', 7000],
        ['up', 6900],
      ])
    head.luna('cluster', 'makedhcp', '-N', 'net', '-s', '10.30.128.1', '-e', '10.30.140.1')
    await head.restart('dhcpd')
    head.program('browser', `exec ip netns exec ${head.pair.server} ${browserProgram} "$@"`)
    browser = await startBrowser(head.at('bin/browser'))
  })
  after(async () => {
    await browser?.close()
    await head?.remove()
  })

  const own = () => {
    const [{ address }] = JSON.parse(runIn(head.pair.client, 'ip', ['-j', 'link', 'show', 'eth0']))
    return parseMac(String(address)) ?? assert.fail()
  }
  /** The last boot of a node, with these steps so many seconds ago. */
  const booted = (name: string, steps: readonly (readonly [string, number])[], more: Partial<Boot> = {}) =>
    head.change(async (store) => {
      const { id } = await store.getNamed('node', name)
      const told = steps.map(([step, ago]): BootStep => ({ step, time: Date.now() - 1000 * ago }))
      const began = told[0]?.time ?? 0
      const boot = { number: 7, began, steps: told, image: 'compute', kernel: 'kernel', ...more }
      await store.keepBoots([{ node: id, boot, past: false }])
    })

  it('has never asked, while all is well on the head', () => {
    assert.match(why(), /^asks Luna: it has never asked \(have its firmware boot from the network first\)$/)
    assert.match(
      head.whyText('node001'),
      /^WRONG {4}asks Luna: .*\n\nnode001 stops at: asks Luna: it has never asked\n {2}have its .*\n {2}then lpower cycle node001; and watch: luna node status node001 --watch\n$/m,
    )
    const unknown = head.whyText('node001', 'user')
    assert.match(unknown, /^warning {2}DHCP servers: not looked at: needs root$/m)
    assert.match(unknown, /^What only root may see was never looked at by root; .*: luna node why node001$/m)
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
      /^MAC address: it has \S+, but 52:54:00:00:00:99 is seen at sw01 port 7: the address is wrong, its card was replaced, or a cable moved \(.*luna node change node001 --mac 52:54:00:00:00:99; luna cluster make\)$/,
    )
    assert.match(
      await page('wrong-mac'),
      /^It stops at: MAC address: it has .*, or a cable moved\nTo mend it: put the cable back if it moved, else: luna node change node001 --mac 52:54:00:00:00:99/,
    )
    await head.change((store) => store.forget(mac(0x99)))
  })

  it('no MAC address at all', () => {
    const address = own()
    head.luna('node', 'change', 'node001', '--mac', '')
    assert.match(
      why(),
      /^MAC address: it has none, configured at \S+ port 7.* \(luna node change node001 --mac ADDRESS; luna cluster make\)$/,
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
    assert.match(
      await page('stale-dhcpd'),
      /^It stops at: dhcpd\.conf: .*\nTo mend it: luna cluster make\b.*\nThen: .*lpower cycle node001$/,
    )
    writeFileSync(file, good)
  })

  it('another DHCP server, of which others than root are told what root found', async () => {
    // A machine of its own on the same cable.
    const { client } = head.pair
    runIn(client, 'ip', ['link', 'add', 'rogue0', 'link', 'eth0', 'type', 'macvlan', 'mode', 'bridge'])
    runIn(client, 'ip', ['link', 'set', 'rogue0', 'up'])
    runIn(client, 'ip', ['addr', 'add', '10.30.0.99/16', 'dev', 'rogue0'])
    const files = ['--conf-file=/dev/null', '--pid-file=', `--dhcp-leasefile=${head.at('rogue')}`]
    const range = ['--port=0', '--dhcp-range=10.30.200.1,10.30.200.9', '--interface=rogue0']
    const rogue = await startIn(client, 'dnsmasq', ['-k', '-d', ...files, ...range], /DHCP, IP range/)
    try {
      assert.match(
        why(),
        /^DHCP servers: another DHCP server answers on eth0: 10\.30\.0\.99 .*\(switch it off/,
      )
      assert.match(
        await page('rogue-dhcp'),
        /^It stops at: DHCP servers: another .* 10\.30\.0\.99 .*\nTo mend it: switch it off/,
      )
      const known = head.whyText('node001', 'user')
      assert.match(
        known,
        /^node001 stops at: DHCP servers: another DHCP server .* \(root looked \d+s ago\)\n {2}switch it off/m,
      )
      assert.match(known, /^What only root may see is what root found \d+s ago; .*: luna node why node001$/m)
    } finally {
      await stop(rogue)
      runIn(client, 'ip', ['link', 'del', 'rogue0'])
    }
  })

  it('TFTP server down', async () => {
    await head.stop('tftpd')
    assert.match(why(), /^TFTP: no luna_undionly\.kpxe by TFTP: .* \(systemctl restart \S+\)$/)
    writeFileSync(head.at('down'), 'tftpd-hpa\ntftpd-hpa.socket\n')
    const said = await page('tftp-down')
    assert.match(
      said,
      /^It stops at: service tftpd: tftpd-hpa is not active: nodes get no iPXE\nTo mend it: systemctl /,
    )
    assert.ok(said.endsWith(again), said)
    writeFileSync(head.at('down'), '')
    await head.start('tftpd')
  })

  it('wrong iPXE binary', async () => {
    const file = head.at('tftp/luna_undionly.kpxe')
    const good = readFileSync(file)
    writeFileSync(file, 'another')
    assert.match(why(), /^iPXE binaries: not what the database says: .* \(luna cluster make\)$/)
    assert.match(
      await page('wrong-ipxe'),
      /^It stops at: iPXE binaries: not .*\nTo mend it: luna cluster make\nThen: /,
    )
    writeFileSync(file, good)
  })

  it('nginx down, which the page that is open says', async () => {
    head.luna('doctor', '--record')
    const { page, troubles } = await open()
    await head.stop('nginx')
    try {
      assert.match(why(), /^boot menu: nothing answers at http:\/\/10\.30\.255\.254:7050/)
      writeFileSync(head.at('down'), 'nginx\n')
      assert.match(why(), /^service nginx: nginx is not active: nodes get no menu, kernel and image \(/)
      await page
        .locator('#away', {
          hasText: /^The head does not answer: nginx is down there, .* What you see is of /,
        })
        .waitFor()
      const given = await page.locator('#away code').allTextContents()
      assert.deepEqual(given, ['systemctl restart nginx', 'luna doctor'])
      assert.equal(await page.locator('aside .stop').isVisible(), false)
      await pictures(page, 'nginx-down')
      await page.context().close()
      assert.deepEqual(troubles, [])
    } finally {
      writeFileSync(head.at('down'), '')
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
    assert.equal(
      await page('not-packed'),
      `It stops at: image: compute: it is not packed\nTo mend it: luna osimage pack compute\n${again}`,
    )
    await pack(imageId)
    rmSync(head.at('luna/boot/kernel'))
    assert.match(why(), /^image: compute: boot\/kernel not in \S+ \(luna osimage pack compute\)$/)
    writeFileSync(head.at('luna/boot/kernel'), 'kernel')
  })

  it("the head's disk full, which the page says although root's findings are older", async () => {
    head.luna('doctor', '--record')
    const torrents = head.at('luna/torrents')
    const files = readdirSync(torrents).map(
      (name) => [join(torrents, name), readFileSync(join(torrents, name))] as const,
    )
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', torrents]).status, 0)
    for (const [file, content] of files) writeFileSync(file, content)
    // It has mounts of its own.
    await head.restart('lweb')
    try {
      assert.match(
        why(),
        /^space for images: disk full or nearly so: \d MiB free in \S+torrents \(make room: du /,
      )
      assert.match(
        await page('disk-full', false),
        /^It stops at: space for images: disk full or nearly so: \d MiB free .*\nTo mend it: make room: du /,
      )
    } finally {
      spawnSync('umount', [torrents])
      await head.restart('lweb')
    }
  })

  it('BMC off, and one that does not answer', async () => {
    head.program('ipmitool', "echo 'System Power         : off'")
    assert.equal(why(), 'power: its BMC says off (lpower on node001)')
    assert.equal(await page('bmc-off'), 'It stops at: power: its BMC says off\nTo mend it: lpower on node001')
    head.program('ipmitool', "echo 'Error: Unable to establish IPMI v2 / RMCP+ session' >&2; exit 1")
    const said = 'asks Luna: it has never asked, and its BMC does not answer either'
    assert.ok(why().startsWith(said), why())
    assert.match(
      await page('bmc-away'),
      /^It stops at: asks Luna: it has never asked, and its BMC does not answer either\nTo mend it: see .*\nThen: switch it off and on by hand/,
    )
    head.program('ipmitool', "echo 'System Power         : on'")
  })

  // By what pack writes down of the initramfs, as the machines of test/boot/why.test.ts have it.
  for (const [name, ago, lacks, says] of [
    ['stalled', 310, undefined, 'it panics, or has no driver of the network card'],
    [
      'no-driver',
      305,
      ['e1000e'],
      'the initramfs of compute has no driver for its network card (PCI 8086:10d3), which is e1000e',
    ],
    [
      'panic',
      250,
      [],
      'the initramfs has the driver for its network card (PCI 8086:10d3), e1000e: the kernel has probably panicked or hangs',
    ],
  ] as const)
    it(`a kernel that is ${name}: loaded, and nothing since`, async () => {
      if (lacks) {
        const drivers = [{ needs: ['e1000e'], lacks, cards: ['8086:10d3'] }]
        const file = head.at('luna/boot/initrd.drivers')
        writeFileSync(file, JSON.stringify({ whole: true, drivers }))
        utimesSync(file, 0, 0)
      }
      const steps = ['boot.request', 'boot.kernel', 'boot.initramfs'].map((step) => [step, ago] as const)
      const card = cardOfBusid('01808610d3')
      await booted('node001', steps, card && { card })
      const said = why()
      assert.ok(said.startsWith('install script: kernel loaded, nothing since '), said)
      assert.ok(said.includes(`m: ${says} (`), said)
      const shown = await page(name)
      assert.ok(shown.includes(says), shown)
      assert.match(shown, /\nTo mend it: .*--boot.*\nThen: lpower cycle node001$/)
    })

  it('no disk for the part script, and a part script that is wrong', async () => {
    const hwdata = encodeURIComponent(`serial|${own()}`)
    const post = ['--local-port', '700-1023', '--data-binary']
    // As a node without a disk tells it.
    const failed = 'luna: step install.partscript failed with status'
    for (const [name, status, body, told, mends] of [
      [
        'no-disk',
        1,
        [
          'mount: /sysroot: no filesystem type specified.',
          `${failed} 1: partscript, line 1: mount /dev/sda /sysroot; this node has no disk`,
        ],
        /it has no disk \(.*no filesystem type specified\.\)/,
        /see which disks it has .*; all 12 nodes of the group have it: luna group change compute --partscript/,
      ],
      [
        'bad-partscript',
        127,
        [
          '/luna/partscript: line 1: mkfs.xt4: command not found',
          `${failed} 127: partscript, line 1: mkfs.xt4 /dev/vda`,
        ],
        /mkfs\.xt4: command not found/,
        /correct the partscript; all 12 nodes of the group have it: luna group change compute --partscript/,
      ],
    ] as const) {
      ask(`${url}/luna?step=discovery&hwdata=${hwdata}`)
      ask(`${url}/luna?step=install&node=node001`)
      ask(`${url}/luna?step=install&node=node001&status=install.partscript`)
      ask(`${url}/luna?step=install&node=node001&status=install.error.partscript`)
      const text = ['luna: step install.partscript', ...body, ''].join('\n')
      ask(...post, text, `${url}/luna?step=report&node=node001&at=install.partscript&exit=${status}`)
      spawnSync('sleep', ['3'])
      for (const said of [why(), await page(name)]) {
        assert.match(said, /^(?:It stops at: )?installation: install\.partscript failed: /)
        assert.match(said, told)
        assert.match(said, mends)
      }
    }
  })

  it('an installation that hangs, and one that is up', async () => {
    await booted('node001', [
      ['boot.request', 4000],
      ['install.request', 3990],
      ['install.download', 3900],
    ])
    assert.match(
      why(),
      /^installation: install\.download for 1h, nothing is heard of its torrent client; cause unknown \(look at its console\)$/,
    )
    await booted('node001', [
      ['boot.request', 4000],
      ['install.request', 3990],
      ['install.success', 3900],
      ['up', 3800],
    ])
    assert.equal(why(), 'nothing')
  })

  it('a head that went wrong after the node got past it is no reason', async () => {
    await booted('node001', [
      ['boot.request', 100],
      ['install.request', 90],
      ['install.error.unpack', 60],
    ])
    await head.stop('tftpd')
    assert.match(why(), /^installation: install\.unpack failed; cause unknown/)
    await head.start('tftpd')
  })
})
