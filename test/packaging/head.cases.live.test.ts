// The deb on a minimal Debian, and the head that it makes, under a systemd of its own: set up by hand as in
// luna(8), asked by a node, upgraded and downgraded meanwhile, unplugged, removed.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../../lib/host/run.ts'
import { allCases } from '../all-cases.ts'
import { skipUnless } from '../daemons/skip.ts'
import { needsRoot } from '../host/as-root.ts'
import { builtPackages } from './built.ts'
import { aptInstall, type DebianRoot, makeDebianRoot, mirrorOf } from './debian-root.ts'
import { type Head, headAddress, startHead } from './head.ts'

const services = 'lweb.socket lweb.service ltorrent.service lfs_pxelinux.service'
const daemons = 'nginx.service isc-dhcp-server.service tftpd-hpa.service'
const setUp = `
sed -i s/^INTERFACESv4=.*/INTERFACESv4=eth0/ /etc/default/isc-dhcp-server
sed -i s,^TFTP_DIRECTORY=.*,TFTP_DIRECTORY=/tftpboot, /etc/default/tftpd-hpa
luna cluster init --frontend_address ${headAddress}
luna cluster change --server_port 0
luna network add -n cluster -N 10.30.0.0 -P 16
luna cluster makenginx
luna cluster maketftp
luna cluster makedhcp --network cluster --start_ip 10.30.128.1 --end_ip 10.30.128.200
systemctl enable --now ${services}
systemctl restart ${daemons}`
const bootUrl = `http://${headAddress}:7050/luna?step=boot`

const suites = [
  ['bookworm', 'Debian 12'],
  ['trixie', 'Debian 13'],
] as const

