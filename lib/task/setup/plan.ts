// What luna setup is going to do: from what there is and what is wished, the steps in their order. Pure.
import { dirname, join } from 'node:path'
import { withKey } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { servingOn } from '../../host/service/dhcpd.ts'
import { hasZones, namedDirectory } from '../../host/service/named.ts'
import { type Cluster, clusterFields, paths } from '../../object/cluster.ts'
import { formatIp } from '../../object/net/address.ts'
import { withConnections } from '../../render/nginx-connections.ts'
import { dropInOf, type Found, ownUnits } from './found.ts'
import { firewallSteps, relabelSteps, selinuxSteps } from './protect.ts'
import type { Step } from './step.ts'
import { dropInText, withZones } from './texts.ts'
import type { Wish } from './wish.ts'

/** Host name of the name server in a new network, beside what there is and what is wished. */
export interface Names {
  readonly nsHostname: string
}

/** Throws LunaError `failed` where a server is not installed. */
export function planSetup(found: Found, wish: Wish, names: Names): Step[] {
  requireServers(found, wish)
  const cluster = { ...newCluster, ...found.cluster, ...clusterWish(found, wish) } as Cluster
  const tftpRoot = tftpRootOf(found)
  const { nginx, dhcpd, named, tftpd } = found.config.services
  const labels = selinuxSteps(found.selinux, cluster, tftpRoot)
  return [
    ...accountSteps(found, cluster),
    ...confSteps(found, cluster),
    ...clusterSteps(found, wish, cluster),
    ...networkSteps(wish, names),
    ...labels,
    ...dropInSteps(found, cluster, tftpRoot),
    ...enableSteps(found, [...ownUnits, tftpd], true),
    ...nginxSteps(found),
    { do: 'makenginx' },
    { do: 'maketftp', tftpRoot },
    ...dhcpSteps(found, wish),
    ...(wish.dns ? dnsSteps(found, cluster) : []),
    ...enableSteps(found, [nginx, dhcpd, ...(wish.dns ? [named] : [])], false),
    ...firewallSteps(found.firewall, cluster, wish.dns, wish.frontend.interface),
    ...(labels.length > 0 ? relabelSteps(found.selinux, cluster, tftpRoot) : []),
  ]
}

const newCluster = Object.fromEntries(
  Object.entries(clusterFields).map(([name, { absent }]) => [name, absent]),
)

function requireServers({ units, config, named }: Found, { dns }: Wish): void {
  const { services } = config
  const servers = [
    [services.nginx, 'nginx'],
    [services.dhcpd, 'isc-dhcp-server (Debian) or dhcp-server (EL)'],
    [services.tftpd, 'tftpd-hpa (Debian) or tftp-server (EL)'],
  ] as const
  const missing: string[] = servers.filter(([unit]) => !units.get(unit)?.installed).map(([, name]) => name)
  const noNamed = dns && !named
  if (noNamed && units.get(services.named)?.installed) throw brokenNamed()
  if (noNamed) missing.push('bind9 and bind9-utils (Debian) or bind (EL)')
  if (missing.length === 0) return
  throw new LunaError('failed', 'this machine lacks servers that nodes need', {
    why: 'systemd knows no units of them, or their programs are missing',
    fix: `install ${missing.join('; ')}`,
  })
}

function brokenNamed(): LunaError {
  return new LunaError('failed', 'named does not accept its own configuration, or cannot be asked', {
    fix: 'see what named-checkconf -p says (bind9-utils on Debian, bind on EL), or leave DNS out: --dns n',
  })
}

function accountSteps({ user: owner, owners, database }: Found, cluster: Cluster): Step[] {
  const user = cluster.user ?? ''
  const { root } = paths(cluster)
  const steps: Step[] = owner ? [] : [{ do: 'user', user, home: root }]
  const isMissing = (path: string) => owners.get(path) === undefined
  // Made by root, where it is not root's cluster.
  const isRoots = (path: string) => owners.get(path) === 0 && owner?.uid !== 0
  if (isMissing(root) || isRoots(root)) steps.push({ do: 'directory', path: root, user })
  if (database === undefined) return steps
  if (isMissing(dirname(database))) steps.push({ do: 'directory', path: dirname(database), user })
  else if (isRoots(dirname(database))) steps.push({ do: 'database', path: database, user })
  return steps
}

/** luna.conf: the store, the TFTP root, and that the user may read it. */
function confSteps(found: Found, cluster: Cluster): Step[] {
  const { conf, stated, database, user, config } = found
  const withStore = stated || !database ? conf.text : withKey(conf.text, 'Embedded', 'path', database)
  const root = tftpRootOf(found)
  const content = root === config.paths.tftp_root ? withStore : withKey(withStore, 'Paths', 'tftp_root', root)
  const { uid, gid, mode } = conf.rights ?? { uid: 0, gid: -1, mode: 0 }
  const readable = mode & 0o004 || (user?.gid === gid && mode & 0o040) || (user?.uid === uid && mode & 0o400)
  if (content === conf.text && (readable || !conf.rights)) return []
  const rights = readable ? { mode: mode & 0o777, owner: { uid, gid } } : { mode: 0o640 }
  const file = { path: conf.path, content, secret: /(?<=^\s*password\s*[=:]).*/gim, ...rights }
  return [{ do: 'edit', file, ...(readable ? {} : { groupOf: cluster.user ?? '' }) }]
}

