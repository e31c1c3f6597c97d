import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { renderInstallScript } from '../../lib/render/install.ts'
import { plant, type Ran, runFunctions, temporaryFolder, view } from './install-script.ts'

const script = renderInstallScript(view)

const images = {
  netplan: {
    ...{ 'usr/sbin/netplan': '', 'etc/netplan/': '' },
    ...{ 'usr/lib/systemd/systemd-networkd': '', 'usr/lib/systemd/systemd-resolved': '' },
  },
  ifcfg: { 'etc/sysconfig/network-scripts/ifup': '', 'usr/sbin/NetworkManager': '' },
  keyfile: { 'usr/sbin/NetworkManager': '', 'etc/sysconfig/network-scripts/readme': '' },
  ifupdown: {
    ...{ 'sbin/ifup': '', 'etc/network/': '', 'usr/lib/systemd/systemd-networkd': '', 'sbin/dhclient': '' },
    ...{ 'etc/network/if-pre-up.d/ifenslave': '', 'etc/network/if-up.d/000resolvconf': '' },
  },
  networkd: {
    ...{ 'usr/lib/systemd/systemd-networkd': '', 'usr/lib/systemd/systemd-resolved': '' },
    ...{ 'usr/lib/systemd/system/systemd-networkd.service': '' },
  },
}

const boot =
  'DEVICE=eth0\nNAME=eth0\nIPADDR=10.30.0.1\nPREFIX=16\nNETMASK=255.255.0.0\nIPV6INIT=yes\nIPV6ADDR=fd30::1/64\n'
const rich = `${boot}GATEWAY=10.30.255.254\nDNS1="10.30.255.254"\nDNS2=fd30::fe\nDOMAIN='cluster example.org'\nMTU=9000\n`
const routed = `${rich}ROUTES="10.40.0.0/16 via 10.30.0.9; fd40::/64 via fd30::9"\nETHTOOL_OPTS="speed 1000"\n`

const staged = {
  'ifcfg-eth0': routed,
  'ifcfg-eth1': 'DEVICE=eth1\nONBOOT=no\nBOOTPROTO=dhcp # by the house\nHWADDR=52:54:00:00:00:09\n',
  'ifcfg-eth2': 'DEVICE=eth2\nMASTER=bond0\nSLAVE=yes\n',
  'ifcfg-bond0': 'DEVICE=bond0\nIPADDR=10.1.0.1\nNETMASK=255.255.240.0\nBONDING_OPTS="mode=4 miimon=100"\n',
  'ifcfg-bond0.5': 'DEVICE=bond0.5\nVLAN=yes\nIPADDR=10.5.0.1\nPREFIX=24\n',
}

/** Directories become links that lead out of the image for whoever looks at it from outside. */
function moveBehindLinks(root: string): void {
  plant(root, { 'etc/': '' })
  const names = readdirSync(root)
  mkdirSync(join(root, 'moved'))
  for (const name of names) {
    renameSync(join(root, name), join(root, 'moved', name))
    symlinkSync(`/../moved/./${name}/`, join(root, name))
  }
}

