// What the kernel refuses of interfaces and addresses, or has no use for: told, with the reason, and left out
// of the files; and what looks like it and is right.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts, Way } from './network/cases.ts'
import { useSceneFiles } from './network/scene-files.ts'
import { images, writeNetwork } from './network/write.ts'

const address = 'IPADDR=10.30.0.1\nPREFIX=16\n'
const address6 = 'IPV6INIT=yes\nIPV6ADDR=fd30::1/64\n'
const bond = 'BONDING_OPTS="mode=802.3ad miimon=100"\n'
const vlan = (number: number, parent: string): string => `VLAN=yes\nVLAN_ID=${number}\nPHYSDEV=${parent}\n`

/** What the console says is lost of each interface, without the words that name the format. */
function saidOf(output: string): string[] {
  return [...output.matchAll(/^luna: interface (\S+): (?:no \w+ form of|without effect): (.*)$/gm)]
    .map(([, name, what]) => `${name}: ${what}`)
    .toSorted()
}

for (const way of ['keyfile', 'netplan', 'networkd', 'ifupdown'] as const)
  describe(`network files of ${way}`, () => limits(way))

function limits(way: Way): void {
  const scene = useSceneFiles()
  let facts: (name: string) => Facts
  const said = (test: Mocha.Context, files: Readonly<Record<string, string>>): string[] => {
    facts = scene.readBack(test, way, files).facts
    return saidOf(scene.output)
  }

  it('have no MTU that a parent, a bond or a port is too small for', function () {
    assert.deepEqual(
      said(this, {
        ...{ eth1: '', 'eth1.5': 'VLAN=yes\nMTU=9000\n', 'eth1.6': 'VLAN=yes\nMTU=1500\n' },
        ...{ eth2: 'MTU=4000\n', up: `${vlan(7, 'eth2')}MTU=4001\n`, upper: `${vlan(8, 'up')}MTU=4000\n` },
        ...{ bond0: bond, eth3: 'MASTER=bond0\nMTU=9000\n', eth4: 'MASTER=bond0\nMTU=1500\n' },
        ...{ bond1: `${bond}MTU=9000\n`, eth5: 'MASTER=bond1\nMTU=9000\n', eth6: 'MASTER=bond1\nMTU=4000\n' },
        ...{ br0: 'TYPE=Bridge\nMTU=9000\n', eth7: 'BRIDGE=br0\nMTU=9000\n', eth8: 'BRIDGE=br0\n' },
        ...{ br1: 'TYPE=Bridge\nMTU=1500\n', eth9: 'BRIDGE=br1\nMTU=9000\n', br2: 'TYPE=Bridge\nMTU=9000\n' },
        ...{ data: `${vlan(9, 'bond1')}MTU=9000\nBRIDGE=br3\n`, br3: 'TYPE=Bridge\nMTU=9000\n' },
      }),
      [
        'br0: MTU (a port has 1500)',
        'eth1.5: MTU (eth1 has 1500)',
        'eth3: MTU (bond0 has 1500 for its members)',
        'eth6: MTU (bond1 has 9000 for its members)',
        'up: MTU (eth2 has 4000)',
      ],
    )
    const mtus = ['eth1.5', 'eth1.6', 'up', 'upper', 'eth3', 'eth5', 'br0', 'br1', 'br2', 'br3', 'data']
    assert.deepEqual(
      mtus.map((name) => facts(name).mtu),
      ['', '1500', '', '4000', '', '9000', '', '1500', '9000', '9000', '9000'],
    )
  })

  it('have an MTU below 1280 where there is no IPv6', function () {
    const silent = `${address}MTU=1000\n`
    assert.deepEqual(
      said(this, {
        ...{
          eth0: `${silent}IPV6INIT=no\n`,
          eth1: `${silent}DHCPV6C=yes\n`,
          eth2: `${silent}IPV6_AUTOCONF=yes\n`,
        },
        ...{ eth3: silent, eth4: `${silent}${address6}` },
      }),
      // systemd-networkd has IPv6 on all interfaces
      ['eth1', 'eth2', ...(/^net/.test(way) ? ['eth3'] : []), 'eth4'].map(
        (name) => `${name}: MTU (IPv6 needs 1280, RFC 8200)`,
      ),
    )
    assert.deepEqual([facts('eth0').mtu, facts('eth1').mtu], ['1000', ''])
  })

  it('have no address that no interface can have', function () {
    const wrong4 = [
      '224.0.0.5',
      '239.255.255.255',
      '0.1.2.3',
      '127.0.0.1',
      '255.255.255.255',
      '10.7.0.0',
      '10.7.0.255',
    ]
    const wrong6 = ['ff02::1', '::1', '::', '0:0:0:0:0:0:0:1', '::0']
    const right = [
      '10.8.0.0/31',
      '10.8.0.1/31',
      '10.9.0.255/32',
      '10.9.0.255/23',
      '240.0.0.1/24',
      '169.254.7.7/16',
    ]
    const right6 = ['fd40::/64', 'fe80::7/64', '2001:db8::1:0:0/127']
    assert.deepEqual(
      said(this, {
        ...Object.fromEntries(wrong4.map((one, n) => [`a${n}`, `IPADDR=${one}\nPREFIX=24\n`])),
        ...Object.fromEntries(wrong6.map((one, n) => [`b${n}`, `IPV6ADDR=${one}/64\n`])),
        ...Object.fromEntries(right.map((one, n) => [`c${n}`, `IPADDR=${one.replace('/', '\nPREFIX=')}\n`])),
        ...Object.fromEntries(right6.map((one, n) => [`d${n}`, `IPV6ADDR=${one}\n`])),
      }),
      [
        ...wrong4.map((one, n) =>
          one.startsWith('10.')
            ? `a${n}: IPADDR (no host of ${one}/24 has it)`
            : `a${n}: IPADDR (no interface has ${one})`,
        ),
        ...wrong6.map((one, n) => `b${n}: IPV6ADDR (no interface has ${one})`),
      ],
    )
    assert.deepEqual(
      [...wrong4.map((_, n) => `a${n}`), ...wrong6.map((_, n) => `b${n}`)].flatMap(
        (name) => facts(name).addresses,
      ),
      [],
    )
    assert.deepEqual(
      right.flatMap((_, n) => facts(`c${n}`).addresses),
      right,
    )
    assert.equal(facts('d2').addresses.length, 1)
  })

  it('have no gateway and no server that is none', function () {
    const gateways = [
      '224.0.0.1',
      '0.1.2.3',
      '127.0.0.1',
      '255.255.255.255',
      '10.30.0.1',
      '10.30.0.0',
      '10.30.255.255',
    ]
    const gateways6 = ['ff02::2', '::1', '::', 'fd30:0::1']
    const servers = ['224.0.0.1', '0.0.0.0', '255.255.255.255', 'ff02::fb', '::']
    const right = ['10.30.0.2', '10.30.1.0', '10.29.255.255', '240.0.0.1']
    const right6 = ['fe80::1', 'fd30::', 'fd30::2', 'fd31::1']
    const rightServers = ['127.0.0.1', '::1', '10.30.0.1', 'fe80::1']
    const numbered = (
      letter: string,
      list: readonly string[],
      text: (one: string) => string,
    ): Record<string, string> =>
      Object.fromEntries(list.map((one, n) => [letter + n, address + address6 + text(one)]))
    const why = (one: string): string =>
      /^10.30.0.1$|^fd30/.test(one)
        ? `is itself`
        : one.startsWith('10.')
          ? 'no host of 10.30.0.1/16 has it'
          : `no interface has ${one}`
    assert.deepEqual(
      said(this, {
        ...numbered('a', gateways, (one) => `GATEWAY=${one}\n`),
        ...numbered('b', gateways6, (one) => `IPV6_DEFAULTGW=${one}\n`),
        ...numbered('c', servers, (one) => `DNS1=${one}\n`),
        ...numbered('d', right, (one) => `GATEWAY=${one}\n`),
        ...numbered('e', right6, (one) => `IPV6_DEFAULTGW=${one}\n`),
        ...numbered('f', rightServers, (one) => `DNS1=${one}\n`),
        ...numbered('g', ['224.0.0.1', '10.30.0.1'], (one) => `ROUTES="10.40.0.0/16 via ${one}"\n`),
      }),
      [
        ...gateways.map(
          (one, n) => `a${n}: GATEWAY (${why(one).replace('is itself', `${one} is a${n} itself`)})`,
        ),
        ...gateways6.map(
          (one, n) => `b${n}: IPV6_DEFAULTGW (${why(one).replace('is itself', `${one} is b${n} itself`)})`,
        ),
        ...servers.map((one, n) => `c${n}: DNS1 (no server has ${one})`),
        'g0: ROUTES (not NETWORK/PREFIX via GATEWAY: 10.40.0.0/16 via 224.0.0.1)',
        'g1: ROUTES (10.30.0.1 is g1 itself: 10.40.0.0/16 10.30.0.1)',
      ],
    )
    assert.deepEqual(
      [...gateways.keys()].flatMap((n) => facts(`a${n}`).gateways),
      [],
    )
    assert.deepEqual(
      right.flatMap((_, n) => facts(`d${n}`).gateways),
      right,
    )
    assert.deepEqual(
      rightServers.flatMap((_, n) => facts(`f${n}`).dns),
      rightServers,
    )
  })

  it('say that a gateway of no network of the interface is on the link', function () {
    const routes = 'ROUTES="10.40.0.0/16 via 10.99.0.9; 10.41.0.0/16 via 10.30.0.9"\n'
    const alone = 'IPADDR=10.30.0.1\nPREFIX=32\n'
    const files = {
      ...{
        eth0: `${address}GATEWAY=10.99.0.1\n`,
        eth1: `${alone}GATEWAY=10.30.0.2\n`,
        eth2: address + routes,
      },
      ...{
        eth3: `${address6}IPV6_DEFAULTGW=fd31::1\n`,
        eth4: `${address}GATEWAY=10.30.7.7\n`,
        eth5: `${address6}IPV6_DEFAULTGW=fe80::1\n`,
      },
    }
    assert.deepEqual(said(this, files), [])
    const found = ['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5'].map((name) => facts(name).onLink.join())
    // NetworkManager sees to its gateway itself, ifup says it of IPv6, and of the first of IPv4
    const always = {
      keyfile: ['10.30.7.7', 'fe80::1'],
      ifupdown: ['', 'fe80::1'],
      netplan: ['', ''],
      networkd: ['', ''],
    }[way]
    assert.deepEqual(found, ['10.99.0.1', '10.30.0.2', '10.99.0.9', 'fd31::1', ...always])
  })

  it('have a number once on a parent', function () {
    const files = {
      ...{
        eth0: '',
        a: vlan(5, 'eth0'),
        b: vlan(5, 'eth0') + address,
        c: vlan(5, 'eth1'),
        'eth0.6': 'VLAN=yes\n',
      },
      ...{ br0: 'TYPE=Bridge\n', d: `${vlan(6, 'eth0')}`, e: `${vlan(6, 'eth0')}BRIDGE=br0\n` },
    }
    assert.deepEqual(said(this, files), [
      'b: VLAN (a has number 5 on eth0)',
      'e: BRIDGE (it is no port of a bridge br0)',
      'e: VLAN (d has number 6 on eth0)',
      'eth0.6: VLAN (d has number 6 on eth0)',
    ])
    assert.deepEqual([facts('a').vlan, facts('c').vlan, facts('d').vlan], ['5 eth0', '5 eth1', '6 eth0'])
  })

  it('have names that the kernel has', function () {
    const long = 'enp129s0f0np0.12'
    assert.deepEqual(
      said(this, {
        ...{
          enp129s0f0np0: '',
          'enp129s0f0np0.1': 'VLAN=yes\n',
          [long]: 'VLAN=yes\n',
          all: address,
          7: address,
        },
        ...{
          over: vlan(3, long),
          eth1: `MASTER=${long}0\n`,
          [`${long}0`]: bond,
          eth2: `DEVICE=bonding_masters\n`,
        },
      }).filter((one) => !one.startsWith('over: VLAN') && !one.startsWith('eth1: MASTER')),
      ['7', 'all', 'bonding_masters', long, `${long}0`]
        .map((name) => `${name}: DEVICE (the kernel has no such names, and 15 characters at most)`)
        .toSorted(),
    )
    assert.match(scene.output, /interface over: .*VLAN \(it needs/)
    assert.match(scene.output, /interface eth1: .*MASTER \(there is no bond/)
    assert.equal(facts('enp129s0f0np0.1').vlan, '1 enp129s0f0np0')
  })

  it('have interfaces of one kind, in a bond or a bridge that takes them', function () {
    const ib = 'TYPE=InfiniBand\n'
    assert.deepEqual(
      said(this, {
        ...{ a: `TYPE=Bridge\n${bond}`, b: `TYPE=Bond\n${vlan(5, 'eth0')}`, c: `${bond}${vlan(6, 'eth0')}` },
        ...{ d: `TYPE=Ethernet\n${vlan(7, 'eth0')}`, e: `TYPE=Ethernet\nBONDING_MASTER=yes\n${bond}` },
        ...{ br0: 'TYPE=Bridge\n', br1: 'TYPE=Bridge\nBRIDGE=br0\n', eth1: 'MASTER=e\nBRIDGE=br0\n' },
        ...{
          ib0: `${ib}BRIDGE=br0\n`,
          ib1: `${ib}MASTER=e\n`,
          ib2: `${ib}MASTER=f\n`,
          'ib0.5': vlan(5, 'ib0'),
        },
        ...{
          f: 'BONDING_OPTS="mode=1 miimon=100"\n',
          eth2: 'MASTER=br0\n',
          eth3: 'BRIDGE=e\n',
          eth4: `MASTER=${'nobody'}\n`,
        },
      }),
      [
        'a: TYPE (it is a bond)',
        'b: TYPE (it is a vlan)',
        'br1: BRIDGE (it is no port of a bridge br0)',
        'c: BONDING_OPTS (it is a vlan)',
        'eth1: BRIDGE (it is no port of a bridge br0)',
        'eth2: MASTER (there is no bond br0)',
        'eth3: BRIDGE (it is no port of a bridge e)',
        'eth4: MASTER (there is no bond nobody)',
        'ib0.5: VLAN (it needs a number from 0 to 4094 and a parent that is usable)',
        'ib0: BRIDGE (it is no port of a bridge br0)',
        'ib1: MASTER (there is no bond e)',
      ],
    )
    assert.deepEqual([facts('eth1').controller, facts('ib2').controller], ['e', 'f'])
  })

  it('take what sites write, and tell what would be a command', function () {
    const ways = {
      ...{
        eth0: `${address}MTU= 9000\n`,
        eth1: `${address}MTU=9000 GATEWAY=10.30.0.2\n`,
        eth2: `${address}MTU=9000 # jumbo\n`,
      },
      ...{
        eth3: `${address}DEFROUTE=yes\nPEERDNS="yes"\nIPV6_DEFROUTE=YES\n`,
        eth4: 'BOOTPROTO=dhcp\nDEFROUTE=no\n',
      },
      ...{
        eth5: 'MACADDR=01:00:5e:00:00:01\n',
        eth6: 'MACADDR=ff:ff:ff:ff:ff:ff\n',
        eth7: 'MACADDR=02:00:5e:00:00:01\n',
      },
      ...{ ib0: 'TYPE=InfiniBand\nCONNECTED_MODE=yes\nMTU=65520\n', ib1: 'TYPE="InfiniBand"\nMTU=65520\n' },
      ...{ p0: 'NETMASK=255.255.0.0\nBOOTPROTO=dhcp\n', p1: `${address}PREFIX1=24\n` },
      p2: 'VLAN_ID=7\nPHYSDEV=eth0\n',
      ...{
        ib2: 'TYPE=InfiniBand\nMTU=4092\n',
        eth8: 'CONNECTED_MODE=yes\n',
        eth9: `IPADDR="10.30.0.9"\t\r\nPREFIX='16' # \r\n`,
      },
    }
    assert.deepEqual(said(this, ways), [
      'eth0: MTU= 9000',
      'eth1: MTU=9000 GATEWAY=10.30.0.2',
      'eth4: DEFROUTE',
      'eth5: MACADDR (no interface has 01:00:5e:00:00:01)',
      'eth6: MACADDR (no interface has ff:ff:ff:ff:ff:ff)',
      'eth8: CONNECTED_MODE (it is not InfiniBand)',
      ...(/^net/.test(way)
        ? ['ib0: CONNECTED_MODE', 'ib0: MTU (InfiniBand has 4092 at most in datagram mode)']
        : []),
      'ib1: MTU (InfiniBand has 4092 at most in datagram mode)',
      'p0: NETMASK (there is no IPADDR)',
      'p1: PREFIX1 (there is no IPADDR1)',
      'p2: PHYSDEV (it is not a VLAN)',
      'p2: VLAN_ID (it is not a VLAN)',
    ])
    assert.deepEqual(
      ['eth1', 'eth2', 'ib0', 'ib1', 'ib2'].map((name) => facts(name).mtu),
      ['', '9000', /^net/.test(way) ? '' : '65520', '', '4092'],
    )
    assert.deepEqual(facts('eth9').addresses, ['10.30.0.9/16'])
  })

  it('bring up no interface that is not to be, however that is said', function () {
    const words = ['no', 'NO', '0', 'false', 'off', 'yes', '1', 'on', 'true', 'maybe']
    const files = Object.fromEntries(words.map((word, n) => [`eth${n}`, `${address}ONBOOT=${word}\n`]))
    assert.deepEqual(said(this, files), ['eth9: ONBOOT'])
    const place = {
      keyfile: 'NetworkManager/system-connections',
      netplan: 'netplan',
      networkd: 'systemd/network',
      ifupdown: 'network/interfaces.d',
    }[way]
    const folder = join(scene.folder, 'root/etc', place)
    const texts = readdirSync(folder)
      .toSorted()
      .map((file) => readFileSync(join(folder, file), 'utf8'))
    const off = texts.map(
      (text) =>
        /autoconnect=false|activation-mode: manual|ActivationPolicy=manual/.test(text) ||
        (way === 'ifupdown' && !/^auto /m.test(text)),
    )
    assert.deepEqual(
      off,
      words.map((_, n) => n < 5),
    )
  })
}

describe('network files', () => {
  const scene = useSceneFiles()

  it('of ifcfg: what the kernel refuses is told, and the text stays', () => {
    const files = {
      eth0: `${address}GATEWAY=10.99.0.1\nDNS1=0.0.0.0\n`,
      'eth0.5': 'VLAN=yes\nMTU=9000\nIPADDR=224.0.0.1\nPREFIX=24\n',
      eth1: `${address}ROUTES="10.40.0.0/16 via 10.99.0.9; 10.41.0.0/16 via 10.30.0.9; 10.42.0.0 via 1"\n`,
    }
    assert.deepEqual(saidOf(writeNetwork(scene.folder, 'ifcfg', files)), [
      'eth0.5: IPADDR (no interface has 224.0.0.1)',
      'eth0.5: MTU (eth0 has 1500)',
      'eth0: DNS1 (no server has 0.0.0.0)',
      'eth0: GATEWAY (initscripts want it in the network of an address)',
      'eth1: ROUTES (not NETWORK/PREFIX via GATEWAY: 10.42.0.0 via 1)',
    ])
    const text = (name: string): string =>
      readFileSync(join(scene.folder, 'root/etc/sysconfig/network-scripts', name), 'utf8')
    assert.equal(text('ifcfg-eth0.5'), files['eth0.5'])
    assert.equal(
      text('route-eth1'),
      '10.40.0.0/16 via 10.99.0.9 dev eth1 onlink\n10.41.0.0/16 via 10.30.0.9 dev eth1\n',
    )
  })

  it('of ifupdown: add the default route of a second interface, which ifup would fail with', function () {
    const files = {
      ...{ eth0: `${address}ONBOOT=no\nGATEWAY=10.30.0.2\n`, eth1: `${address}GATEWAY=10.30.0.3\n` },
      ...{ eth2: `${address}GATEWAY=10.30.0.4\n`, eth3: 'BOOTPROTO=dhcp\nGATEWAY=10.30.0.5\n' },
    }
    const { facts } = scene.readBack(this, 'ifupdown', files)
    assert.deepEqual(
      ['eth1', 'eth2', 'eth3'].flatMap((name) => facts(name).gateways),
      ['10.30.0.3', '10.30.0.4', '10.30.0.5'],
    )
    const text = (name: string): string =>
      readFileSync(join(scene.folder, 'root/etc/network/interfaces.d', name), 'utf8')
    assert.match(text('eth0'), /^ {4}gateway 10.30.0.2$/m)
    assert.match(text('eth1'), /^ {4}gateway 10.30.0.3$/m)
    assert.match(text('eth2'), /up ip route append default via 10.30.0.4 dev eth2\n/)
    assert.match(text('eth3'), /up ip route append default via 10.30.0.5 dev eth3 onlink\n/)
  })

  it('tell of a server that systemd-resolved is itself', () => {
    const files = { eth0: `${address}DNS1=127.0.0.53\n` }
    const read = /nothing in the image reads: DNS 127.0.0.53/
    assert.match(writeNetwork(scene.folder, 'networkd', files), read)
    rmSync(scene.folder, { recursive: true })
    assert.doesNotMatch(writeNetwork(scene.folder, 'ifupdown', files, images.ifupdown), read)
  })
})
