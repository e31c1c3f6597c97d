// Interfaces as an operator may want them, and what every format has to say of them: the
// keys of one case of each kind, and the facts and the losses that follow by the manuals
// of the formats, whatever the script does.

export const common = {
  kind: ['plain', 'bond', 'bridge', 'vlan', 'dotted', 'overbond', 'bondmember', 'bridgemember'],
  v4: ['none', 'static', 'dhcp'],
  v6: ['none', 'static', 'slaac', 'dhcp', 'off'],
  gateway: ['none', '4', '6', '46'],
  dns: ['none', '4', '6', '46'],
  search: ['', 'cluster'],
  mtu: ['', '9000'],
  routes: ['none', '4', '6', '46'],
} as const

export const rare = {
  kind: [...common.kind, 'infiniband', 'portbond', 'ownmac'],
  v4: [...common.v4, 'two', 'both'],
  v6: [...common.v6, 'quiet', 'two', 'staticslaac', 'staticdhcp'],
  gateway: [...common.gateway, '4g', 'g', 'beyond'],
  dns: [...common.dns, 'many'],
  search: [...common.search, 'cluster example.org a.b.c'],
  mtu: [...common.mtu, '1400', '9216'],
  routes: [...common.routes, 'many', 'beyond'],
  onboot: ['yes', 'no'],
} as const

/** One case: a value of each. */
export type Wanted = Readonly<Record<Exclude<keyof typeof rare, 'onboot'>, string>> & {
  readonly onboot?: string
}

export type Way = 'keyfile' | 'netplan' | 'networkd' | 'ifupdown'

/** What a reader of a format understood of one interface. Lists are sorted; '' is nothing. */
export interface Facts {
  readonly addresses: readonly string[]
  readonly dhcp: string
  /** yes, off (no IPv6 at all), or '' for what the format does on its own. */
  readonly ra: string
  readonly gateways: readonly string[]
  /** Gateways that are on the link, whatever networks it has. */
  readonly onLink: readonly string[]
  readonly dns: readonly string[]
  readonly search: string
  readonly mtu: string
  readonly routes: readonly string[]
  readonly controller: string
  /** NUMBER PARENT */
  readonly vlan: string
}

export interface Scene {
  readonly subject: string
  /** ifcfg text by the name of the interface. */
  readonly files: Readonly<Record<string, string>>
  /** What has to be brought up before what, for readers that take one after the other. */
  readonly order: readonly (readonly [string, string])[]
}

export const address4: Readonly<Record<string, readonly string[]>> = {
  static: ['10.30.0.1/16'],
  two: ['10.30.0.1/16', '10.60.0.1/24'],
  both: ['10.30.0.1/16'],
}
export const address6: Readonly<Record<string, readonly string[]>> = {
  ...{ static: ['fd30::1/64'], staticslaac: ['fd30::1/64'], staticdhcp: ['fd30::1/64'] },
  two: ['fd30::1/64', 'fd60::1/64'],
}
export const gateways: Readonly<Record<string, readonly string[]>> = {
  ...{ 4: ['10.30.255.254'], 6: ['fe80::1'], 46: ['10.30.255.254', 'fe80::1'] },
  ...{ '4g': ['10.30.255.254', 'fd30::fe'], g: ['fd30::fe'], beyond: ['10.99.0.1', 'fd99::1'] },
}
export const servers: Readonly<Record<string, readonly string[]>> = {
  ...{ 4: ['10.30.255.254'], 6: ['fd30::fe'], 46: ['10.30.255.254', 'fd30::fe'] },
  many: ['10.30.255.253', '10.30.255.254', 'fd30::fe'],
}
export const networks: Readonly<Record<string, readonly string[]>> = {
  ...{ 4: ['10.40.0.0/16 10.30.0.9'], 6: ['fd40::/64 fd30::9'] },
  46: ['10.40.0.0/16 10.30.0.9', 'fd40::/64 fd30::9'],
  beyond: ['10.40.0.0/16 10.99.0.9', 'fd40::/64 fd99::9'],
  many: ['10.40.0.0/16 10.30.0.9', '10.41.0.0/16 10.30.0.9', 'fd40::/64 fd30::9', 'fd41::/64 fd30::9'],
}

export const is6 = (text: string): boolean => text.includes(':')

