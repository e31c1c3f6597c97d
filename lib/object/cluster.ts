// The cluster: the one document that says where things are and how the services run.
import { field, type ObjectOf } from './field.ts'
import { filePathRule, pathRule, servedPathRule } from './given/rule.ts'

/** The only database version there is; another one is somebody else's data. */
export const dbVersion = 1.2

const port = [1, 65_535] as const
// In seconds.
const day = [1, 86_400] as const

export const clusterFields = {
  name: field('name', 'always "general"', 'general'),
  nodeprefix: field('text', 'what automatic node names begin with', 'node'),
  nodedigits: field('int', 'how many digits automatic node names have', 3, { limits: [1, 15] }),
  user: field('text', 'the system user that the services run as', 'luna'),
  debug: field('int', 'not used; kept for the first Luna', 0),
  path: field('text', 'where boot files, torrents and templates are', '/opt/luna', {
    rule: servedPathRule,
  }),
  frontend_address: field('text', 'the address that nodes reach this cluster at', ''),
  frontend_port: field('port', 'the port that nginx listens on', 7050, { limits: port }),
  frontend_https: field('flag', 'nodes use https', false),
  server_port: field('int', 'the loopback port of lweb; 0 is its unix socket', 7051, { limits: [0, 65_535] }),
  cluster_ips: field('text', 'addresses of all heads, separated by commas, when there are several', null),
  boot_networks: field('text', 'networks that are served, too, as ADDRESS/LENGTH', null, { later: true }),
  tracker_interval: field('int', 'seconds between announces of a torrent client', 10, { limits: day }),
  tracker_min_interval: field('int', 'seconds that a torrent client waits at least', 5, { limits: day }),
  tracker_maxpeers: field('int', 'the most peers that one announce may ask for', 200, {
    limits: [1, 100_000],
  }),
  torrent_listen_port_min: field('int', 'lowest port of the seeder', 7052, { limits: port }),
  torrent_listen_port_max: field('int', 'highest port of the seeder', 7200, { limits: port }),
  torrent_pidfile: field('text', 'pid file of ltorrent', '/run/luna/ltorrent.pid', { rule: filePathRule }),
  lweb_pidfile: field('text', 'pid file of lweb', '/run/luna/lweb.pid', { rule: filePathRule }),
  lweb_num_proc: field('int', 'web workers; 0 is one per processor', 0, { limits: [0, 1024] }),
  named_include_file: field('text', 'the file that named.conf includes', '/etc/named.luna.zones', {
    rule: filePathRule,
  }),
  named_zone_dir: field('text', 'where zone files go', '/var/named', { rule: pathRule }),
  dhcp_net: field('hexid', 'the network that dhcpd serves', null),
  dhcp_range_start: field('offset', 'first address given to unknown machines', null),
  dhcp_range_end: field('offset', 'last address given to unknown machines', null),
  db_version: field('double', 'version of the database', dbVersion),
  boot_access: field('text', 'who gets scripts: open, node (when never set), root or armed', null, {
    later: true,
    choices: ['open', 'node', 'root', 'armed'],
  }),
  seed_key: field('key', 'what heads make the web seeds of torrents with, for root alone', null, {
    later: true,
    secret: true,
  }),
  ui_from: field('text', 'networks that see the page, too, as ADDRESS/LENGTH', null, { later: true }),
  comment: field('text', 'the comment', null, { lines: true }),
}

export type Cluster = ObjectOf<typeof clusterFields>

/** Directories of the cluster on a head. */
export interface ClusterPaths {
  /** The cluster path: nginx serves below it, `luna cluster sync` copies it. */
  readonly root: string
  /** Kernels, initramfs images and the iPXE binaries of UEFI HTTP boot. */
  readonly boot: string
  /** Tarballs of images and their torrents. */
  readonly torrents: string
  /** Where a site keeps its own versions of templates. */
  readonly templates: string
}

/** The directories of a cluster; one without a path is at the path of new clusters. */
export function paths({ path }: Pick<Cluster, 'path'>): ClusterPaths {
  const root = path || clusterFields.path.absent || ''
  const base = root.replace(/\/+$/, '')
  return { root, boot: `${base}/boot`, torrents: `${base}/torrents`, templates: `${base}/templates` }
}

/** True when nodes reach the cluster by IPv6. */
export function isIpv6Frontend({ frontend_address }: Pick<Cluster, 'frontend_address'>): boolean {
  return (frontend_address ?? '').includes(':')
}

/** `http://ADDRESS:PORT` of the frontend, with IPv6 addresses in brackets (RFC 3986). */
export function frontendUrl(
  cluster: Pick<Cluster, 'frontend_address' | 'frontend_port' | 'frontend_https'>,
): string {
  const address = cluster.frontend_address ?? ''
  const host = isIpv6Frontend(cluster) ? `[${address}]` : address
  return `${cluster.frontend_https ? 'https' : 'http'}://${host}:${cluster.frontend_port}`
}

/** The addresses of all heads, in the order given; empty when there is only this one. */
export function headAddresses(cluster: Pick<Cluster, 'cluster_ips'>): string[] {
  return (cluster.cluster_ips ?? '')
    .split(',')
    .map((ip) => ip.trim())
    .filter((ip) => ip !== '')
}
