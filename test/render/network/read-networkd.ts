// Files of systemd-networkd: those of the install script, and those that netplan makes of its own.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts } from './cases.ts'
import { defaultGateways, isDefault, type Reading, run } from './reading.ts'

export function readNetworkd(root: string): Reading {
  const facts = networkdFacts(join(root, 'etc/systemd/network'), '10-luna-')
  return { complaints: networkdComplaints(runNetworkd(root)), facts, order: [] }
}

export function readNetplan(root: string): Reading {
  const { status, stderr } = run('netplan', ['generate', '--root-dir', root])
  const complaints = stderr.split('\n').filter((line) => line !== '' && !expected.test(line))
  if (status !== 0) complaints.push(`exit status ${status}`)
  return { complaints, facts: networkdFacts(join(root, 'run/systemd/network'), '10-netplan-'), order: [] }
}

// every case has default routes of its own, and netplan wonders at that
const expected = /default route|GError set over the top of a previous|^This indicates a bug in someone's code/

/** What systemd-networkd objects to in the files that netplan made for it below a root. */
export function networkdSays(root: string): string[] {
  const place = join(root, 'etc/systemd/network')
  rmSync(place, { recursive: true, force: true })
  cpSync(join(root, 'run/systemd/network'), place, { recursive: true })
  return networkdComplaints(runNetworkd(root))
}

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

function networkdComplaints(log: readonly string[]): string[] {
  return log.filter((line) => line.includes('/etc/systemd/network/') && !harmless.test(line))
}

/** The files of systemd-networkd in a folder, told by the interface that they are for. */
function networkdFacts(folder: string, prefix: string): (name: string) => Facts {
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
    onLink: network.flatMap((one) =>
      values([one], 'Route', 'GatewayOnLink').flatMap(() => values([one], 'Route', 'Gateway')),
    ),
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
      const everywhere = of('Gateway').includes(':') ? '::/0' : '0.0.0.0/0'
      return `${of('Destination') || everywhere} ${of('Gateway')}`
    })
}