/** What tftpd serves, unless luna.conf says another place: that is the operator's business. */
function tftpRootOf({ tftpRoot, config, conf }: Found): string {
  const isStated = withKey(conf.text, 'Paths', 'tftp_root', '/') === conf.text
  return isStated ? config.paths.tftp_root : (tftpRoot ?? config.paths.tftp_root)
}

function clusterSteps(found: Found, wish: Wish, cluster: Cluster): Step[] {
  const fields = clusterWish(found, wish)
  if (found.cluster) return Object.keys(fields).length > 0 ? [{ do: 'change', wish: fields }] : []
  const { user, path, nodeprefix, nodedigits } = cluster
  const given = { user: user ?? '', path: path ?? '', nodeprefix: nodeprefix ?? '', nodedigits }
  const database = found.database === undefined ? {} : { database: found.database }
  const made = { ...given, ...fields, frontend_address: wish.frontend.address, server_port: 0 }
  return [{ do: 'init', wish: { ...made, ...database } }]
}

/** Fields of the cluster that differ from what is wished, or that do not fit the named of this machine. */
function clusterWish({ cluster, named }: Found, { frontend, dns }: Wish) {
  const fields: Record<string, string> = {}
  if (cluster?.frontend_address !== frontend.address) fields.frontend_address = frontend.address
  if (!dns || !named || hasZones(named.configuration)) return fields
  const { named_include_file: list, named_zone_dir: dir } = clusterFields
  const fitting = [
    ['named_include_file', list.absent, join(dirname(named.file), 'named.luna.zones')],
    ['named_zone_dir', dir.absent, namedDirectory(named.configuration) ?? dir.absent],
  ] as const
  for (const [name, absent, own] of fitting)
    if (own && own !== absent && (cluster?.[name] ?? absent) === absent) fields[name] = own
  return fields
}

function networkSteps({ network, frontend }: Wish, { nsHostname }: Names): Step[] {
  if (!network.isNew) return []
  const { name, prefix } = network
  const address = formatIp(prefix.version, prefix.base)
  return [
    { do: 'network', wish: { name, address, prefix: prefix.length, nsHostname, nsIp: frontend.address } },
  ]
}

function dropInSteps({ dropIns, database }: Found, cluster: Cluster, tftpRoot: string): Step[] {
  const places = {
    user: cluster.user ?? '',
    path: paths(cluster).root,
    database: database && dirname(database),
    tftpRoot,
  }
  return ownUnits.flatMap((unit): Step[] => {
    const path = dropInOf(unit)
    const content = dropInText(unit, places)
    if ((content ?? '') === (dropIns.get(path) ?? '')) return []
    return [{ do: 'edit', file: { path, content: content ?? null, mode: 0o644 }, unit }]
  })
}

function dhcpSteps(found: Found, { frontend, network, range }: Wish): Step[] {
  const { dhcpdDefaults, dhcpdConf, cluster, config } = found
  const isServed = (cluster?.dhcp_net ?? null) !== null
  const steps: Step[] = dhcpdConf.rights && !isServed ? [{ do: 'keep', path: dhcpdConf.path }] : []
  const { file: path = '', text = '' } = dhcpdDefaults ?? {}
  const content = servingOn(text, frontend.interface)
  // Before Luna's dhcpd.conf is there, dhcpd has no reason to start with these.
  const unit = isServed ? { unit: config.services.dhcpd } : {}
  if (dhcpdDefaults && content !== text)
    steps.push({ do: 'keep', path }, { do: 'edit', file: { path, content, mode: 0o644 }, ...unit })
  return [...steps, { do: 'makedhcp', ...(range && { range: { network: network.name, ...range } }) }]
}

function nginxSteps({ web }: Found): Step[] {
  if (!web) return []
  const { path, text, rights } = web.conf
  const content = withConnections(text, web.texts, web.nodes, web.processors)
  if (content === text) return []
  const mode = (rights?.mode ?? 0o644) & 0o777
  return [
    { do: 'keep', path },
    { do: 'edit', file: { path, content, mode }, ofNginx: true },
  ]
}

function dnsSteps({ named }: Found, cluster: Cluster): Step[] {
  if (!named) return []
  const content = withZones(named, cluster.named_include_file ?? '')
  if (content === named.text) return [{ do: 'makedns' }]
  const { uid, gid, mode } = named.rights
  const configuration = { path: named.file, content, mode: mode & 0o777, owner: { uid, gid } }
  return [
    { do: 'keep', path: named.file },
    { do: 'makedns', configuration },
  ]
}

function enableSteps({ units }: Found, names: readonly string[], start: boolean): Step[] {
  const ready = (unit: string) => units.get(unit)?.enabled && (!start || units.get(unit)?.active)
  return names.filter((unit) => !ready(unit)).map((unit) => ({ do: 'enable', unit, start }))
}
