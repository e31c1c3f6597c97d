<<<<<<< HEAD

// The programs that read network files: each says what it understood of the files below a
// root, and what it objects to.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

=======

// The programs that read network files: each says what it understood of the files below a
// root, and what it objects to.
import { existsSync } from 'node:fs'

>>>>>>> net

import { canUnshare } from '../install-script.ts'
import type { Way } from './cases.ts'
import { readInterfaces } from './read-interfaces.ts'
import { readKeyfiles } from './read-keyfile.ts'
import { readNetplan, readNetworkd } from './read-networkd.ts'
import { type Reading, run } from './reading.ts'

export const read: Readonly<Record<Way, (root: string) => Reading>> = {
  keyfile: readKeyfiles,
  netplan: readNetplan,
  networkd: readNetworkd,
  ifupdown: readInterfaces,
}

/** Why a reader cannot run here, '' when it can. */
export function missing(way: Way): string {
  const programs = {
    keyfile: '/usr/bin/python3',
    netplan: '/usr/sbin/netplan',
    ifupdown: '/sbin/ifup',
    networkd: '',
  }
  const program = programs[way]
  if (program !== '' && !existsSync(program)) return `${program} is missing`
  if (way === 'networkd' && !canUnshare) return 'namespaces cannot be made here'
  if (way !== 'keyfile') return ''
  return run('/usr/bin/python3', ['-c', 'import gi; gi.require_version("NM", "1.0")']).status === 0
    ? ''
    : 'gir1.2-nm-1.0 is missing'
}
<<<<<<< HEAD

interface Family {
  readonly method: string
  readonly addresses: readonly string[]
  readonly gateway: string | null
  readonly dns: readonly string[]
  readonly search: readonly string[]
  readonly routes: readonly string[]
}

export interface Profile {
  readonly said: readonly string[]
  readonly type?: string
  readonly controller?: string
  readonly port?: string
  readonly mtu?: number
  readonly vlan?: string
  readonly bond?: Readonly<Record<string, string>>
  readonly bridge?: Readonly<{ stp: boolean; delay: number }>
  readonly ipv4?: Family
  readonly ipv6?: Family
}

/** The profiles of NetworkManager below a root, as libnm reads them, by the name of the interface. */
export function profiles(root: string): ReadonlyMap<string, Profile> {
  const script = join(import.meta.dirname, 'read-keyfiles.py')
  const { stdout, stderr } = run('/usr/bin/python3', [
    script,
    join(root, 'etc/NetworkManager/system-connections'),
  ])
  if (stdout === '') throw new Error(stderr)
  const read = JSON.parse(stdout) as Record<string, Profile>
  return new Map(
    Object.entries(read).map(([name, profile]) => [name.replace(/\.nmconnection$/, ''), profile]),
  )
}

function readKeyfiles(root: string): Reading {
  const all = profiles(root)
  const complaints = [...all].flatMap(([name, { said }]) => said.map((one) => `${name}: ${one}`))
  return { complaints, facts: (name) => keyfileFacts(all.get(name)), order: [] }
}

function keyfileFacts(profile: Profile | undefined): Facts {
  const families = [profile?.ipv4, profile?.ipv6].flatMap((one) => one ?? [])
  const routes = families.flatMap((one) => one.routes)
  const [method4, method6] = [profile?.ipv4?.method, profile?.ipv6?.method]
  const explicit = families.flatMap((one) => one.gateway ?? [])
  return {
    addresses: families.flatMap((one) => one.addresses).toSorted(),
    dhcp: `${method4 === 'auto' ? '4' : ''}${method6 === 'dhcp' ? '6' : ''}`,
    ra: { auto: 'yes', disabled: 'off' }[method6 ?? ''] ?? '',
    gateways: [...explicit, ...defaultGateways(routes)].toSorted(),
    dns: families.flatMap((one) => one.dns).toSorted(),
    search: families.flatMap((one) => one.search).join(' '),
    mtu: profile?.mtu ? String(profile.mtu) : '',
    routes: routes.filter((one) => !isDefault(one)).toSorted(),
    controller: profile?.controller ?? '',
    vlan: profile?.vlan ?? '',
  }
}

const isDefault = (route: string): boolean => /^(0\.0\.0\.0\/0|::\/0) /.test(route)
const defaultGateways = (routes: readonly string[]): string[] =>
  routes.filter(isDefault).map((route) => route.split(' ')[1] ?? '')

function readNetplan(root: string): Reading {
  const { status, stderr } = run('netplan', ['generate', '--root-dir', root])
  const complaints = stderr.split('\n').filter((line) => line !== '' && !expected.test(line))
  if (status !== 0) complaints.push(`exit status ${status}`)
  return { complaints, facts: networkdFacts(join(root, 'run/systemd/network'), '10-netplan-'), order: [] }
}