/** The staged files of a case; `n` tells its interfaces from those of others. */
export function sceneOf(wanted: Wanted, n: number): Scene {
  const id = n.toString(36)
  const bond = 'BONDING_OPTS="mode=802.3ad miimon=100"\n'
  const jumbo = 'MTU=9000\n'
  const plain = (name: string, more = ''): Record<string, string> => ({
    [name]: `DEVICE=${name}\nNAME=${name}\n${more}`,
  })
  const mine = (name: string, more = ''): Record<string, string> => plain(name, more + keysOf(wanted))
  const [a, b, m, z, r, s] = ['a', 'b', 'm', 'z', 'r', 's'].map((letter) => letter + id) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const scenes: Readonly<Record<string, () => Scene>> = {
    plain: () => ({ subject: s, files: mine(s), order: [] }),
    infiniband: () => ({ subject: s, files: mine(s, 'TYPE=InfiniBand\nCONNECTED_MODE=yes\n'), order: [] }),
    ownmac: () => ({ subject: s, files: mine(s, 'TYPE=Ethernet\nMACADDR=52:54:00:00:00:01\n'), order: [] }),
    bond: () => ({
      subject: b,
      files: { ...mine(b, bond), ...plain(m, `MASTER=${b}\nSLAVE=yes\n`), ...plain(z, `MASTER=${b}\n`) },
      order: [],
    }),
    bridge: () => ({
      subject: r,
      files: { ...mine(r, 'TYPE=Bridge\nSTP=no\nDELAY=0\n'), ...plain(z, `BRIDGE=${r}\n${jumbo}`) },
      order: [[z, r]],
    }),
    vlan: () => ({
      subject: a,
      files: { ...mine(a, `VLAN=yes\nVLAN_ID=7\nPHYSDEV=${z}\n`), ...plain(z, jumbo) },
      order: [[z, a]],
    }),
    dotted: () => ({
      subject: `${z}.7`,
      files: { ...mine(`${z}.7`, 'VLAN=yes\n'), ...plain(z, jumbo) },
      order: [[z, `${z}.7`]],
    }),
    overbond: () => ({
      subject: a,
      files: {
        ...mine(a, `VLAN=yes\nVLAN_ID=7\nPHYSDEV=${b}\n`),
        ...plain(b, bond + jumbo),
        ...plain(m, `MASTER=${b}\n`),
      },
      order: [[b, a]],
    }),
    bondmember: () => ({
      subject: m,
      files: { ...mine(m, `MASTER=${b}\nSLAVE=yes\n`), ...plain(b, bond + jumbo) },
      order: [],
    }),
    bridgemember: () => ({
      subject: z,
      files: { ...mine(z, `BRIDGE=${r}\n`), ...plain(r, 'TYPE=Bridge\n') },
      order: [[z, r]],
    }),
    portbond: () => ({
      subject: z,
      files: { ...mine(z, `${bond}BRIDGE=${r}\n`), ...plain(r), ...plain(m, `MASTER=${z}\n`) },
      order: [[z, r]],
    }),
  }
  const scene = scenes[wanted.kind]
  if (scene === undefined) throw new Error(`no such kind: ${wanted.kind}`)
  return scene()
}

/** Its keys: those that Luna writes where it has an address, then the operator's. */
function keysOf(wanted: Wanted): string {
  const [first4, second4] = address4[wanted.v4] ?? []
  const [first6, second6] = address6[wanted.v6] ?? []
  const lines = [
    first4 && 'IPADDR=10.30.0.1\nPREFIX=16\nNETMASK=255.255.0.0',
    first6 && `IPV6INIT=yes\nIPV6ADDR=${first6}`,
    wanted.onboot === 'no' && 'ONBOOT=no',
    second4 && 'IPADDR1=10.60.0.1\nNETMASK1=255.255.255.0',
    second6 && `IPV6ADDR_SECONDARIES="${second6}"`,
    /dhcp|both/.test(wanted.v4) && 'BOOTPROTO=dhcp',
    /slaac/.test(wanted.v6) && 'IPV6_AUTOCONF=yes',
    /dhcp/.test(wanted.v6) && 'DHCPV6C=yes',
    wanted.v6 === 'off' && 'IPV6INIT=no',
    wanted.v6 === 'quiet' && 'IPV6_AUTOCONF=no',
    ...(gateways[wanted.gateway] ?? []).map((one) => (is6(one) ? `IPV6_DEFAULTGW=${one}` : `GATEWAY=${one}`)),
    ...(servers[wanted.dns] ?? []).map((one, at) => `DNS${at + 1}=${one}`),
    wanted.search && `DOMAIN="${wanted.search}"`,
    wanted.mtu && `MTU=${wanted.mtu}`,
    wanted.routes !== 'none' &&
      `ROUTES="${(networks[wanted.routes] ?? []).map((one) => one.replace(' ', ' via ')).join('; ')}"`,
  ]
  return lines.map((line) => (line ? `${line}\n` : '')).join('')
}
