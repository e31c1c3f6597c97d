// The rpm under a real systemd: its scripts start, restart and stop what they should, and its units run
// confined.
// The system is a Debian, to which rpm brings Luna alone.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import { allCases } from '../all-cases.ts'
import { lacking } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { builtPackages } from '../packaging/built.ts'
import { mirrorOf } from '../packaging/debian-root.ts'
import { bootRoot, type Head, stockRoot } from './head.ts'

const address = '10.30.255.254'
const extra = { name: 'head-rpm', packages: ['rpm', 'curl', 'tcpdump'] }
const services = 'lweb.socket lweb ltorrent lfs_pxelinux'

if (allCases)
  describe('a head that the rpm makes', function () {
    this.timeout(600_000)
    this.bail(true)
    let head: Head

    before(async function () {
      skipUnless(
        this,
        lacking(['debootstrap', 'systemd-nspawn', 'nsenter', 'curl', 'rpmbuild', 'checkmodule']),
      )
      const mirror = await mirrorOf('bookworm')
      if (!mirror) return skipUnless(this, "no repository of this machine's apt has Debian 12 (bookworm)")
      const root = await stockRoot('bookworm', mirror, extra)
      await cp(join(await builtPackages(), 'luna-2.0.0-1.x86_64.rpm'), join(root.path, 'root/luna.rpm'))
      head = await bootRoot(root, `${address}/16`)
      await run('ip', ['-n', head.node, 'addr', 'add', '10.30.0.1/16', 'dev', 'eth0'])
    })
    after(() => head?.remove())

    const shell = (line: string) => head.shell(line)
    /** When the services started that run. */
    const starts = async () => {
      const units = 'systemctl show -p ExecMainStartTimestampMonotonic --value lweb ltorrent'
      return (await shell(units)).split('\n').filter(Boolean)
    }
    const answer = async () => {
      const url = `http://${address}:7050/luna?step=boot`
      return (await run('ip', ['netns', 'exec', head.node, 'curl', '-fsS', url])).stdout
    }

    it('has nothing running or enabled when it is installed', async () => {
      await shell('rpm --nodeps -i /root/luna.rpm 2>&1')
      assert.equal(await shell(`systemctl is-enabled ${services} || :`), 'disabled\n'.repeat(4))
      assert.equal(await shell(`systemctl is-active ${services} || :`), 'inactive\n'.repeat(4))
    })

    it('is made by luna setup, and its services run confined', async () => {
      const said = await shell(`luna setup --frontend ${address}`)
      assert.doesNotMatch(said, /^(warning|wrong) /m)
      assert.equal(await shell(`systemctl is-active ${services}`), 'active\n'.repeat(4))
      for (const unit of ['lweb', 'ltorrent', 'lfs_pxelinux']) {
        const pid = (await shell(`systemctl show -p MainPID --value ${unit}`)).trim()
        const status = await shell(`cat /proc/${pid}/status; stat -c %U /proc/${pid}`)
        assert.match(status, /^CapEff:\t0+\n[\s\S]*^NoNewPrivs:\t1\nSeccomp:\t2\n[\s\S]*\nluna\n$/m, unit)
      }
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('restarts on an update what runs, and leaves alone what does not', async () => {
      await shell('systemctl stop lfs_pxelinux')
      const before = await starts()
      await shell('rpm --nodeps -U --replacepkgs /root/luna.rpm 2>&1')
      const after = await starts()
      assert.equal(new Set([...before, ...after]).size, 4, 'both started again')
      const active = await shell('systemctl is-active lweb ltorrent lfs_pxelinux || :')
      assert.equal(active, 'active\nactive\ninactive\n')
      assert.match(await answer(), /^#!ipxe\n/)
    })

    it('is stopped and disabled by its removal, and data and configuration stay', async () => {
      assert.match(await shell('rpm --nodeps -e luna 2>&1'), /kept \/opt\/luna/)
      assert.equal(await shell(`systemctl is-active ${services} || :`), 'inactive\n'.repeat(4))
      assert.equal(await shell('pgrep -u luna || :'), '')
      await shell('test -s /var/lib/luna/luna.db && test -d /opt/luna && ! test -e /usr/lib/luna')
    })
  })
