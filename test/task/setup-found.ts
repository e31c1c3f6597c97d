// What luna setup finds on a machine, for tests of its plan: a stock Debian 12 with the packages of its
// servers, and changes to that.
import { parseConfig } from '../../lib/config.ts'
import { type Cluster, clusterFields } from '../../lib/object/cluster.ts'
import type { Objects } from '../../lib/object/objects.ts'
import type { Found, UnitState } from '../../lib/task/setup/found.ts'

const running: UnitState = { installed: true, enabled: true, active: true }
const failed: UnitState = { installed: true, enabled: true, active: false }
const fresh: UnitState = { installed: true, enabled: false, active: false }
const own = { uid: 0, gid: 0, mode: 0o100644 }

/** Nothing of Luna is there but its programs and units. */
export function stockDebian(change: Partial<Found> = {}): Found {
  return {
    config: parseConfig('', '/etc/luna.conf', 'debian'),
    conf: { path: '/etc/luna.conf', text: '', rights: undefined },
    stated: false,
    database: '/var/lib/luna/luna.db',
    cluster: undefined,
    networks: [],
    addresses: [
      { interface: 'eth0', address: '192.0.2.7', prefix: 24 },
      { interface: 'eth1', address: '10.30.255.254', prefix: 16 },
    ],
    user: undefined,
    owners: new Map([
      ['/opt/luna', undefined],
      ['/var/lib/luna', undefined],
    ]),
    units: new Map([
      ...['lweb', 'ltorrent', 'lfs_pxelinux'].map((unit) => [unit, fresh] as const),
      ...['nginx', 'tftpd-hpa', 'named'].map((unit) => [unit, running] as const),
      ['isc-dhcp-server', failed],
    ]),
    dropIns: new Map(),
    dhcpdConf: { path: '/etc/dhcp/dhcpd.conf', text: '# sample\n', rights: own },
    dhcpdDefaults: { file: '/etc/default/isc-dhcp-server', text: 'INTERFACESv4=""\nINTERFACESv6=""\n' },
    tftpRoot: '/srv/tftp',
    named: {
      file: '/etc/bind/named.conf.local',
      text: '// local\n',
      rights: own,
      configuration: 'options {\n\tdirectory "/var/cache/bind";\n};\n',
    },
    web: undefined,
    firewall: undefined,
    selinux: undefined,
    ...change,
  }
}

/** The same machine once setup has done all of it. */
export function readyDebian(change: Partial<Found> = {}): Found {
  const stock = stockDebian()
  const conf = '[Embedded]\npath=/var/lib/luna/luna.db\n\n[Paths]\ntftp_root=/srv/tftp\n'
  const owner = { uid: 990, gid: 990 }
  const dropIn = `# Written by luna setup.
[Service]
ExecStartPre=
ExecStartPre=+/usr/bin/install -d -o luna /srv/tftp/pxelinux.cfg
ReadWritePaths=-/srv/tftp/pxelinux.cfg
`
  return {
    ...stock,
    config: parseConfig(conf, '/etc/luna.conf', 'debian'),
    conf: { path: '/etc/luna.conf', text: conf, rights: { uid: 0, gid: 990, mode: 0o100640 } },
    stated: true,
    cluster: clusterOf({
      frontend_address: '10.30.255.254',
      server_port: 0,
      named_include_file: '/etc/bind/named.luna.zones',
      named_zone_dir: '/var/cache/bind',
      dhcp_net: 'n1' as Cluster['dhcp_net'],
    }),
    networks: [networkOf('cluster', 0x0a1e0000n, 16)],
    user: owner,
    owners: new Map([...stock.owners.keys()].map((path) => [path, owner.uid])),
    units: new Map([...stock.units.keys()].map((unit) => [unit, running])),
    dropIns: new Map([['/etc/systemd/system/lfs_pxelinux.service.d/luna-setup.conf', dropIn]]),
    dhcpdDefaults: { file: '/etc/default/isc-dhcp-server', text: 'INTERFACESv4="eth1"\nINTERFACESv6=""\n' },
    named: {
      file: '/etc/bind/named.conf.local',
      text: 'include "/etc/bind/named.luna.zones";\n',
      rights: own,
      configuration: 'zone "cluster" {\n\tfile "cluster.luna.zone";\n};\n',
    },
    ...change,
  }
}

export function clusterOf(change: Partial<Cluster> = {}): Cluster {
  const fields = Object.entries(clusterFields).map(([name, { absent }]) => [name, absent])
  return { id: 'c1', ...Object.fromEntries(fields), ...change } as unknown as Cluster
}

export function networkOf(name: string, base: bigint, prefix: number): Objects['network'] {
  return { id: 'n1', name, version: 4, NETWORK: base, PREFIX: prefix } as unknown as Objects['network']
}