describe('write_network', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  function write(
    way: keyof typeof images,
    files: Readonly<Record<string, string>> = staged,
    arrange = (_root: string) => {},
  ): Ran {
    plant(join(folder, 'root'), images[way])
    arrange(join(folder, 'root'))
    plant(join(folder, 'luna/network'), files)
    const env = { LUNA_DIR: join(folder, 'luna'), LUNA_ROOT: join(folder, 'root') }
    const ran = runFunctions(script, 'write_network "$luna/network"', env)
    assert.equal(ran.status, 0, ran.output)
    assert.match(ran.output, new RegExp(`^luna: network files: ${way}$`, 'm'))
    return ran
  }
  const text = (path: string): string => readFileSync(join(folder, 'root', path), 'utf8')

  for (const way of ['netplan', 'ifcfg', 'keyfile', 'ifupdown', 'networkd'] as const)
    it(`${way}: follows links of the image as its own system does`, () => {
      write(way, staged, moveBehindLinks)
      const written = readdirSync(join(folder, 'root/moved/etc'), { recursive: true, encoding: 'utf8' })
      assert.ok(
        written.some((path) => path.includes('bond0')),
        written.join(),
      )
      assert.equal(existsSync('/moved'), false)
    })

  it('leaves ifcfg files as they are, and has routes of each family in a file of their own', () => {
    const ran = write('ifcfg')
    for (const [name, content] of Object.entries(staged)) {
      assert.equal(text(`etc/sysconfig/network-scripts/${name}`), content)
    }
    const scripts = 'etc/sysconfig/network-scripts'
    assert.equal(text(`${scripts}/route-eth0`), '10.40.0.0/16 via 10.30.0.9 dev eth0\n')
    assert.equal(text(`${scripts}/route6-eth0`), 'fd40::/64 via fd30::9 dev eth0\n')
    assert.doesNotMatch(ran.output, /post/)
  })

  it('says to console and server what has no translation', () => {
    const ran = write('ifupdown')
    assert.match(ran.output, /^luna: interface eth0: no ifupdown form of: ETHTOOL_OPTS$/m)
    assert.match(ran.output, /^post install.setnet eth0 not translated ETHTOOL_OPTS$/m)
    assert.match(ran.output, /^post install.setnet eth1 not translated HWADDR$/m)
    assert.equal(ran.output.match(/^post/gm)?.length, 2)
  })

  it('writes interfaces.d of Debian', () => {
    write('ifupdown')
    assert.equal(
      text('etc/network/interfaces'),
      'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n',
    )
    assert.equal(
      text('etc/network/interfaces.d/eth0'),
      `# written by Luna when the node was installed
auto eth0
iface eth0 inet static
    address 10.30.0.1/16
    gateway 10.30.255.254
    mtu 9000
    dns-nameservers 10.30.255.254 fd30::fe
    dns-search cluster example.org
    up ip route replace 10.40.0.0/16 via 10.30.0.9 dev eth0
iface eth0 inet6 static
    address fd30::1/64
    up ip route replace fd40::/64 via fd30::9 dev eth0
`,
    )
    assert.match(text('etc/network/interfaces.d/eth1'), /installed\niface eth1 inet dhcp\n$/)
    assert.match(
      text('etc/network/interfaces.d/eth2'),
      /auto eth2\niface eth2 inet manual\n {4}bond-master bond0\n$/,
    )
    assert.match(
      text('etc/network/interfaces.d/bond0'),
      /address 10.1.0.1\/20\n {4}bond-mode 802.3ad\n {4}bond-miimon 100\n {4}bond-slaves none\n$/,
    )
    assert.match(
      text('etc/network/interfaces.d/bond0_5'),
      /iface bond0.5 inet static\n[\s\S]*vlan-raw-device bond0\n/,
    )
  })

  it('leaves the interfaces of Debian alone where they name interfaces.d', () => {
    plant(join(folder, 'root'), { 'etc/network/interfaces': '# mine\nsource /etc/network/interfaces.d/*\n' })
    write('ifupdown')
    assert.equal(text('etc/network/interfaces'), '# mine\nsource /etc/network/interfaces.d/*\n')
  })

  it('writes profiles for NetworkManager that nobody else can read', () => {
    write('keyfile')
    const profiles = 'etc/NetworkManager/system-connections'
    assert.equal(
      text(`${profiles}/eth0.nmconnection`),
      `[connection]
id=eth0
type=ethernet
interface-name=eth0

[ethernet]
mtu=9000

[ipv4]
method=manual
address1=10.30.0.1/16
gateway=10.30.255.254
dns=10.30.255.254;
dns-search=cluster;example.org;
route1=10.40.0.0/16,10.30.0.9

[ipv6]
method=manual
address1=fd30::1/64
dns=fd30::fe;
route1=fd40::/64,fd30::9
`,
    )
    assert.match(
      text(`${profiles}/eth1.nmconnection`),
      /autoconnect=false\n[\s\S]*mac-address=52:54:00:00:00:09\n[\s\S]*\[ipv4\]\nmethod=auto/,
    )
    assert.match(text(`${profiles}/eth2.nmconnection`), /master=bond0\nslave-type=bond\n/)
    assert.doesNotMatch(text(`${profiles}/eth2.nmconnection`), /ipv4/)
    assert.match(
      text(`${profiles}/bond0.nmconnection`),
      /type=bond\n[\s\S]*\[bond\]\nmode=802.3ad\nmiimon=100\n/,
    )
    assert.match(text(`${profiles}/bond0.5.nmconnection`), /type=vlan\n[\s\S]*\[vlan\]\nid=5\nparent=bond0\n/)
    for (const name of readdirSync(join(folder, 'root', profiles))) {
      assert.equal(statSync(join(folder, 'root', profiles, name)).mode & 0o777, 0o600)
    }
  })

  it('writes netplan for Ubuntu', () => {
    write('netplan')
    assert.equal(
      text('etc/netplan/60-luna-eth0.yaml'),
      `network:
  version: 2
  ethernets:
    "eth0":
      dhcp4: false
      mtu: 9000
      addresses: ["10.30.0.1/16", "fd30::1/64"]
      routes:
        - {to: "0.0.0.0/0", via: "10.30.255.254"}
        - {to: "10.40.0.0/16", via: "10.30.0.9"}
        - {to: "fd40::/64", via: "fd30::9"}
      nameservers:
        addresses: ["10.30.255.254", "fd30::fe"]
        search: ["cluster", "example.org"]
`,
    )
    assert.match(
      text('etc/netplan/60-luna-eth1.yaml'),
      /dhcp4: true\n {6}activation-mode: manual\n {6}match: {macaddress: "52:54:00:00:00:09"}\n {6}set-name: "eth1"\n/,
    )
    assert.match(
      text('etc/netplan/61-luna-bond0.yaml'),
      / {2}bonds:\n[\s\S]*interfaces: \["eth2"\]\n {6}parameters:\n {8}mode: "802.3ad"\n {8}mii-monitor-interval: "100"\n$/,
    )
    assert.match(text('etc/netplan/62-luna-bond0_5.yaml'), / {2}vlans:\n[\s\S]*id: 5\n {6}link: "bond0"\n$/)
  })

  it('writes units for systemd-networkd and has it started at boot', () => {
    write('networkd')
    assert.equal(
      text('etc/systemd/network/10-luna-eth0.network'),
      `[Match]
Name=eth0

[Link]
MTUBytes=9000

[Network]
Address=10.30.0.1/16
Address=fd30::1/64
Gateway=10.30.255.254
DNS=10.30.255.254
DNS=fd30::fe
Domains=cluster example.org

[Route]
Destination=10.40.0.0/16
Gateway=10.30.0.9

[Route]
Destination=fd40::/64
Gateway=fd30::9
`,
    )
    assert.match(
      text('etc/systemd/network/10-luna-eth1.network'),
      /MACAddress=52:54:00:00:00:09\n\n\[Link\]\nActivationPolicy=manual\nRequiredForOnline=no\n[\s\S]*DHCP=ipv4\n/,
    )
    assert.match(text('etc/systemd/network/10-luna-eth2.network'), /Bond=bond0\n/)
    assert.match(text('etc/systemd/network/10-luna-bond0.network'), /VLAN=bond0.5\nAddress=10.1.0.1\/20\n/)
    assert.equal(
      text('etc/systemd/network/10-luna-bond0.netdev'),
      '[NetDev]\nName=bond0\nKind=bond\n\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\n',
    )
    assert.equal(
      text('etc/systemd/network/10-luna-bond0.5.netdev'),
      '[NetDev]\nName=bond0.5\nKind=vlan\n\n[VLAN]\nId=5\n',
    )
    const wants = join(folder, 'root/etc/systemd/system/multi-user.target.wants')
    assert.deepEqual(readdirSync(wants), ['systemd-networkd.service'])
  })

  it('keeps text that looks like something else out of other formats', () => {
    const hostile =
      'DEVICE=eth0\nMTU="9000\nIPADDR=1.2.3.4;x\nPREFIX=8\nDOMAIN="a]\\n[b"\nMASTER=$(reboot)\nnot a line\n'
    const ran = write('keyfile', { 'ifcfg-eth0': hostile })
    assert.doesNotMatch(text('etc/NetworkManager/system-connections/eth0.nmconnection'), /[;$"]|reboot|\[b/)
    for (const lost of ['MTU', 'IPADDR', 'DOMAIN', 'MASTER', 'not a line']) {
      assert.ok(ran.output.includes(`luna: interface eth0: no keyfile form of: ${lost}\n`), ran.output)
    }
  })

  it('writes BOOTIF under the name that the initramfs found, and not without one', () => {
    const env = { LUNA_DIR: join(folder, 'luna'), LUNA_ROOT: join(folder, 'root') }
    runFunctions(script, 'stage_interfaces', { ...env, LUNA_BOOTIF: 'enp1s0' })
    assert.equal(
      readFileSync(join(folder, 'luna/network/ifcfg-enp1s0'), 'utf8'),
      'DEVICE=enp1s0\nNAME=enp1s0\nIPADDR=10.30.0.1\nPREFIX=16\nNETMASK=255.255.0.0\n',
    )
    runFunctions(script, 'stage_interfaces', env)
    assert.deepEqual(readdirSync(join(folder, 'luna/network')), [])
  })

  it('says so where an image has nothing that configures a network', () => {
    const env = { LUNA_DIR: join(folder, 'luna'), LUNA_ROOT: join(folder, 'root') }
    const ran = runFunctions(script, 'write_network "$luna/network"', env)
    assert.match(ran.output, /no interface was written/)
    assert.equal(ran.status, 0)
  })
})
