// Firewall and SELinux: what has to be allowed for nodes to reach this head.
import type { Firewall } from '../../host/service/firewall.ts'
import type { Selinux } from '../../host/service/selinux.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Step } from './step.ts'

type Run = Extract<Step, { do: 'run' }>

type Ports = Pick<Cluster, 'frontend_port' | 'torrent_listen_port_min' | 'torrent_listen_port_max'>

/** The holes that are missing in a firewall, on the interface that nodes are at. */
export function firewallSteps(
  firewall: Firewall | undefined,
  cluster: Ports,
  dns: boolean,
  name: string,
): Run[] {
  if (firewall === undefined) return []
  return firewall.kind === 'ufw'
    ? ufwSteps(firewall.rules, cluster, dns, name)
    : firewalldSteps(firewall, cluster, dns, name)
}

function firewalldSteps(
  { zones, open }: Extract<Firewall, { kind: 'firewalld' }>,
  cluster: Ports,
  dns: boolean,
  name: string,
): Run[] {
  const zone = zones.get(name) ?? 'public'
  const there = open.get(zone) ?? new Set<string>()
  const has = new Set([...there, ...(there.has('luna') ? ofLuna : [])])
  const services = ['dhcp', 'tftp', ...(dns ? ['dns'] : [])]
  const ports = [`${cluster.frontend_port}/tcp`, `${torrentPorts(cluster, '-')}/tcp`]
  const missing = [
    services.filter((each) => !has.has(each)).map((each) => `--add-service=${each}`),
    ports.filter((each) => !has.has(each)).map((each) => `--add-port=${each}`),
  ]
  // it takes several of a kind, but not services and ports in one command
  const lines = missing.filter((options) => options.length > 0)
  return lines.flatMap((options) =>
    [[], ['--permanent']].map((how) => run('firewall-cmd', ...how, `--zone=${zone}`, ...options)),
  )
}

/** What the service that comes with Luna's package opens (packaging/files/firewalld-luna.xml). */
const ofLuna = ['dhcp', 'tftp', '7050/tcp', '7052-7200/tcp']

function ufwSteps(rules: ReadonlySet<string>, cluster: Ports, dns: boolean, name: string): Run[] {
  const holes = [
    ['67', 'udp'],
    ['69', 'udp'],
    [String(cluster.frontend_port), 'tcp'],
    [torrentPorts(cluster, ':'), 'tcp'],
    ...(dns ? [['53', 'udp'] as const, ['53', 'tcp'] as const] : []),
  ] as const
  return holes
    .map(([port, protocol]) => ['allow', 'in', 'on', name, 'to', 'any', 'port', port, 'proto', protocol])
    .filter((rule) => !rules.has(`ufw ${rule.join(' ')}`))
    .map((rule) => run('ufw', ...rule))
}

function torrentPorts({ torrent_listen_port_min: min, torrent_listen_port_max: max }: Ports, to: string) {
  return `${min}${to}${max}`
}

/**
 * What SELinux is told before nginx starts: the port, the way to lweb, what may be read. What is labelled
 * after the files are there is in `relabelSteps`.
 */
export function selinuxSteps(
  selinux: Selinux | undefined,
  cluster: Pick<Cluster, 'frontend_port' | 'server_port' | 'path'>,
  tftpRoot: string,
): Run[] {
  if (selinux === undefined) return []
  const port = String(cluster.frontend_port)
  const labels = labelsOf(selinux, cluster, tftpRoot)
  return [
    ...(selinux.webPorts.includes(port)
      ? []
      : [run('semanage', 'port', '-a', '-t', 'http_port_t', '-p', 'tcp', port)]),
    ...(cluster.server_port === 0 || selinux.policy || selinux.mayConnect
      ? []
      : [run('setsebool', '-P', 'httpd_can_network_connect', 'on')]),
    // worker_rlimit_nofile, without which nginx takes no more connections than before
    ...(selinux.mayRaise ? [] : [run('setsebool', '-P', 'httpd_setrlimit', 'on')]),
    ...labels
      .filter(([pattern]) => !selinux.contexts.includes(pattern))
      .map(([pattern, type]) => run('semanage', 'fcontext', '-a', '-t', type, pattern)),
  ]
}

/** Gives the files the labels that they have been promised. */
export function relabelSteps(
  selinux: Selinux | undefined,
  cluster: Pick<Cluster, 'path'>,
  tftpRoot: string,
): Run[] {
  return selinux ? [run('restorecon', '-R', paths(cluster).root, tftpRoot)] : []
}

/** Luna's policy has the usual places. */
function labelsOf({ policy }: Selinux, cluster: Pick<Cluster, 'path'>, tftpRoot: string) {
  const { root } = paths(cluster)
  const web = policy && root === '/opt/luna' ? [] : [[`${root}/(boot|torrents)(/.*)?`, 'httpd_sys_content_t']]
  const tftp = ['/tftpboot', '/var/lib/tftpboot'].includes(tftpRoot)
    ? []
    : [[`${tftpRoot}(/.*)?`, 'tftpdir_t']]
  return [...web, ...tftp] as [pattern: string, type: string][]
}

function run(program: string, ...args: string[]): Run {
  return { do: 'run', line: [program, ...args] }
}
