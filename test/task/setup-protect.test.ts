import assert from 'node:assert/strict'
import { type Firewall, findFirewall } from '../../lib/host/service/firewall.ts'
import { findSelinux } from '../../lib/host/service/selinux.ts'
import { firewallSteps, relabelSteps, selinuxSteps } from '../../lib/task/setup/protect.ts'
import { useFakeBin } from '../fake-bin.ts'
import { clusterOf } from './setup-found.ts'

describe('what luna setup allows nodes', () => {
  const fake = useFakeBin()
  const linesOf = (steps: readonly { readonly line: readonly string[] }[]) =>
    steps.map(({ line }) => line.join(' '))
  const holes = (firewall: Firewall | undefined, dns = true) =>
    linesOf(firewallSteps(firewall, clusterOf(), dns, 'eth1'))

  /** No firewall but what a test puts there. */
  beforeEach(() => {
    for (const name of ['firewall-cmd', 'ufw', 'getenforce']) fake.program(name, 'exit 252')
  })

  it('is nothing where no firewall runs and SELinux refuses nothing', async () => {
    assert.deepEqual(holes(await findFirewall()), [])
    fake.program('getenforce', 'echo Permissive')
    assert.equal(await findSelinux(), undefined)
    assert.deepEqual(selinuxSteps(undefined, clusterOf(), '/tftpboot'), [])
  })

  it('is what firewalld lacks in the zone of the interface, now and for good', async () => {
    fake.program(
      'firewall-cmd',
      `case "$*" in
      --state) ;;
      --get-default-zone) echo public ;;
      --get-zone-of-interface=*) exit 2 ;;
      '--permanent --zone=public --list-services') echo ssh dhcp ;;
      '--zone=public --list-services') echo ssh dhcp tftp ;;
      *'--zone=public --list-ports') echo 7050/tcp ;;
      *) exit 1 ;;
      esac`,
    )
    fake.program('ip', `echo '[{"ifname": "eth1", "addr_info": [{"local": "10.0.0.1", "prefixlen": 8}]}]'`)
    assert.deepEqual(holes(await findFirewall()), [
      'firewall-cmd --zone=public --add-service=tftp --add-service=dns',
      'firewall-cmd --permanent --zone=public --add-service=tftp --add-service=dns',
      'firewall-cmd --zone=public --add-port=7052-7200/tcp',
      'firewall-cmd --permanent --zone=public --add-port=7052-7200/tcp',
    ])
  })

  it('is nothing more where firewalld has all of it', () => {
    const open = new Set(['dhcp', 'tftp', '7050/tcp', '7052-7200/tcp'])
    const zones = new Map([['eth1', 'work']])
    assert.deepEqual(holes({ kind: 'firewalld', zones, open: new Map([['work', open]]) }, false), [])
  })

  it('is only DNS where firewalld has the service that comes with the package', () => {
    const zones = new Map([['eth1', 'work']])
    const open = new Map([['work', new Set(['luna'])]])
    assert.deepEqual(holes({ kind: 'firewalld', zones, open }), [
      'firewall-cmd --zone=work --add-service=dns',
      'firewall-cmd --permanent --zone=work --add-service=dns',
    ])
  })

  it('is what ufw lacks on the interface', async () => {
    fake.program(
      'ufw',
      `case "$*" in
      status) echo 'Status: active' ;;
      'show added') echo 'Added user rules (see ...):'; echo 'ufw allow 22/tcp'
        echo 'ufw allow in on eth1 to any port 67 proto udp' ;;
      esac`,
    )
    assert.deepEqual(holes(await findFirewall(), false), [
      'ufw allow in on eth1 to any port 69 proto udp',
      'ufw allow in on eth1 to any port 7050 proto tcp',
      'ufw allow in on eth1 to any port 7052:7200 proto tcp',
    ])
  })

  it('is port and labels for an enforcing SELinux without the policy of the packages', async () => {
    fake.program('getenforce', 'echo Enforcing')
    fake.program(
      'semanage',
      `case "$*" in
      'port -l') echo 'http_port_t                    tcp      80, 81, 443, 8008' ;;
      'fcontext -l -C') ;;
      esac`,
    )
    fake.program('semodule', 'echo abrt')
    fake.program('getsebool', 'echo "httpd_can_network_connect --> off"')
    const selinux = await findSelinux()
    assert.deepEqual(linesOf(selinuxSteps(selinux, clusterOf({ server_port: 0 }), '/srv/tftp')), [
      'semanage port -a -t http_port_t -p tcp 7050',
      'setsebool -P httpd_setrlimit on',
      'semanage fcontext -a -t httpd_sys_content_t /opt/luna/(boot|torrents)(/.*)?',
      'semanage fcontext -a -t tftpdir_t /srv/tftp(/.*)?',
    ])
    const port = linesOf(selinuxSteps(selinux, clusterOf(), '/tftpboot'))
    assert.ok(port.includes('setsebool -P httpd_can_network_connect on'))
    assert.deepEqual(linesOf(relabelSteps(selinux, clusterOf(), '/srv/tftp')), [
      'restorecon -R /opt/luna /srv/tftp',
    ])
  })

  it('is nothing where the policy of the packages is loaded', async () => {
    fake.program('getenforce', 'echo Enforcing')
    fake.program('semanage', `[ "$1" != port ] || echo 'luna_http_port_t               tcp      7050'`)
    fake.program('semodule', 'printf "abrt\\nluna2\\n"')
    fake.program('getsebool', 'exit 1')
    assert.deepEqual(linesOf(selinuxSteps(await findSelinux(), clusterOf(), '/var/lib/tftpboot')), [])
  })
})
