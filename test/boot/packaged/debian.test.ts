// A minimal Debian becomes a head by its package and luna setup, and a node boots from it. While the node
// downloads, the package is upgraded and downgraded, and the plug of the head is pulled. Then the package
// goes.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { allCases } from '../../all-cases.ts'
import { type Boot, boot } from '../../lab/boot.ts'
import { nodeStatus } from '../../lab/cluster.ts'
import { fullSpeed, network, nodeAddress, nodeMac, slowDown, tapOf } from '../../lab/net.ts'
import { headLines, type PackagedHead, rootOf, type Suite, startHead, suites } from '../../lab/packaged.ts'
import { factsOf } from '../verdict.ts'
import { makeNewer } from './newer.ts'
import { answer, startLoad } from './requests.ts'
import { room } from './stage.ts'

const daemons = ['lweb', 'ltorrent', 'lfs_pxelinux']
const ownUnits = 'lweb.socket lweb ltorrent lfs_pxelinux'
const spoken = ['systemd', 'dhcpd', 'nginx', ...daemons].map((name) => `-t ${name}`).join(' ')
const servers = 'nginx isc-dhcp-server tftpd-hpa named'

for (const [suite, name] of Object.entries(suites) as [Suite, string][])
  describe(`a head that the package makes of a minimal ${name}`, function () {
    this.bail(true)
    /** What the tests of every day leave out of one of the two. */
    const whole = allCases || suite === 'bookworm'
    /** One of the clients that are taken where there is no libtorrent, which the other boot tests have. */
    const [client, says] =
      suite === 'bookworm' ? (['curl', 'HTTP from'] as const) : (['aria2', 'aria2'] as const)
    let head: PackagedHead
    let node: Boot | undefined
    before(async () => {
      head = await startHead(rootOf(suite), 'head', { ...room().image, client })
    })
    afterEach(async function () {
      if (this.currentTest?.state !== 'failed' || !head) return
      if (node) console.log(`--- console of the node\n${node.vm.console.tail(60)}`)
      const said = await shell(`journalctl -q --no-pager -n 80 ${spoken}`)
      console.log(`--- journal of the head\n${said}`)
    })
    after(async () => {
      await node?.vm.stop()
      await head?.remove()
    })

    const shell = (line: string) => head.container.shell(line)
    const status = () => nodeStatus('node001', head.luna)
    const booting = () => node ?? assert.fail('no node was switched on')
    const downloading = async () => assert.match((await status()) ?? '', /^install\.download/)

    it('has programs, files and folders of the package, and none of its services enabled', async () => {
      assert.match(await shell('luna --version'), /^luna 2\.0\.0$/m)
      assert.equal(
        await shell(`stat -c '%a %U:%G %n' /etc/luna.conf /opt/luna /var/lib/luna /var/log/luna`),
        '640 root:luna /etc/luna.conf\n755 luna:luna /opt/luna\n' +
          '750 luna:luna /var/lib/luna\n750 luna:luna /var/log/luna\n',
      )
      assert.equal(await shell(`systemctl is-enabled ${ownUnits} || :`), 'disabled\n'.repeat(4))
    })

    it('is made a head by what the README types, and the doctor finds nothing', async () => {
      for (const line of headLines()) {
        const said = await shell(line)
        if (!/^luna (setup|doctor)/.test(line) || line.endsWith('--dry-run')) continue
        assert.match(said, /^fine +store: /m)
        assert.doesNotMatch(said, /^(warning|wrong) /m)
      }
    })

    it('runs all services, at the next start as well, and those of Luna can do nothing else', async () => {
      const units = [...ownUnits.split(' '), ...servers.split(' ')]
      assert.equal(await shell(`systemctl is-active ${units.join(' ')}`), 'active\n'.repeat(units.length))
      assert.doesNotMatch(await shell(`systemctl is-enabled ${units.join(' ')} 2>&1`), /disabled/)
      for (const unit of daemons) {
        const pid = (await shell(`systemctl show -p MainPID --value ${unit}`)).trim()
        const said = await shell(`cat /proc/${pid}/status; stat -c %U /proc/${pid}`)
        assert.match(said, /^CapEff:\t0+\n[\s\S]*^NoNewPrivs:\t1\nSeccomp:\t2\n[\s\S]*\nluna\n$/m, unit)
      }
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('boots a node as far as its download', async () => {
      const spec = { name: 'node001', mac: nodeMac(1), firmware: 'bios' } as const
      node = await boot(spec)
      await node.vm.console.waitFor(/^luna: step install\.download/m, 600_000)
      await slowDown(tapOf('node001'), '8mbit')
      await downloading()
    })

    it('loses no request of 100 in a second while the package is upgraded and downgraded meanwhile', async () => {
      await makeNewer(join(head.root, 'root'))
      const load = await startLoad()
      const started = () => shell('systemctl show -p ExecMainStartTimestampMonotonic --value lweb ltorrent')
      const starts = new Set([await started()])
      const files = ['newer.deb', ...(whole ? ['luna_2.0.0_amd64.deb'] : [])]
      for (const file of files) {
        await shell(`dpkg -i --force-downgrade /root/${file}`)
        const version = file === 'newer.deb' ? '2.0.1' : '2.0.0'
        assert.equal(await shell('dpkg-query -W luna'), `luna\t${version}\n`)
        starts.add(await started())
      }
      const { sent, answered, failed } = await load.end()
      assert.equal(starts.size, 1 + files.length, 'the services were restarted each time')
      const errors = await shell('tail -n 3 /var/log/nginx/error.log')
      assert.deepEqual({ answered, failed }, { answered: sent, failed: {} }, errors)
      assert.ok(sent > 200, `only ${sent} requests`)
      await downloading()
    })

    it('comes up with everything that it had after its plug was pulled meanwhile', async () => {
      await head.luna('bmcsetup', 'add', '--name', 'last')
      const before = await objects()
      await head.container.kill()
      await head.container.boot()
      await shell(
        `for try in $(seq 120); do systemctl is-active -q ${ownUnits} ${servers} && exit 0; sleep 1; done; exit 1`,
      )
      assert.deepEqual(await objects(), before)
      assert.match(before, /"last"/)
      await shell('luna cluster check && luna cluster make --check')
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('has the node at its login prompt in the end', async () => {
      await fullSpeed(tapOf('node001'))
      await booting().up
      assert.match(booting().vm.console.text, new RegExp(`^luna: download: by ${says}`, 'm'))
      assert.deepEqual(await factsOf(booting().vm), {
        system: 'running',
        hostname: 'node001.cluster',
        addresses: [`${nodeAddress(1)}/${network.prefix}`],
        rootType: 'tmpfs',
        failedUnits: '',
      })
      assert.equal(await status(), 'install.success')
    })

    it('has the story of the node in its journal, by node, boot and step', async () => {
      const told = async (...fields: string[]) =>
        await shell(`journalctl -q --no-pager -o cat -t lweb LUNA_NODE=node001 ${fields.join(' ')}`)
      assert.match(await told('LUNA_STEP=install.unpack'), /^node status node=node001 step=install\.unpack /m)
      assert.match(await told('LUNA_BOOT=1', 'LUNA_STEP=boot.request'), /^boot began node=node001 boot=1 /m)
      assert.match(await told('LUNA_STEP=boot.initramfs'), /^file fetched node=node001 boot=1 .* bytes=\d+/m)
      assert.match(await told('LUNA_STEP=install.success'), /^boot ended .* outcome=installed/m)
    })

    it('is looked at by root every five minutes, and its page has what was found', async () => {
      const timers = await shell('systemctl list-timers --no-legend luna-doctor.timer')
      assert.match(timers, /luna-doctor\.timer +luna-doctor\.service\n$/)
      const look = `for (let at = 0; at < 120; at++) {
        const text = await (await fetch('http://127.0.0.1:7050/ui/data/findings')).text()
        if (JSON.parse(text).heads.length > 0) { console.log(text); break }
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }`
      const program = '/usr/lib/luna/node_modules/node/bin/node --input-type=module'
      const page = await shell(`${program} <<'END'\n${look}\nEND`)
      const { heads } = JSON.parse(page) as { heads: { head: string; time: string; findings: object[] }[] }
      const [{ head: name = '', time = '', findings = [] } = {}] = heads
      assert.deepEqual([heads.length, name], [1, 'head'])
      assert.ok(findings.length > 10, page)
      assert.ok(Date.now() - Date.parse(time) < 420_000, page)
      const ran = await shell('systemctl show -p Result -p ExecMainStatus luna-doctor.service')
      assert.equal(ran, 'Result=success\nExecMainStatus=0\n')
    })

    /** All objects of the database without what changes by itself, as JSON. */
    async function objects(): Promise<string> {
      const { tracker: _, ...dump } = JSON.parse(await shell('luna db export')) as Record<string, object[]>
      const nodes = (dump.node ?? []).map((each) => ({ ...each, status: undefined }))
      return JSON.stringify({ ...dump, node: nodes })
    }

    if (!whole) return

    it('restarts nothing on an upgrade that was stopped', async () => {
      await shell('systemctl stop ltorrent && dpkg -i /root/newer.deb')
      assert.equal(await shell('systemctl is-active lweb ltorrent || :'), 'active\ninactive\n')
    })

    it('keeps data and configuration when the package is removed, and no service runs', async () => {
      await shell('dpkg -r luna')
      assert.equal(await shell(`systemctl is-active ${ownUnits} || :`), 'inactive\n'.repeat(4))
      assert.equal(await shell('pgrep -u luna || :'), '')
      await shell(
        'test -s /var/lib/luna/luna.db && test -s /etc/luna.conf && test -d /opt/luna/boot && ! test -e /usr/lib/luna',
      )
    })

    it('says what stays when the package is purged', async () => {
      const said = await shell('dpkg -P luna')
      assert.match(said, /^luna: kept \/opt\/luna: .*rm -r \/opt\/luna$/m)
      assert.match(said, /^luna: kept \/var\/lib\/luna: .*rm -r \/var\/lib\/luna$/m)
      await shell('test -s /var/lib/luna/luna.db && ! test -e /etc/luna.conf && ! test -e /var/log/luna')
    })

    it('finds its cluster again when the package is installed again', async () => {
      await shell('dpkg -i /root/luna_2.0.0_amd64.deb && systemctl start lweb')
      assert.match(await answer(), /^#!ipxe\n/)
    })
  })
