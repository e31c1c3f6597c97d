// What an operator may say of an interface, in the form of ifcfg files (Red Hat, sysconfig.txt). Images that
// have other network files get a translation of it: which keys that knows is said here, and done in
// conf-templates/install/network/model.sh.

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
  const key = /^([A-Za-z_]\w*)=/.exec(line)?.[1]
  if (key === undefined) return [line]
  return translatedKeys.includes(key.replace(/^(IPADDR|PREFIX|NETMASK|DNS)\d$/, '$1[0-9]')) ? [] : [key]
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
]