// every case has default routes of its own, and netplan wonders at that
const expected = /default route|GError set over the top of a previous|^This indicates a bug in someone's code/

/** What systemd-networkd logs while it reads the files below a root; `links` are there for it to find. */
export function runNetworkd(root: string, links: readonly string[] = []): string[] {
  const script = join(import.meta.dirname, 'run-networkd.sh')
  const args = ['-mn', '--propagation', 'private', script, root, ...links]
  const { stdout, stderr } = run('unshare', args)
  if (!stdout.includes('Enumeration completed')) throw new Error(`networkd did not run: ${stderr}${stdout}`)
  return stdout.split('\n')
}

// a route over a link with DHCP or advertised addresses alone is on the link, which networkd finds itself
const harmless = /found matching network|Configuring with|Enabling GatewayOnLink/

export function networkdComplaints(log: readonly string[]): string[] {
  return log.filter((line) => line.includes('/etc/systemd/network/') && !harmless.test(line))
}

/** The files of systemd-networkd in a folder, told by the interface that they are for. */
export function networkdFacts(folder: string, prefix: string): (name: string) => Facts {
  const names = new Set(existsSync(folder) ? readdirSync(folder) : [])
  const ini = (file: string): Ini => (names.has(file) ? iniOf(readFileSync(join(folder, file), 'utf8')) : [])
  const parents = new Map(
    [...names]
      .filter((file) => file.endsWith('.network'))
      .flatMap((file) =>
        values(ini(file), 'Network', 'VLAN').map(
          (vlan) => [vlan, file.slice(prefix.length, -'.network'.length)] as const,
        ),
      ),
  )
  return (name) => {
    const network = ini(`${prefix}${name}.network`)
    const id = values(ini(`${prefix}${name}.netdev`), 'VLAN', 'Id').join()
    return networkFacts(network, id && `${id} ${parents.get(name)}`)
  }
}

function networkFacts(network: Ini, vlan: string): Facts {
  const all = (key: string): string[] => values(network, 'Network', key)
  const routes = routesOf(network)
  const accepts = all('IPv6AcceptRA').join()
  const dhcp = all('DHCP').join()
  return {
    addresses: all('Address').toSorted(),
    dhcp: { ipv4: '4', ipv6: '6', yes: '46' }[dhcp] ?? '',
    ra:
      /^(no|ipv4|)$/.test(all('LinkLocalAddressing').join() || 'ipv6') && accepts === 'no'
        ? 'off'
        : accepts.replace('no', ''),
    gateways: [...all('Gateway'), ...defaultGateways(routes)].toSorted(),
    dns: all('DNS').toSorted(),
    search: all('Domains').join(' '),
    mtu: values(network, 'Link', 'MTUBytes').join(),
    routes: routes.filter((one) => !isDefault(one)).toSorted(),
    controller: [...all('Bond'), ...all('Bridge')].join(),
    vlan,
  }
}

type Ini = readonly { readonly section: string; readonly entries: readonly (readonly [string, string])[] }[]

export function iniOf(text: string): Ini {
  return text
    .split(/^\[/m)
    .slice(1)
    .map((part) => {
      const [head = '', ...lines] = part.split('\n')
      const entries = lines
        .filter((line) => line.includes('='))
        .map((line) => {
          const at = line.indexOf('=')
          return [line.slice(0, at), line.slice(at + 1)] as const
        })
      return { section: head.replace(/\]$/, ''), entries }
    })
}

export function values(ini: Ini, section: string, key: string): string[] {
  const entries = ini.filter((one) => one.section === section).flatMap((one) => one.entries)
  return entries.flatMap(([name, value]) => (name === key ? [value] : []))
}

function routesOf(ini: Ini): string[] {
  return ini
    .filter((one) => one.section === 'Route')
    .map((one) => {
      const of = (key: string): string => values([one], 'Route', key).join()
      return `${of('Destination')} ${of('Gateway')}`
    })
}

/**
 * What ifup would do: the commands that it prints, and the options of each stanza that it
 * hands to other packages.
 */
function readInterfaces(root: string): Reading {
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
    gateways: all(/ip (?:-6 )?route (?:add|replace) default via (\S+)/g).toSorted(),
    dns: list(option('dns-nameservers')),
    search: option('dns-search'),
    mtu: all(/ip link set dev \S+ mtu (\d+)/g).join(),
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

function run(
  program: string,
  args: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 })
}
=======
>>>>>>> net
