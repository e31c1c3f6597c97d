// What values may be: the numbers are those of the standards, just fitting and just not.
import assert from 'node:assert/strict'
import { checkValues } from '../../lib/object/given/value.ts'
import { parameterDoubts, parameterObjections } from '../../lib/object/ifcfg.ts'
import { hostNameObjection, nameObjection } from '../../lib/object/name.ts'
import { makePrefix, overlap, type Prefix, parseIp, prefixObjection } from '../../lib/object/net/address.ts'

const long = 'x'.repeat(300)

describe('checkValues', () => {
  const fits: readonly (readonly [Parameters<typeof checkValues>[0], Record<string, unknown>])[] = [
    ['bmcsetup', { userid: 1, netchannel: 0, mgmtchannel: 15 }],
    ['bmcsetup', { userid: 63, user: 'x'.repeat(16), password: 'x'.repeat(20) }],
    ['switch', { oid: '.1.3.6.1.2.1.17.4.3.1.2', user: 'x'.repeat(32), auth_key: '12345678' }],
    ['switch', { oid: '1.3', read: 'Ä public "x"' }],
    ['switch', { oid: `2.999.4294967295${'.0'.repeat(125)}` }],
    [
      'osimage',
      { kernver: '5.14.0-427.13.1.el9_4.x86_64+rt', kernopts: 'console=ttyS1,115200n8 dyndbg="file x.c +p"' },
    ],
    [
      'osimage',
      { kernver: `6${'x'.repeat(63)}`, kernopts: 'x'.repeat(1599), dracutmodules: 'luna, -i18n,,' },
    ],
    ['osimage', { kernmodules: 'ixgbe,-mei,=drivers/net', grab_filesystems: '/,/boot, /var', path: '/a' }],
    ['cluster', { frontend_port: 65_535, server_port: 0, lweb_pidfile: `/${'x'.repeat(255)}`, path: '/a b' }],
    ['cluster', { tracker_interval: 86_400, lweb_num_proc: 1024, nodedigits: 15, comment: 'a\nb\tc' }],
    ['group', { prescript: 'a\n\u001b[1m', partscript: '' }],
    ['node', { port: 'GigabitEthernet1/0/1' }],
  ]
  for (const [kind, values] of fits)
    it(`takes ${kind} ${JSON.stringify(values).slice(0, 90)}`, () => checkValues(kind, values))

  const refused: readonly (readonly [Parameters<typeof checkValues>[0], Record<string, unknown>, RegExp])[] =
    [
      ...[64, 0, -3].map(
        (userid) => ['bmcsetup', { userid }, /1 to 63 \(IPMI 2\.0 section 22\.30\)/] as const,
      ),
      ...[16, -1].map((netchannel) => ['bmcsetup', { netchannel }, /0 to 15 \(IPMI 2\.0/] as const),
      ['bmcsetup', { mgmtchannel: 16 }, /0 to 15/],
      [
        'bmcsetup',
        { user: `${'x'.repeat(15)}é` },
        /it has 17 bytes, and 16 are the most \(IPMI 2\.0 section 22\.28\)/,
      ],
      ['bmcsetup', { password: 'x'.repeat(21) }, /it has 21 bytes, and 20/],
      ['bmcsetup', { user: 'a\nb' }, /control characters/],
      ...['BRIDGE-MIB::dot1dTpFdbPort', '1..3', '1.3.', 'x', '1.03', '1.4294967296', '..1.3', '1.3 '].map(
        (oid) => ['switch', { oid }, /RFC 2578 section 3\.5/] as const,
      ),
      ['switch', { oid: '.1' }, /it has 1 numbers/],
      ['switch', { oid: `1.3${'.1'.repeat(127)}` }, /it has 129 numbers, and an OID has 2 to 128/],
      ...['3.1', '0.40', '1.40'].map((oid) => ['switch', { oid }, /X\.660/] as const),
      ['switch', { user: 'x'.repeat(33) }, /32 are the most \(RFC 3414/],
      ['switch', { priv_key: '1234567' }, /fewer than 8 characters \(RFC 3414 section 11\.2\)/],
      ['switch', { read: 'a\u0000b' }, /control/],
      ...['../x', 'a b', '-x', '.', 'a/b', 'é'].map(
        (kernver) => ['osimage', { kernver }, /version of a kernel/] as const,
      ),
      ['osimage', { kernver: 'x'.repeat(65) }, /it has 65 characters, and uname\(2\) has room for 64/],
      [
        'osimage',
        { kernopts: 'x'.repeat(1600) },
        /1600 bytes of 1599: the kernel takes 2048 \(COMMAND_LINE_SIZE\)/,
      ],
      ['osimage', { kernopts: 'a="b c' }, /double quote is not closed/],
      ['osimage', { kernopts: 'quiet\ninitrd evil' }, /control/],
      ...['a ; b', 'a || b', 'a && b', '#x', 'a\\'].map(
        (kernopts) => ['osimage', { kernopts }, /iPXE/] as const,
      ),
      ...['a b', 'luna;x', '$(x)'].map(
        (name) => ['osimage', { dracutmodules: `luna,${name}` }, /name of a module/] as const,
      ),
      ['osimage', { kernmodules: 'e1000 ixgbe' }, /name of a module/],
      ['osimage', { grab_filesystems: '/,boot' }, /"boot" is no absolute path/],
      ['osimage', { grab_filesystems: '/../x' }, /absolute path without/],
      ['osimage', { compression: 'xz' }, /one of gzip, zstd, auto/],
      ['cluster', { frontend_port: 65_536 }, /1 to 65535/],
      ['cluster', { frontend_port: 0 }, /1 to 65535/],
      ['cluster', { lweb_num_proc: 1025 }, /0 to 1024/],
      ...['/', '//', '/./'].map((path) => ['cluster', { path }, /the \/boot of this machine/] as const),
      ...['/', '/run/', '/run/..'].map(
        (lweb_pidfile) => ['cluster', { lweb_pidfile }, /names a directory/] as const,
      ),
      ['cluster', { torrent_pidfile: '/' }, /names a directory/],
      ['cluster', { named_include_file: '/etc/bind/' }, /names a directory/],
      ['cluster', { torrent_pidfile: 'lt.pid' }, /does not begin with a slash/],
      ['cluster', { named_zone_dir: `/${long}` }, /255 bytes \(NAME_MAX/],
      ['cluster', { named_include_file: `${'/x'.repeat(2050)}` }, /4095 bytes at most \(PATH_MAX/],
      ['cluster', { path: '/a$b' }, /nginx/],
      ['node', { port: 'x'.repeat(256) }, /255 are the most \(ifName, RFC 2863\)/],
      ['group', { postscript: 'a\0b' }, /NUL/],
    ]
  for (const [kind, values, why] of refused) {
    it(`refuses ${kind} ${JSON.stringify(values).slice(0, 60)}, and says why`, () => {
      assert.throws(
        () => checkValues(kind, values),
        (error: Error & { why?: string; fix?: string; code?: string }) => {
          assert.match(error.why ?? '', why)
          return error.code === 'invalid' && Boolean(error.fix)
        },
      )
    })
  }

  it('refuses a text that could make a document too large for MongoDB', () => {
    checkValues('group', { prescript: 'x'.repeat(4 * 1024 * 1024) })
    assert.throws(() => checkValues('group', { prescript: 'é'.repeat(2 * 1024 * 1024 + 1) }), {
      code: 'invalid',
      why: 'it has 4194306 bytes, and 4194304 are the most',
    })
  })

  it('shows no secret', () => {
    assert.throws(
      () => checkValues('bmcsetup', { password: 'verysecretpasswordindeed' }),
      (error: Error) => !/secretp/.test(error.message),
    )
  })
})

describe('nameObjection', () => {
  for (const name of [
    'eth0',
    'eth0.100',
    'BOOTIF',
    'bond-management',
    '_x',
    'enp1s0f0np0',
    'ETH2',
    'x'.repeat(15),
  ])
    it(`takes the interface ${name}`, () => assert.equal(nameObjection('interface', name), undefined))

  for (const [name, why] of [
    ['bond-management0', /it has 16 characters, an interface of Linux 15 \(IFNAMSIZ/],
    ['a+b', /letters, digits and/],
    ['eth0:1', /: or @/],
    ['eth0@x', /: or @/],
    ['a/b', /letters/],
    ['a b', /letters/],
    ['é', /letters/],
    ['..', /letters/],
    ['-x', /letters/],
    ['12', /number/],
    ['all', /all interfaces/],
    ['', /empty/],
  ] as const)
    it(`refuses the interface ${JSON.stringify(name)}`, () =>
      assert.match(nameObjection('interface', name) ?? '', why))

  it('tells the number and the standard of names in DNS', () => {
    const label = 'x'.repeat(64)
    for (const kind of ['node', 'switch', 'otherdev'] as const) {
      assert.match(nameObjection(kind, label) ?? '', /64 characters, a label of a host name 63 \(RFC 1035/)
      assert.match(nameObjection(kind, 'a_b') ?? '', /RFC 1123 section 2\.1/)
    }
    const zone = `${'a.'.repeat(94)}a`
    assert.equal(nameObjection('network', zone), undefined)
    assert.match(nameObjection('network', `${zone}b`) ?? '', /190 characters, a zone 189: .* 253 \(RFC 1035/)
    assert.match(nameObjection('network', '30.10') ?? '', /read as addresses/)
  })
})

describe('hostNameObjection', () => {
  it('is that a machine has 64 characters for NAME.DOMAIN', () => {
    assert.equal(hostNameObjection('x'.repeat(56), 'cluster'), undefined)
    assert.match(
      hostNameObjection('x'.repeat(57), 'cluster') ?? '',
      /has 65 characters, .* 64 \(HOST_NAME_MAX/,
    )
  })
})

describe('parameterObjections', () => {
  it('has none to what network files can have, nor to what is not known', () => {
    const lines = [
      'MTU=9000',
      'MTU="68"',
      "VLAN_ID='4094'",
      'PREFIX=0',
      'IPADDR1=10.0.0.1',
      'DNS1=fd00::1',
      'BRIDGE=br0',
      'IPV6ADDR=fd00::1/64',
      'IPV6ADDR=fd00::1',
      'IPV6_DEFAULTGW=fe80::1%eth0',
      'MACADDR=preserve',
      'HWADDR=52-54-00-00-00-01',
      `HWADDR=80:00:02:08${':fe'.repeat(16)}`,
    ]
    const others = [
      'MTU=$MTU',
      'MTU=',
      '#MTU=x',
      'SITE=x',
      'junk',
      'BONDING_OPTS="mode=1 miimon=100"',
      'BONDING_OPTS="mode=802.3ad xmit_hash_policy=layer3+4 newer_option=x arp_ip_target=10.0.0.1,10.0.0.2"',
      'BONDING_OPTS=mode=foo miimon=100',
      'BOOTPROTO=DHCP',
      'DOMAIN="cluster a_b.example.org. ~example.com"',
      'NETMASK=255.0.0.0',
    ]
    assert.deepEqual(parameterObjections([...lines, ...others].join('\n')), [])
  })

  for (const [line, why] of [
    ['MTU=67', /^line 2, MTU cannot be "67": it is a number from 68 to 65535 \(RFC 791\)/],
    ['MTU=jumbo', /68 to 65535/],
    ['VLAN_ID=4095', /1 to 4094 \(IEEE 802\.1Q\)/],
    ['VLAN_ID="0"', /1 to 4094/],
    ['PREFIX=33', /0 to 32/],
    ['IPADDR=10.0.0.256', /no IPv4 address/],
    ['GATEWAY=fd00::1', /no IPv4 address/],
    ['NETMASK1=24', /no netmask/],
    ['NETMASK=255.0.255.0', /no netmask/],
    ['IPV6ADDR=fd00::1/129', /0 to 128 \(RFC 4291\)/],
    ['IPV6ADDR=10.0.0.1/16', /no IPv6 address/],
    ['IPV6_DEFAULTGW=10.0.0.1', /no IPv6 address/],
    ['MACADDR=ff:ff:ff:ff:ff:ff', /broadcast/],
    ['HWADDR=eth0', /no MAC address/],
    ['DNS2=resolver', /no IPv4 or IPv6 address/],
    ['MASTER=bond-management0', /IFNAMSIZ/],
    ['PHYSDEV=eth0:1', /: or @/],
    ['BONDING_OPTS=mode=foo', /cannot be "mode=foo": mode is not one of balance-rr, .*, or their numbers/],
    ['BONDING_OPTS="miimon=100 mode=7"', /mode is not one of/],
    ['BONDING_OPTS="mode=4 lacp_rate=medium"', /lacp_rate is not one of slow, fast/],
    ['BONDING_OPTS="mode=4 xmit_hash_policy=layer9"', /xmit_hash_policy is not one of/],
    ['BONDING_OPTS="mode=4 miimon=0.1s"', /miimon is a number of milliseconds/],
    ['BOOTPROTO=dchp', /one of none, static, dhcp/],
    ['DOMAIN="cluster -x..y"', /RFC 1035/],
    ['MTU=jumbo # of the storage', /cannot be "jumbo"/],
    ["MTU='jumbo' # of the storage", /cannot be "jumbo"/],
  ] as const)
    it(`tells the line of ${line}`, () =>
      assert.match(parameterObjections(`ONBOOT=yes\n${line}\n`).join(), why))
})

describe('parameterDoubts', () => {
  const flags = [
    ...[
      'ONBOOT',
      'ONPARENT',
      'HOTPLUG',
      'USERCTL',
      'NM_CONTROLLED',
      'SLAVE',
      'BONDING_MASTER',
      'STP',
      'VLAN',
    ],
    ...['REORDER_HDR', 'CONNECTED_MODE', 'BROWSER_ONLY', 'IPV6INIT', 'IPV6_AUTOCONF', 'DHCPV6C'],
    ...['DEFROUTE', 'PEERDNS', 'PEERROUTES', 'IPV6_DEFROUTE', 'IPV6_PEERDNS', 'IPV6_PEERROUTES'],
    ...['IPV4_FAILURE_FATAL', 'IPV6_FAILURE_FATAL'],
  ]
  for (const flag of flags)
    it(`tells ${flag} that is neither yes nor no`, () => {
      const words = [
        'yes',
        'No',
        'TRUE',
        'false',
        't',
        'f',
        'Y',
        'n',
        '1',
        '0',
        'on',
        '"off"',
        "'yes' # x",
        '',
      ]
      assert.deepEqual(parameterDoubts(words.map((word) => `${flag}=${word}`).join('\n')), [])
      for (const word of ['maybe', '2', 'yess', '"maybe"', 'maybe # x'])
        assert.match(
          parameterDoubts(`MTU=9000\n${flag}=${word}`).join(),
          /^line 2, [A-Z0-9_]+ should not be "[a-z2]+": it is yes or no$/,
        )
    })

  it('has none of what is a number, a word or an address, nor of keys that are not known', () => {
    const lines = [
      ...['DELAY=0', 'DELAY=30', 'DELAY="1.5"', 'TYPE=bridge', 'TYPE=InfiniBand', 'TYPE=OVSIntPort'],
      ...['TYPE="Token Ring"', 'PROXY_METHOD=none', 'BROADCAST=+', 'BROADCAST=10.30.255.255'],
      ...[
        'NETWORK=10.30.0.0',
        'IPV6ADDR_SECONDARIES="fd00::1/64 fd00::2"',
        'ARPCHECK=maybe',
        'SITE_STP=maybe',
      ],
      'BONDING_OPTS="arp_validate=filter arp_all_targets=1 use_carrier=on resend_igmp=255 new=x lp_interval=1"',
      ...['STP=$STP', 'STP=maybe really', '#STP=maybe', 'STP', 'stp=maybe'],
    ]
    assert.deepEqual(parameterDoubts(lines.join('\n')), [])
  })

  for (const [line, why] of [
    [
      'DELAY=abc',
      /^line 1, DELAY should not be "abc": it is a number from 0 to 30 \(seconds; IEEE 802\.1D\)$/,
    ],
    ['DELAY=31', /0 to 30/],
    ['DELAY=-1', /0 to 30/],
    ['DELAY=.5', /0 to 30/],
    ['TYPE=Brigde', /one of Ethernet, .*, or one that the image has a script ifup-TYPE for$/],
    ['PROXY_METHOD=maybe', /one of none, auto$/],
    ['BROADCAST=all', /no IPv4 address/],
    ['NETWORK=10.30.0.0/16', /no IPv4 address/],
    ['IPV6ADDR_SECONDARIES="fd00::1/64 fd00::2/129"', /0 to 128/],
    ['BONDING_OPTS="mode=1 arp_validate=maybe"', /of arp_validate, it is one of none, active, .*, 6$/],
    ['BONDING_OPTS=use_carrier=2', /of use_carrier, it is one of off, on, 0, 1$/],
    ['BONDING_OPTS="mode=1 num_grat_arp=256"', /of num_grat_arp, it is a number from 0 to 255/],
    ['BONDING_OPTS="mode=4 ad_actor_sys_prio=0"', /1 to 65535/],
    ['BONDING_OPTS=min_links=all', /of min_links, it is a number/],
  ] as const)
    it(`tells ${line}`, () => assert.match(parameterDoubts(line).join(), why))
})

describe('prefixObjection', () => {
  const prefix = (text: string): Prefix => {
    const [address = '', length] = text.split('/')
    const ip = parseIp(address)
    const made = ip && makePrefix(ip, Number(length))
    assert(made)
    return made
  }
  for (const text of [
    '10.0.0.0/8',
    '128.0.0.0/1',
    '192.168.7.0/30',
    '100.64.0.0/10',
    'fd00::/64',
    '2001:db8::/32',
  ])
    it(`has none to ${text}`, () => assert.equal(prefixObjection(prefix(text)), undefined))

  for (const [text, why] of [
    ['224.0.1.0/24', /multicast \(RFC 5771\)/],
    ['240.0.0.0/8', /reserved/],
    ['127.0.0.0/8', /loopback/],
    ['0.0.0.0/16', /this network/],
    ['ff02::/64', /multicast/],
    ['fe80::/64', /link-local/],
    ['::/64', /reserved/],
  ] as const)
    it(`says why not ${text}`, () => assert.match(prefixObjection(prefix(text)) ?? '', why))

  it('tells networks in each other from networks apart', () => {
    assert.ok(overlap(prefix('10.30.0.0/16'), prefix('10.30.128.0/17')))
    assert.ok(overlap(prefix('10.30.128.0/17'), prefix('10.30.0.0/16')))
    assert.ok(!overlap(prefix('10.30.0.0/17'), prefix('10.30.128.0/17')))
    assert.ok(!overlap(prefix('10.30.0.0/16'), prefix('fd00::/64')))
  })
})
