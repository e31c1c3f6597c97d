// interfaces(5), as ifup reads it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts } from './cases.ts'
import { type Reading, run } from './reading.ts'

/**
 * What ifup would do: the commands that it prints, and the options of each stanza that it
 * hands to other packages.
 */
export function readInterfaces(root: string): Reading {
  const file = join(root, 'etc/network/interfaces')
  const all = run('ifup', ['--no-act', '--verbose', '--all', '--interfaces', file, '--state-dir', root])
  const blocks = all.stderr.concat(all.stdout).split(/^(?=ifup: configuring interface )/m)
  const ups = new Map<string, string>()
  for (const block of blocks) {
    const name = /^ifup: configuring interface (\S+?)=/.exec(block)?.[1]
    if (name !== undefined) ups.set(name, (ups.get(name) ?? '') + block)
  }
  const complaints = all.status === 0 ? [] : [`exit status ${all.status}: ${all.stderr}`]
  return {
    complaints,
    facts: (name) => ifupFacts(root, name, ups.get(name), all.stdout + all.stderr),
    order: [...ups.keys()],
  }
}

function ifupFacts(root: string, name: string, automatic: string | undefined, everything: string): Facts {
  const files = ['--interfaces', join(root, 'etc/network/interfaces'), '--state-dir', root]
  const manual = (): string => {
    const { stdout, stderr } = run('ifup', ['--no-act', '--verbose', ...files, name])
    return stderr + stdout
  }
  const commands = automatic ?? manual()
  const options = run('ifquery', [...files, name]).stdout
  const option = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(options)?.[1] ?? ''
  const all = (pattern: RegExp): string[] =>
    [...commands.matchAll(pattern)].map((match) => match.slice(1).join(' '))
  const list = (text: string): string[] =>
    text
      .split(' ')
      .filter((one) => one !== '')
      .toSorted()
  return {
    addresses: all(/^ip (?:-6 )?addr add (\S+)/gm)
      .map(withPrefix)
      .toSorted(),
    dhcp: `${/udhcpc|dhclient (?!-6)|dhcpcd|No DHCP client/.test(commands) ? '4' : ''}${/dhclient -6|No DHCPv6/.test(commands) ? '6' : ''}`,
    ra: /disable_ipv6=1/.test(commands) ? 'off' : /accept_ra=2/.test(commands) ? 'yes' : '',
    gateways: all(/ip (?:-6 )?route (?:add|append|replace) default via (\S+)/g).toSorted(),
    onLink: all(/ip (?:-6 )?route \w+ \S+ via (\S+) .*\bonlink\b/g),
    dns: list(option('dns-nameservers')),
    search: option('dns-search'),
    mtu: all(new RegExp(`ip link set dev ${name.replaceAll('.', '\\.')} mtu (\\d+)`, 'g')).join(),
    routes: all(/ip route replace (\S+) via (\S+)/g)
      .filter((one) => !one.startsWith('default'))
      .toSorted(),
    controller: option('bond-master') || bridgeOf(root, name),
    vlan: vlanOf(automatic === undefined ? commands : everything, name),
  }
}

/** 10.0.0.1/255.255.0.0 is 10.0.0.1/16. */
function withPrefix(address: string): string {
  const [host, mask = ''] = address.split('/')
  if (!mask.includes('.')) return address
  const bits = mask.split('.').map((octet) => Number(octet).toString(2).replaceAll('0', '').length)
  return `${host}/${bits.reduce((a, b) => a + b, 0)}`
}

function bridgeOf(root: string, name: string): string {
  const folder = join(root, 'etc/network/interfaces.d')
  const ports = new RegExp(`^iface (\\S+)[^]*?bridge_ports .*\\b${name.replaceAll('.', '\\.')}(\\s|$)`, 'm')
  return readdirSync(folder)
    .map((file) => ports.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '')
    .join('')
}

/** A VLAN whose name says what it is gets made before its block begins. */
function vlanOf(commands: string, name: string): string {
  const added = [...commands.matchAll(/ip link add link (\S+) name (\S+) type vlan id (\d+)/g)]
  return added.flatMap(([, parent, vlan, id]) => (vlan === name ? `${id} ${parent}` : [])).join()
}
