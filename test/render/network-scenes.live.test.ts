// Interfaces that stand on each other, and keys that need others, as the readers of each format take them.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { iniOf, runNetworkd, values } from './network/read-networkd.ts'
import { useSceneFiles } from './network/scene-files.ts'
import { images, lossesSaid, writeNetwork } from './network/write.ts'

const address = 'IPADDR=10.30.0.1\nPREFIX=16\nNETMASK=255.255.0.0\n'
const address6 = 'IPV6INIT=yes\nIPV6ADDR=fd30::1/64\n'
const bond = 'BONDING_OPTS="mode=802.3ad miimon=100"\n'

describe('network files of interfaces that depend on others', () => {
  const scene = useSceneFiles()
  const generated = (file: string): string =>
    readFileSync(join(scene.folder, 'root/run/systemd/network', file), 'utf8')
  const told = (name: string): string[] => lossesSaid(scene.output, name)

  it('netplan takes a bond whose members sort behind it, and all other interfaces', function () {
    scene.readBack(this, 'netplan', {
      bond0: bond + address,
      ...{ eth1: 'MASTER=bond0\n', eth2: 'MASTER=bond0\n', enp1s0: address6 },
    })
    assert.deepEqual(values(iniOf(generated('10-netplan-bond0.netdev')), 'Bond', 'Mode'), ['802.3ad'])
    assert.match(generated('10-netplan-eth2.network'), /^Bond=bond0$/m)
    assert.match(generated('10-netplan-enp1s0.network'), /^Address=fd30::1\/64$/m)
  })

  it('netplan takes a VLAN that sorts before its parent, in a bridge over a bond too', function () {
    const vlan = 'VLAN=yes\nVLAN_ID=7\nPHYSDEV=br0\n'
    const { facts } = scene.readBack(this, 'netplan', {
      ...{ data: `${address}VLAN=yes\nVLAN_ID=8\nPHYSDEV=eth1\n`, eth1: '', a: vlan, br0: 'TYPE=Bridge\n' },
      ...{ zbond: `${bond}BRIDGE=br0\n`, zz: 'MASTER=zbond\n' },
    })
    assert.equal(facts('data').vlan, '8 eth1')
    assert.equal(facts('a').vlan, '7 br0')
    assert.equal(facts('zbond').controller, 'br0')
    assert.equal(facts('zz').controller, 'zbond')
  })

  it('what an earlier installation left is not read again', function () {
    const before = join(scene.folder, 'root/etc/netplan')
    mkdirSync(before, { recursive: true })
    writeFileSync(join(before, '60-luna-bond0.yaml'), 'network: {bonds: {bond0: {interfaces: [eth9]}}}\n')
    scene.readBack(this, 'netplan', { bond0: bond, eth1: 'MASTER=bond0\n' })
  })

  it('NetworkManager takes an IPv6-only interface with domain, IPv4 server and a gateway of another network', function () {
    const { facts } = scene.readBack(this, 'keyfile', {
      enp1s0: `${address6}DOMAIN=example.org\nDNS1=10.30.255.254\nDNS2=fd30::fe\nGATEWAY=10.30.0.254\n`,
    })
    const { search, dns, gateways } = facts('enp1s0')
    assert.deepEqual({ search, dns, gateways }, { search: 'example.org', dns: ['fd30::fe'], gateways: [] })
    assert.deepEqual(told('enp1s0'), ['DNS1', 'GATEWAY'])
    assert.match(scene.output, /^post install.setnet enp1s0 not translated GATEWAY$/m)
  })

  it('NetworkManager takes gateways beside DHCP and beside advertised addresses', function () {
    const { facts } = scene.readBack(this, 'keyfile', {
      eth0: 'BOOTPROTO=dhcp\nGATEWAY=10.30.0.254\n',
      eth1: `${address}IPV6_DEFAULTGW=fe80::1%eth1\n`,
    })
    assert.deepEqual(facts('eth0').gateways, ['10.30.0.254'])
    assert.deepEqual(facts('eth1').gateways, ['fe80::1'])
    assert.deepEqual([...told('eth0'), ...told('eth1')], [])
  })

  it('ifup sets gateways and MTU beside DHCP, and routes when their family is up', function () {
    const routes = 'ROUTES="10.40.0.0/16 via 10.30.0.9; fd40::/64 via fd30::9"\n'
    const { facts } = scene.readBack(this, 'ifupdown', {
      eth0: 'BOOTPROTO=dhcp\nGATEWAY=10.30.0.254\nMTU=9000\nIPV6_DEFAULTGW=fe80::1\n',
      eth1: address + address6 + routes,
    })
    assert.deepEqual(facts('eth0').gateways, ['10.30.0.254', 'fe80::1'])
    assert.equal(facts('eth0').mtu, '9000')
    const file = readFileSync(join(scene.folder, 'root/etc/network/interfaces.d/eth1'), 'utf8')
    assert.match(
      file,
      /inet6 static\n {4}address fd30::1\/64\n {4}up ip route replace fd40::\/64 via fd30::9/,
    )
  })

  for (const way of ['keyfile', 'netplan', 'networkd', 'ifupdown'] as const) {
    it(`${way}: the boot interface in a bond leaves its address behind, and says so`, function () {
      const { facts } = scene.readBack(this, way, {
        enp1s0: `${address}${address6}GATEWAY=10.30.0.254\nMTU=9000\nMASTER=bond0\n`,
        bond0: `${address}MTU=9000\nBONDING_OPTS="mode=1 miimon=100 primary=enp1s0"\n`,
      })
      const { addresses, gateways, controller, mtu } = facts('enp1s0')
      assert.deepEqual({ addresses, gateways }, { addresses: [], gateways: [] })
      assert.deepEqual({ controller, mtu }, { controller: 'bond0', mtu: '9000' })
      assert.deepEqual(told('enp1s0'), ['GATEWAY', 'IPADDR', 'IPV6ADDR'])
      assert.deepEqual(told('bond0'), [])
    })

    it(`${way}: a bond and a bridge are known by their members alone`, function () {
      const { facts } = scene.readBack(this, way, {
        ...{ bond0: address, eth1: 'MASTER=bond0\n', br0: address6, eth2: 'BRIDGE=br0\n' },
      })
      assert.equal(facts('eth1').controller, 'bond0')
      assert.equal(facts('eth2').controller, 'br0')
      assert.deepEqual(['bond0', 'eth1', 'br0', 'eth2'].flatMap(told), [])
    })

    it(`${way}: a VLAN brings up a parent that nobody described, and is known by a name like eth5.40`, function () {
      const { facts } = scene.readBack(this, way, {
        data: `VLAN=yes\nVLAN_ID=40\nPHYSDEV=nic1\n${address}`,
        'eth5.40': address6,
      })
      assert.equal(facts('data').vlan, '40 nic1')
      assert.equal(facts('eth5.40').vlan, '40 eth5')
    })

    it(`${way}: what stands on itself, has no number or no bond is left out alone`, function () {
      const { facts } = scene.readBack(this, way, {
        ...{ eth0: address, bond0: `${bond}MASTER=bond1\n`, bond1: `${bond}MASTER=bond0\n` },
        ...{
          eth1: 'MASTER=nowhere\n',
          data: 'VLAN=yes\nPHYSDEV=eth0\n',
          store: 'VLAN=yes\nVLAN_ID=5000\nPHYSDEV=eth0\n',
        },
        ...{ up: 'VLAN=yes\nVLAN_ID=9\nPHYSDEV=data\nBRIDGE=br0\n', br0: 'TYPE=Bridge\n' },
      })
      assert.deepEqual(facts('eth0').addresses, ['10.30.0.1/16'])
      assert.deepEqual(told('eth1'), ['MASTER'])
      assert.deepEqual([told('data'), told('up')], [['VLAN'], ['BRIDGE', 'VLAN']])
      assert.deepEqual(told('store'), ['VLAN'])
      assert.ok(told('bond0').includes('MASTER') || told('bond1').includes('MASTER'))
    })

    it(`${way}: an alias is one more address`, function () {
      const alias = 'IPADDR=10.60.0.1\nPREFIX=24\nONPARENT=yes\n'
      const { facts } = scene.readBack(this, way, {
        eth0: address + address6,
        'eth0:1': `${alias}MTU=9000\n`,
      })
      const all = [...facts('eth0').addresses, ...(way === 'ifupdown' ? facts('eth0:1').addresses : [])]
      assert.deepEqual(all.toSorted(), ['10.30.0.1/16', '10.60.0.1/24', 'fd30::1/64'])
      assert.deepEqual(told('eth0:1'), ['MTU'])
    })

    it(`${way}: values that are none are left out, and told`, function () {
      const { facts } = scene.readBack(this, way, {
        eth0: `IPADDR=300.1.1.1\nPREFIX=99\nIPV6ADDR=fd00:::1/64\nMTU=99999999999\nHWADDR=52:54:00\nDNS1=foo\n`,
        eth1: `${address}GATEWAY=fd00::1\nIPV6_DEFAULTGW=10.0.0.1\nROUTES="10.40.1.0/16 via 10.30.0.9"\nIPV6ADDR=fd00::1\n`,
      })
      assert.deepEqual(told('eth0'), ['DNS1', 'HWADDR', 'IPADDR', 'IPV6ADDR', 'MTU', 'PREFIX'])
      assert.deepEqual(told('eth1'), ['GATEWAY', 'IPV6_DEFAULTGW', 'ROUTES'])
      assert.deepEqual(facts('eth1').addresses, ['10.30.0.1/16', 'fd00::1/64'])
    })

    it(`${way}: a search domain that is none is left out of the others, and told`, function () {
      const { facts } = scene.readBack(this, way, {
        eth0: `${address}DOMAIN="a.example c..d ${'x'.repeat(64)}.example .e _tcp.b.example"\nDNS1=10.0.0.1\n`,
      })
      assert.equal(facts('eth0').search, 'a.example _tcp.b.example')
      const lost = [...scene.output.matchAll(/^luna: .* form of: DOMAIN (\S+)$/gm)].map(
        ([, domain]) => domain,
      )
      assert.deepEqual(lost, ['c..d', `${'x'.repeat(64)}.example`, '.e'])
    })

    it(`${way}: interfaces whose names differ in a dot have a file each`, function () {
      const { facts } = scene.readBack(this, way, { 'a.b': address, a_b: address.replace('.1', '.2') })
      assert.equal(facts('a.b').addresses.length, 1)
      assert.equal(facts('a_b').addresses.length, 1)
    })
  }

  it('systemd-networkd makes a bridge, and configures it and its port by the files', function () {
    scene.readBack(this, 'networkd', {
      br0: `TYPE=Bridge\n${address}`,
      eth1: 'BRIDGE=br0\n',
      data: 'VLAN=yes\nVLAN_ID=7\nPHYSDEV=eth1\n',
    })
    const log = runNetworkd(join(scene.folder, 'root'), ['eth1'])
    const configured = log.flatMap((line) => /^(\S+): Configuring with (\S+)\.$/.exec(line)?.slice(1) ?? [])
    const place = '/etc/systemd/network/10-luna'
    assert.deepEqual(configured, ['br0', `${place}-br0.network`, 'eth1', `${place}-eth1.network`])
    assert.ok(log.includes('br0: netdev ready'), log.join('\n'))
  })

  it('an image that lacks what reads a setting is told of', () => {
    const { 'etc/network/if-pre-up.d/ifenslave': _, 'sbin/brctl': _b, ...bare } = images.ifupdown
    const { 'etc/network/if-up.d/000resolvconf': _r, 'sbin/dhclient': _d, ...barest } = bare
    const files = {
      bond0: `${bond}DNS1=10.0.0.1\nBOOTPROTO=dhcp\n`,
      eth1: 'MASTER=bond0\n',
      br0: 'TYPE=Bridge\n',
    }
    const said = writeNetwork(scene.folder, 'ifupdown', files, barest)
    assert.deepEqual(lossesSaid(said, 'bond0'), ['BONDING_OPTS', 'BOOTPROTO', 'DNS'])
    assert.deepEqual(lossesSaid(said, 'br0'), ['BRIDGE'])
    assert.match(said, /nothing in the image reads: BONDING_OPTS \(install ifenslave\)$/m)
    assert.match(said, /^post install.setnet bond0 not read BONDING_OPTS$/m)
  })

  it('ifcfg: the text stays, and what it cannot mean is told', () => {
    const files = {
      eth0: `${address}MASTER=bond0\n`,
      bond0: `${bond}GATEWAY=10.0.0.1\nETHTOOL_OPTS=x\n`,
      'eth0.5': '',
    }
    const said = writeNetwork(scene.folder, 'ifcfg', files)
    assert.match(said, /^luna: interface bond0: without effect: GATEWAY \(it has no IPv4 address\)$/m)
    assert.match(said, /^post install.setnet eth0 without effect IPADDR$/m)
    assert.match(
      said,
      /^luna: interface eth0: without effect: MASTER \(initscripts want SLAVE=yes beside it\)$/m,
    )
    assert.match(
      said,
      /^luna: interface eth0.5: without effect: DEVICE \(initscripts want VLAN=yes for a vlan\)$/m,
    )
    assert.doesNotMatch(said, /ETHTOOL_OPTS|interface bond0: without effect: DEVICE/)
    const scripts = join(scene.folder, 'root/etc/sysconfig/network-scripts')
    assert.equal(readFileSync(join(scripts, 'ifcfg-eth0'), 'utf8'), files.eth0)
    assert.ok(!existsSync(join(scripts, 'route-eth0')))
  })
})