for (const [suite, name] of allCases ? suites : [])
  describe(`a head on ${name}`, function () {
    this.timeout(600_000)
    let root: DebianRoot
    let head: Head | undefined
    before(async function () {
      needsRoot(this)
      for (const program of ['debootstrap', 'systemd-nspawn', 'rpmbuild', 'checkmodule'])
        skipUnless(this, spawnSync(program, ['--version']).error && `${program} is not installed`)
      const mirror = await mirrorOf(suite)
      if (!mirror) return skipUnless(this, `no repository of this machine's apt has ${name} (${suite})`)
      root = await makeDebianRoot(suite, mirror)
      await cp(join(await builtPackages(), 'luna_2.0.0_amd64.deb'), join(root.path, 'root/luna.deb'))
    })
    after(async () => {
      await head?.remove()
      await root?.remove()
    })

    const shell = (line: string) => head?.shell(line) ?? assert.fail('there is no head')
    const answer = async () =>
      (await run('ip', ['netns', 'exec', head?.node ?? '', 'curl', '-fsS', bootUrl])).stdout

    it('gets the package with all that it needs, and runs it; no service is enabled', async () => {
      const policy = '/usr/sbin/policy-rc.d'
      const quiet = `printf '#!/bin/sh\\nexit 101\\n' >${policy} && chmod 755 ${policy}`
      const ran = await root.run(
        '/',
        `${quiet} && ${aptInstall('/root/luna.deb systemd-sysv dbus')} && rm ${policy}`,
      )
      assert.equal(ran.status, 0, ran.stdout + ran.stderr)
      assert.match((await root.run('/', 'luna --version')).stdout, /^luna 2\.0\.0$/m)
      const seen = await root.run(
        '/',
        `stat -c '%a %U:%G %n' /etc/luna.conf /opt/luna /var/lib/luna /var/log/luna; systemctl is-enabled ${services}`,
      )
      assert.equal(
        seen.stdout,
        '640 root:luna /etc/luna.conf\n755 luna:luna /opt/luna\n750 luna:luna /var/lib/luna\n750 luna:luna /var/log/luna\n' +
          'disabled\n'.repeat(4),
      )
    })

    it('boots, is set up, and has all services active and confined', async () => {
      head = await startHead(root.path, `luna-${suite}`)
      await shell(setUp)
      assert.equal(await shell(`systemctl is-active ${services} ${daemons}`), 'active\n'.repeat(7))
      const pids = await shell(`systemctl show -p MainPID --value ${services.replace('lweb.socket ', '')}`)
      for (const pid of pids.split('\n').filter(Boolean)) {
        const status = await shell(`cat /proc/${pid}/status; stat -c %U /proc/${pid}`)
        assert.match(status, /^CapEff:\t0+\n[\s\S]*^NoNewPrivs:\t1\nSeccomp:\t2\n[\s\S]*\nluna\n$/m)
      }
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('loses no request of 100 in a second while the package is upgraded and downgraded, three times', async () => {
      await repack(root.path)
      const load = join(import.meta.dirname, 'request-load.ts')
      const asking = spawn('ip', ['netns', 'exec', head?.node ?? '', process.execPath, load, bootUrl])
      const output = text(asking.stdout)
      const started = () => shell('systemctl show -p ExecMainStartTimestampMonotonic --value lweb ltorrent')
      const starts = new Set([await started()])
      for (let round = 0; round < 3; round++)
        for (const [version, file] of [
          ['2.0.1', 'newer.deb'],
          ['2.0.0', 'luna.deb'],
        ] as const) {
          await shell(`dpkg -i --force-downgrade /root/${file}`)
          assert.equal(await shell('dpkg-query -W luna'), `luna\t${version}\n`)
          starts.add(await started())
        }
      asking.kill()
      await once(asking, 'exit')
      assert.equal(starts.size, 7, 'the services were restarted each time')
      const result = JSON.parse(await output) as { sent: number; answered: number; failed: object }
      const { sent, answered, failed } = result
      const errors = await shell('tail -n 3 /var/log/nginx/error.log')
      assert.deepEqual({ answered, failed }, { answered: sent, failed: {} }, errors)
      assert.ok(sent > 500, `only ${sent} requests`)
    })

    if (suite !== 'bookworm') return

    it('restarts nothing on an upgrade that was stopped', async () => {
      await shell('systemctl stop ltorrent && dpkg -i /root/newer.deb')
      assert.equal(await shell('systemctl is-active lweb ltorrent || :'), 'active\ninactive\n')
      await shell('systemctl start ltorrent')
    })

    it('comes up with everything that it had after its plug was pulled', async () => {
      await shell('luna bmcsetup add --name last && luna db export >/root/before')
      await head?.kill()
      await head?.boot()
      await shell(
        `for try in $(seq 30); do systemctl is-active -q ${services} ${daemons} && exit 0; sleep 1; done; exit 1`,
      )
      await shell('luna db export >/root/after && cmp /root/before /root/after && luna cluster check')
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('keeps data and configuration when the package is removed, and no service runs', async () => {
      await shell('dpkg -r luna')
      assert.equal(await shell(`systemctl is-active ${services} || :`), 'inactive\n'.repeat(4))
      assert.equal(await shell('pgrep -u luna || :'), '')
      await shell(
        'test -s /var/lib/luna/luna.db && test -s /etc/luna.conf && test -d /opt/luna/boot && ! test -e /usr/lib/luna',
      )
    })

    it('is told what stays when the package is purged', async () => {
      const said = await shell('dpkg -P luna')
      assert.match(said, /^luna: kept \/opt\/luna: .*rm -r \/opt\/luna$/m)
      assert.match(said, /^luna: kept \/var\/lib\/luna: .*rm -r \/var\/lib\/luna$/m)
      await shell('test -s /var/lib/luna/luna.db && ! test -e /etc/luna.conf && ! test -e /var/log/luna')
    })

    it('finds its cluster again when the package is installed again', async () => {
      await shell('dpkg -i /root/luna.deb && systemctl start lweb')
      assert.match(await answer(), /^#!ipxe\n/)
    })
  })

/** Makes root/newer.deb: the same package with the next version. */
async function repack(root: string): Promise<void> {
  const draft = join(root, 'root/newer')
  await run('dpkg-deb', ['-R', join(root, 'root/luna.deb'), draft])
  await run('sed', ['-i', 's/^Version: .*/Version: 2.0.1/', join(draft, 'DEBIAN/control')])
  await run('dpkg-deb', ['-Znone', '-b', draft, join(root, 'root/newer.deb')])
  await rm(draft, { recursive: true })
}
