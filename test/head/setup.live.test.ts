// luna setup on a minimal Debian 12, with its servers as their packages come: what has to be said without
// it, what it does, what a node then gets, and that it changes nothing the second time.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lacking, runIn } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { askByUdhcpc } from '../daemons/udhcpc.ts'
import { mirrorOf } from '../packaging/debian-root.ts'
import { bootHead, type Head } from './head.ts'

const address = '10.30.255.254'
const units = 'lweb ltorrent lfs_pxelinux nginx isc-dhcp-server tftpd-hpa named'.split(' ')

describe('luna setup on a stock Debian 12', function () {
  this.timeout(600_000)
  let head: Head

  before(async function () {
    skipUnless(this, lacking(['debootstrap', 'systemd-nspawn', 'nsenter', 'udhcpc', 'curl']))
    const mirror = await mirrorOf('bookworm')
    if (!mirror) return skipUnless(this, "no repository of this machine's apt has Debian 12 (bookworm)")
    head = await bootHead('bookworm', mirror, `${address}/16`)
  })
  after(() => head?.remove())

  /** Runs a line of shell in the head. */
  const shell = (line: string) => head.run('sh', '-c', line)
  const setup = (...args: string[]) => head.run('luna', 'setup', ...args)

  describe('before it', () => {
    const luna = (line: string) => shell(`LUNA_CONF=/root/try/luna.conf luna ${line}`)

    before(async () => {
      const conf = '[Embedded]\\npath=/root/try/luna.db\\n'
      await shell(`mkdir /root/try && printf '${conf}' > /root/try/luna.conf`)
      await luna(`cluster init --frontend_address ${address} --user root --path /root/try`)
      await luna('network add -n cluster -N 10.30.0.0 -P 16')
    })

    it('makedhcp says which line of Debian to change, and touches nothing', async () => {
      const before = await shell('cat /etc/dhcp/dhcpd.conf')
      const ran = await luna('cluster makedhcp -N cluster -s 10.30.128.1 -e 10.30.140.1')
      assert.equal(ran.status, 1)
      assert.match(ran.stderr, /set INTERFACESv4="eth0" in \/etc\/default\/isc-dhcp-server/)
      assert.equal((await shell('cat /etc/dhcp/dhcpd.conf')).stdout, before.stdout)
      assert.equal((await shell('pidof dhcpd')).stdout, '')
    })

    it('maketftp says that tftpd serves another directory, and which line to change', async () => {
      const { stderr } = await luna('cluster maketftp --dry-run')
      assert.match(stderr, /serves \/srv\/tftp, not \/tftpboot: write tftp_root=\/srv\/tftp/)
      assert.match(stderr, /TFTP_DIRECTORY in \/etc\/default\/tftpd-hpa/)
    })

    it('an embedded store of root is named as such to the user of the cluster', async () => {
      await shell('mkdir /srv/root && luna db export > /srv/root/luna.db; chmod 600 /srv/root/luna.db')
      await shell("printf '[Embedded]\\npath=/srv/root/luna.db\\n' > /srv/luna.conf")
      const { stderr } = await shell('runuser -u nobody -- env LUNA_CONF=/srv/luna.conf luna node list')
      assert.match(stderr, /\/srv\/root\/luna\.db belongs to root.*chown -R luna: \/srv\/root/)
    })
  })

  describe('from the dry run to the second run', () => {
    it('says beforehand all that it would do, and does nothing', async () => {
      const { status, stdout, stderr } = await setup('--frontend', 'eth0', '--dry-run')
      assert.deepEqual([status, stderr.match(/ERROR.*/g)], [0, null], stderr)
      assert.match(stdout, /^# make the user luna/m)
      assert.match(stdout, /^# start and enable the service lweb/m)
      assert.match(stdout, /^\+path=\/var\/lib\/luna\/luna\.db$/m)
      assert.match(stdout, /^\+INTERFACESv4="eth0"$/m)
      assert.match(stdout, /^\+include "\/etc\/bind\/named\.luna\.zones";$/m)
      assert.match(stdout, /^\+ {4}range 10\.30\.128\.1 10\.30\.160\.0;$/m)
      assert.match(stdout, /^\+.*unix:\/run\/luna\/lweb\.sock/m)
      for (const path of ['etc/luna.conf', 'opt/luna', 'var/lib/luna', 'etc/nginx/conf.d/luna.conf'])
        assert.equal(existsSync(join(head.root, path)), false, path)
    })

    it('asks on a terminal what it is not told, and again what cannot be', async () => {
      const typed = ['', 'nonsense', 'eth0', '', '10.30.9.1-10.30.9.9', 'n', ''].join('\\n')
      const { stdout } = await shell(`printf '${typed}' | script -qec 'luna setup --dry-run' /dev/null`)
      assert.match(stdout, /Database: embedded, or mongodb \[embedded\]: /)
      assert.match(stdout, /ERROR:luna:"nonsense" is neither an address nor an interface/)
      assert.match(stdout, /Network of the nodes \[10\.30\.0\.0\/16\]: /)
      assert.match(stdout, /^\+ {4}range 10\.30\.9\.1 10\.30\.9\.9;/m)
      assert.doesNotMatch(stdout, /makedns/)
    })

    it('makes a head, on which all services run and come back', async () => {
      const ran = await setup('--frontend', address, '--range', '10.30.128.1-10.30.140.1', '--dns', 'y')
      assert.equal(ran.status, 0, ran.stderr)
      assert.doesNotMatch(ran.stderr, /WARNING|ERROR/)
      assert.match(ran.stdout, /^What luna doctor finds:\nfine +store: /)
      assert.doesNotMatch(ran.stdout, /^wrong/m)
      assert.match(ran.stdout, /luna osimage add .*\n.*luna group add .* -N cluster\n.*luna node add/)
      for (const unit of units) {
        const state = await shell(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`)
        assert.match(state.stdout, /^active\nenabled\n/, unit)
      }
      assert.equal(
        (await shell('stat -c %U /var/lib/luna /var/lib/luna/luna.db /opt/luna')).stdout,
        'luna\n'.repeat(3),
      )
      assert.equal((await shell('stat -c "%U %G %a" /etc/luna.conf')).stdout, 'root luna 640\n')
    })

    it('keeps what the distribution had in files that it changes', async () => {
      const kept = await shell('ls /etc/*/*.luna-before')
      assert.deepEqual(kept.stdout.trim().split('\n'), [
        '/etc/bind/named.conf.local.luna-before',
        '/etc/default/isc-dhcp-server.luna-before',
        '/etc/dhcp/dhcpd.conf.luna-before',
        '/etc/nginx/nginx.conf.luna-before',
      ])
    })

    it('a node gets address, iPXE by TFTP, the menu by HTTP, and names by DNS', async () => {
      const bios = await askByUdhcpc(head.node, { options: [[93, '0000']] })
      assert.match(bios.address, /^10\.30\.1(2[89]|3\d|40)\./)
      assert.deepEqual([bios.nextServer, bios.file], [address, 'luna_undionly.kpxe'])
      runIn(head.node, 'ip', ['addr', 'add', `${bios.address}/16`, 'dev', 'eth0'])
      const fetched = (url: string) => runIn(head.node, 'curl', ['--silent', '--show-error', url])
      assert.ok(fetched(`tftp://${address}/${bios.file}`).length > 10_000)
      assert.match(fetched(`http://${address}:7050/luna?step=boot`), /^#!ipxe/)
      const { stdout: name } = await head.run('hostname', '-s')
      const script = `const r = new (require('dns').promises.Resolver)(); r.setServers(['${address}']);
      r.resolve4('${name.trim()}.cluster').then((found) => process.stdout.write(found.join()))`
      assert.equal(runIn(head.node, process.execPath, ['-e', script]), address)
    })

    it('changes nothing the second time', async () => {
      const state = () =>
        shell(`stat -c '%n %Y %Z' /etc/luna.conf /etc/nginx/conf.d/* /etc/dhcp/* /etc/bind/* /etc/default/* /srv/tftp/*
        systemctl show --property MainPID,ActiveEnterTimestamp ${units.join(' ')}; luna db export`)
      const before = await state()
      const ran = await setup()
      assert.deepEqual([ran.status, ran.stderr], [0, 'INFO:luna:everything is as it should be\n'])
      assert.equal((await state()).stdout, before.stdout)
    })

    it('does again what has been undone, and that alone', async () => {
      await shell('systemctl disable --now lweb; rm /etc/nginx/conf.d/luna.conf')
      const { status, stderr } = await setup()
      assert.equal(status, 0, stderr)
      assert.deepEqual(stderr.match(/^INFO.*/gm), [
        'INFO:luna:start and enable the service lweb',
        'INFO:luna:wrote file=/etc/nginx/conf.d/luna.conf',
      ])
    })
  })
})
