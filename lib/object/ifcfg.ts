// What an operator may say of an interface, in the form of ifcfg files (Red Hat, sysconfig.txt). Images that
// have other network files get a translation of it: which keys that knows is said here, and done in
// conf-templates/install/network/model.sh.
import { nameObjection } from './name.ts'
import { netmask, parseIp } from './net/address.ts'
import { macObjection, readMac } from './net/mac.ts'

/**
 * The lines of a text that only images with ifcfg files can use: keys that have no translation, and lines
 * without a key.
 */
export function untranslatedParameters(params: string): string[] {
  const lines = params.split('\n').map((line) => line.trim())
  return [
    ...new Set(lines.flatMap((line) => (line === '' || line.startsWith('#') ? [] : untranslated(line)))),
  ]
}

function untranslated(line: string): string[] {
  if (yesAnyway.test(line)) return []
  const key = /^([A-Za-z_]\w*)=/.exec(line)?.[1]
  if (key === undefined) return [line]
  return translatedKeys.includes(key.replace(/^(IPADDR|PREFIX|NETMASK|DNS)\d$/, '$1[0-9]')) ? [] : [key]
}

/** What is done without a word of it. */
const yesAnyway = /^(IPV6_)?(DEFROUTE|PEERDNS|PEERROUTES)=(["']?)yes\3\s*(#.*)?$/i

/** What cannot be in the lines of an interface, whatever writes its network files: a sentence each. */
export function parameterObjections(params: string): string[] {
  return judged(params, valueRules, (key, value, why) => `${key} cannot be ${value}: ${why}`)
}

/**
 * Words in the lines of an interface that readers of ifcfg files pass over, or take for the default, and are
 * silent: a sentence each. Such an interface may work, though not as its parameters say.
 */
export function parameterDoubts(params: string): string[] {
  return judged(params, wordRules, (key, value, why) => `${key} should not be ${value}: ${why}`)
}

function judged(
  params: string,
  rules: Rules,
  say: (key: string, value: string, why: string) => string,
): string[] {
  return params.split('\n').flatMap((text, at) => {
    // Words without quotes are a command, and what a shell is to make of a value is not known here.
    const [, key = '', quoted = ''] = assignment.exec(text) ?? []
    const value = quoted.replace(/^(["'])(.*)\1$/, '$2')
    if (value === '' || /[$`]/.test(value)) return []
    const why = rules.find(([keys]) => keys.test(key))?.[1](value)
    return why === undefined ? [] : [`line ${at + 1}, ${say(key, JSON.stringify(value), why)}`]
  })
}

/** `KEY=VALUE`, with or without quotes, and a comment. */
const assignment = /^\s*([A-Z][A-Z0-9_]*)=("[^"]*"|'[^']*'|\S*)(?:\s+#.*|\s*)$/

type ValueRule = (value: string) => string | undefined
type Rules = readonly (readonly [keys: RegExp, rule: ValueRule])[]

const valueRules: Rules = [
  [/^MTU$/, between(68, 65_535, 'RFC 791')],
  [/^VLAN_ID$/, between(1, 4094, 'IEEE 802.1Q')],
  [/^PREFIX\d?$/, between(0, 32, 'RFC 4632')],
  [/^IPADDR\d?$|^GATEWAY$/, (value) => addressObjection(value, [4])],
  [/^NETMASK\d?$/, (value) => (netmasks.includes(value) ? undefined : 'it is no netmask (RFC 950)')],
  [/^IPV6ADDR$/, prefixedObjection],
  [/^IPV6_DEFAULTGW$/, (value) => addressObjection(value.replace(/%[^%]+$/, ''), [6])],
  [/^(HWADDR|MACADDR)$/, machineObjection],
  [/^DNS\d$/, (value) => addressObjection(value, [4, 6])],
  [/^(MASTER|BRIDGE|PHYSDEV)$/, (value) => nameObjection('interface', value)],
  [/^BOOTPROTO$/, (value) => oneOf(bootProtocols)(value.toLowerCase())],
  [/^DOMAIN$/, (value) => firstObjection(value, searchObjection)],
  [/^BONDING_OPTS$/, (value) => firstObjection(value, bondObjection)],
]

/** The flags, numbers and words of model.sh, as sysconfig.txt and NetworkManager have them. */
const wordRules: Rules = [
  [/^(ONBOOT|ONPARENT|HOTPLUG|USERCTL|NM_CONTROLLED|SLAVE|BONDING_MASTER|STP|VLAN)$/, flagObjection],
  [/^(REORDER_HDR|CONNECTED_MODE|BROWSER_ONLY|IPV6INIT|IPV6_AUTOCONF|DHCPV6C)$/, flagObjection],
  [/^(IPV6_)?(DEFROUTE|PEERDNS|PEERROUTES)$|^IPV[46]_FAILURE_FATAL$/, flagObjection],
  [/^DELAY$/, (value) => between(0, 30, 'seconds; IEEE 802.1D')(value.replace(/(?<=\d)\.\d+$/, ''))],
  [/^TYPE$/, typeObjection],
  [/^PROXY_METHOD$/, (value) => oneOf(['none', 'auto'])(value.toLowerCase())],
  [/^NETWORK$/, (value) => addressObjection(value, [4])],
  [/^BROADCAST$/, (value) => (/^[+-]$/.test(value) ? undefined : addressObjection(value, [4]))],
  [/^IPV6ADDR_SECONDARIES$/, (value) => firstObjection(value, prefixedObjection)],
  [/^BONDING_OPTS$/, (value) => firstObjection(value, bondDoubt)],
]

/** As take_flag of model.sh. */
function flagObjection(value: string): string | undefined {
  return /^(yes|y|true|t|on|1|no|n|false|f|off|0)$/i.test(value) ? undefined : 'it is yes or no'
}

const types = ['Ethernet', 'InfiniBand', 'Bond', 'Bridge', 'Vlan', 'Team', 'TeamPort', 'Wireless', 'Dummy']

/** Open vSwitch, tunnels and modems have a script each, and a site may have one of its own. */
const scriptedTypes =
  /^(ovs\w+|ivs\w+|ipip|gre|sit|ipsec|vxlan|wireguard|tap|tun|ppp|slip|plip|isdn|x?dsl|modem|ctc|qeth|lcs|token ?ring)$/i

function typeObjection(value: string): string | undefined {
  const known = types.some((type) => type.toLowerCase() === value.toLowerCase()) || scriptedTypes.test(value)
  return known
    ? undefined
    : `it is one of ${types.join(', ')}, or one that the image has a script ifup-TYPE for`
}

// What readers of ifcfg files take: the initscripts, and NetworkManager.
const bootProtocols = ['none', 'static', 'dhcp', 'bootp', 'autoip', 'ibft', 'shared']

/** Options of bonds that are words, in the order of their numbers (bonding documentation of the kernel). */
const bondWords: { readonly [option: string]: readonly string[] } = {
  mode: [
    ...['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad'],
    ...['balance-tlb', 'balance-alb'],
  ],
  lacp_rate: ['slow', 'fast'],
  xmit_hash_policy: ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'],
  ad_select: ['stable', 'bandwidth', 'count'],
  fail_over_mac: ['none', 'active', 'follow'],
  primary_reselect: ['always', 'better', 'failure'],
}

/** `NAME=VALUE`. An option that is not known here may be one of a newer kernel. */
function bondObjection(pair: string): string | undefined {
  const [, option = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? []
  const words = bondWords[option]
  const isNumber = /^(miimon|updelay|downdelay|arp_interval)$/.test(option)
  const why = words ? oneOf([...words, ...words.keys().map(String)])(value) : undefined
  if (why) return `${option} is not one of ${words?.join(', ')}, or their numbers`
  return isNumber && !/^\d{1,9}$/.test(value) ? `${option} is a number of milliseconds` : undefined
}

/** As bond_value of bond.sh: the kernel refuses such a word, and the bond works without the option. */
const bondRules: Rules = [
  [/^arp_validate$/, wordOrNumber('none,active,backup,all,filter,filter_active,filter_backup')],
  [/^arp_all_targets$/, wordOrNumber('any,all')],
  [/^(use_carrier|all_slaves_active|tlb_dynamic_lb)$/, wordOrNumber('off,on')],
  [/^(num_grat_arp|num_unsol_na|resend_igmp)$/, between(0, 255, 'bonding of the kernel')],
  [/^packets_per_slave$/, between(0, 65_535, 'bonding of the kernel')],
  [/^ad_actor_sys_prio$/, between(1, 65_535, 'bonding of the kernel')],
  [/^ad_user_port_key$/, between(0, 1023, 'bonding of the kernel')],
  [/^lp_interval$/, between(1, 999_999_999, 'bonding of the kernel')],
  [/^(min_links|peer_notif_delay)$/, between(0, 999_999_999, 'bonding of the kernel')],
]

function bondDoubt(pair: string): string | undefined {
  const [, option = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? []
  const why = bondRules.find(([options]) => options.test(option))?.[1](value)
  return why === undefined ? undefined : `of ${option}, ${why}`
}

function wordOrNumber(words: string): ValueRule {
  return oneOf([...words.split(','), ...words.split(',').keys().map(String)])
}

function searchObjection(domain: string): string | undefined {
  const labels = domain.replace(/^~|\.$/g, '').split('.')
  const fit = labels.every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label)) && domain.length <= 253
  return fit ? undefined : 'it is no list of domains (RFC 1035 section 2.3.1)'
}

function firstObjection(value: string, rule: ValueRule): string | undefined {
  for (const word of value.split(/\s+/).filter(Boolean)) {
    const why = rule(word)
    if (why !== undefined) return why
  }
  return undefined
}

function oneOf(words: readonly string[]): ValueRule {
  return (value) => (words.includes(value) ? undefined : `it is one of ${words.join(', ')}`)
}

function between(lowest: number, highest: number, standard: string): ValueRule {
  return (value) => {
    const fits = /^\d{1,9}$/.test(value) && Number(value) >= lowest && Number(value) <= highest
    return fits ? undefined : `it is a number from ${lowest} to ${highest} (${standard})`
  }
}

function addressObjection(value: string, versions: readonly number[]): string | undefined {
  const version = parseIp(value)?.version
  return version !== undefined && versions.includes(version)
    ? undefined
    : `it is no IPv${versions.join(' or IPv')} address`
}

const netmasks = Array.from({ length: 33 }, (_, length) => netmask(length))

/** `ADDRESS` or `ADDRESS/LENGTH`. */
function prefixedObjection(value: string): string | undefined {
  const [address = '', length = '128', ...rest] = value.split('/')
  if (rest.length > 0) return 'it has two slashes'
  return addressObjection(address, [6]) ?? between(0, 128, 'RFC 4291')(length)
}

/** What NetworkManager has words for, an address of InfiniBand (20 bytes), or one of Ethernet. */
function machineObjection(value: string): string | undefined {
  if (/^(permanent|preserve|random|stable|stable-ssid)$/.test(value)) return undefined
  if (/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/i.test(value)) return undefined
  const mac = readMac(value)
  return mac ? macObjection(mac) : 'it is no MAC address'
}

/** The keys that are translated, or that mean nothing elsewhere; `[0-9]` stands for one digit. */
export const translatedKeys: readonly string[] = [
  ...[
    'DEVICE',
    'NAME',
    'TYPE',
    'ONBOOT',
    'BOOTPROTO',
    'MTU',
    'HWADDR',
    'MACADDR',
    'MASTER',
    'SLAVE',
    'DOMAIN',
  ],
  ...['ROUTES', 'BONDING_OPTS', 'BONDING_MASTER', 'VLAN', 'VLAN_ID', 'PHYSDEV', 'GATEWAY'],
  ...['BRIDGE', 'STP', 'DELAY', 'ONPARENT'],
  ...['IPV6INIT', 'IPV6ADDR', 'IPV6ADDR_SECONDARIES', 'IPV6_DEFAULTGW', 'IPV6_AUTOCONF', 'DHCPV6C'],
  ...['IPADDR', 'IPADDR[0-9]', 'PREFIX', 'PREFIX[0-9]', 'NETMASK', 'NETMASK[0-9]', 'DNS[0-9]'],
  ...['NM_CONTROLLED', 'USERCTL', 'UUID', 'HOTPLUG', 'NETWORK', 'BROADCAST'],
  ...['IPV4_FAILURE_FATAL', 'IPV6_FAILURE_FATAL', 'PROXY_METHOD', 'BROWSER_ONLY', 'REORDER_HDR'],
  'CONNECTED_MODE',
]
