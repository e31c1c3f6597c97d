// What the nginx server of a cluster is to do.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import type { DesiredFile } from '../../host/file.ts'
import { nginxKeyPath } from '../../host/service/nginx-key.ts'
import { asksRoot } from '../../object/boot-access.ts'
import { type Cluster, isIpv6Frontend, paths } from '../../object/cluster.ts'
import { headPrefixes, networkText, servedPrefixes } from '../../object/net/served.ts'
import { watcherPrefixes } from '../../object/net/watchers.ts'
import type { Network } from '../../object/network.ts'
import type { Origin } from '../../object/origin.ts'
import { type NginxFacts, nginxOrigin, renderNginx } from '../../render/nginx.ts'

/** Certificate and key of the frontend, in the order in which they are looked for. */
const certificates = [
  { certificate: '/etc/luna/frontend.crt', key: '/etc/luna/frontend.key' },
  { certificate: '/etc/pki/tls/certs/luna.crt', key: '/etc/pki/tls/private/luna.key' },
  { certificate: '/etc/ssl/certs/luna.crt', key: '/etc/ssl/private/luna.key' },
] as const

export interface NginxFile {
  readonly file: DesiredFile
  readonly origin: Origin
  /** The port that nodes ask. */
  readonly port: number
}

/**
 * The file for nginx. Throws LunaError `invalid` for ports that are none, and where nodes use https without a
 * certificate.
 */
export function nginxFile(
  cluster: Cluster,
  networks: readonly Network[],
  path: string,
  services: Config['services'],
): NginxFile {
  const { templates } = paths(cluster)
  const facts = { ...factsOf(cluster, networks, services), keyFile: nginxKeyPath(dirname(path)) }
  const file = { path, content: renderNginx(facts, templates), mode: 0o644 }
  return { file, origin: nginxOrigin(templates), port: facts.port }
}

function factsOf(
  cluster: Cluster,
  networks: readonly Network[],
  { responder }: Config['services'],
): Omit<NginxFacts, 'keyFile'> {
  return {
    path: paths(cluster).root,
    port: portOf('frontend_port', cluster.frontend_port, 1),
    ipv6: isIpv6Frontend(cluster),
    tls: cluster.frontend_https ? findCertificate() : null,
    serverPort: portOf('server_port', cluster.server_port, 0),
    rootOnly: asksRoot(cluster),
    // node-fastcgi mixes up the answers of a kept connection.
    keepConnections: responder === 'own',
    networks: servedPrefixes(cluster, networks).map(networkText),
    heads: headPrefixes(cluster).map(networkText),
    watchers: watcherPrefixes(cluster).map(networkText),
    // Of the packages of Debian and EL alike.
    accessLog: existsSync('/var/log/nginx') ? '/var/log/nginx/access.log' : null,
  }
}

function portOf(name: string, port: number, lowest: number): number {
  if (Number.isInteger(port) && port >= lowest && port <= 65535) return port
  throw new LunaError('invalid', `the cluster's ${name}, ${port}, is not a port`, {
    fix: `luna cluster change --${name} PORT`,
  })
}

function findCertificate(): (typeof certificates)[number] {
  const found = certificates.find(({ certificate, key }) => existsSync(certificate) && existsSync(key))
  if (found) return found
  const [first] = certificates
  throw new LunaError('invalid', 'nodes use https, but there is no certificate for it', {
    why: `none of ${certificates.map(({ certificate }) => certificate).join(', ')} is there with its key`,
    fix: `put them at ${first.certificate} and ${first.key}, or: luna cluster change --frontend_https n`,
  })
}
