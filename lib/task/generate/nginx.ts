// luna cluster makenginx: the nginx server that nodes talk to.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { checkNginx } from '../../host/service/nginx.ts'
import { reloadOrStart } from '../../host/service/service.ts'
import type { Cluster } from '../../object/cluster.ts'
import { parseIp } from '../../object/net/address.ts'
import { type NginxFacts, nginxAround, renderNginx } from '../../render/nginx.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { newNotes } from '../outcome.ts'
import { type Generated, generateFiles, siteTemplates } from './generate.ts'

/** Certificate and key of the frontend, in the order in which they are looked for. */
export const certificates = [
  { certificate: '/etc/luna/frontend.crt', key: '/etc/luna/frontend.key' },
  { certificate: '/etc/pki/tls/certs/luna.crt', key: '/etc/pki/tls/private/luna.key' },
  { certificate: '/etc/ssl/certs/luna.crt', key: '/etc/ssl/private/luna.key' },
] as const

/** Writes `<nginx_conf_d>/luna.conf`, and has nginx read it when it differs (or start, when it is down). */
export async function makeNginx(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
  wish: { readonly dryRun?: boolean } = {},
): Promise<Generated> {
  const cluster = await getCluster(store)
  const path = join(host.paths.nginx_conf_d, 'luna.conf')
  const facts = factsOf(cluster, host.services)
  const file = { path, content: renderNginx(facts, siteTemplates(cluster)), mode: 0o644 }
  const steps = {
    check: (draftOf: (path: string) => string) => checkNginx((dir) => nginxAround(draftOf(path), dir)),
    activate: () => reloadOrStart(host.services.nginx),
  }
  return await generateFiles([file], steps, wish.dryRun ?? false, newNotes())
}

function factsOf(cluster: Cluster, { responder }: Config['services']): NginxFacts {
  return {
    path: cluster.path ?? '/opt/luna',
    port: portOf('frontend_port', cluster.frontend_port, 1),
    ipv6: parseIp(cluster.frontend_address ?? '')?.version === 6,
    tls: cluster.frontend_https ? findCertificate() : null,
    serverPort: portOf('server_port', cluster.server_port, 0),
    // node-fastcgi mixes up the answers of a kept connection.
    keepConnections: responder === 'own',
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
