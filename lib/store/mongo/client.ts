// The connection to MongoDB: the options of the driver from luna.conf, and what is asked again.
import { MongoClient, type MongoClientOptions, type ServerDescription } from 'mongodb'
import type { MongoConfig } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { isCutOff } from './errors.ts'
import { explained } from './explain.ts'

// When a single server counts as not there, and a replica set as without a primary: its members may take 12
// seconds to miss theirs and to elect another one. Then how long a server may be silent while it is watched
// and while it answers, how long a majority may take to confirm a write, and how long a request may wait for
// a free connection. In milliseconds.
const reachWithin = 2000
const electWithin = 20_000
const silentWithin = 10_000
const answerWithin = 30_000
const confirmWithin = 5000
const queueWithin = 10_000

/**
 * Connects. Rejects with LunaError: `unavailable`, or `invalid` for what luna.conf says. `found` is told of
 * the servers that there are.
 */
export async function connectMongo(
  config: MongoConfig,
  file: string,
  found: (server: ServerDescription) => void = () => {},
): Promise<MongoClient> {
  try {
    const client = new MongoClient(`mongodb://${hostsOf(config.server)}/`, clientOptions(config))
    const listen = ({ newDescription }: { readonly newDescription: ServerDescription }) => {
      if (newDescription.type !== 'Unknown') found(newDescription)
    }
    client.on('serverDescriptionChanged', listen)
    await client.connect()
    client.off('serverDescriptionChanged', listen)
    return client
  } catch (error) {
    throw explained(config, file, error)
  }
}

/**
 * The options of the driver. User and password count only together; the password never becomes part of a URL.
 * A single server without a replica set is asked directly. As in the first Luna, TLS without a CA does not
 * verify the certificate.
 */
export function clientOptions(config: MongoConfig): MongoClientOptions {
  const { replicaset, authdb, user, password, tls, caFile } = config
  const direct = isDirect(config)
  return {
    appName: 'luna',
    readPreference: 'primary',
    serverSelectionTimeoutMS: direct ? reachWithin : electWithin,
    connectTimeoutMS: silentWithin,
    socketTimeoutMS: answerWithin,
    waitQueueTimeoutMS: queueWithin,
    maxPoolSize: 20,
    maxIdleTimeMS: 60_000,
    writeConcern: { w: 'majority', wtimeoutMS: confirmWithin },
    ...(replicaset && { replicaSet: replicaset }),
    ...(direct && { directConnection: true }),
    ...(user && password && { auth: { username: user, password } }),
    ...(user && password && authdb && { authSource: authdb }),
    ...(tls && { tls: true, ...(caFile ? { tlsCAFile: caFile } : { tlsAllowInvalidCertificates: true }) }),
  }
}

/** One server, of which luna.conf does not say that it belongs to a replica set. */
export function isDirect({ server, replicaset }: MongoConfig): boolean {
  return !replicaset && !server.includes(',')
}

/** The hosts as a URI has them: the path of a socket is written with %2F. */
function hostsOf(server: string): string {
  const hosts = server.split(',')
  return hosts.map((host) => (host.startsWith('/') ? encodeURIComponent(host) : host)).join()
}

/** What a server says of itself, as answer to `isMaster`. */
export interface Hello {
  readonly setName?: string
  readonly ismaster?: boolean
  readonly me?: string
  readonly hosts?: readonly string[]
  readonly arbiters?: readonly string[]
  readonly localTime?: Date
  readonly msg?: string
}

export async function helloOf(client: MongoClient): Promise<Hello> {
  return await client.db('admin').command({ isMaster: 1 })
}

/**
 * Throws LunaError `unavailable` for a member of a replica set that is not its primary: asked directly it
 * would answer with what was true some time ago.
 */
export function refuseSecondary(
  { server }: MongoConfig,
  file: string,
  { setName, type, hosts }: Pick<ServerDescription, 'setName' | 'type' | 'hosts'>,
): void {
  if (setName === null || type === 'RSPrimary') return
  const members = (hosts.length > 0 ? hosts : [server]).join()
  throw new LunaError('unavailable', `the MongoDB at ${server} is not the primary of ${setName}`, {
    why: 'what it knows may be old, and it writes nothing',
    fix: `write replicaset=${setName} and server=${members} under [MongoDB] in ${file}`,
  })
}

/**
 * Does once more what a primary that went away has cut off; for what may be done twice. The driver by itself
 * does so for most things, but not for the rest of a long read, nor for the removal of many.
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isCutOff(error)) throw error
    return await work()
  }
}
