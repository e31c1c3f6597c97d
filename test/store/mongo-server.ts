// A MongoDB for tests: the one that LUNA_TEST_MONGODB names, else `mongod` from PATH, else a stand-in in Java
// (mongo-java-server).
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MongoConfig } from '../../lib/config.ts'
import { fetchJars, startStandIn, stopped } from './mongo-stand-in.ts'

export interface MongoServer {
  /** How to reach it: as a URI, and as luna.conf says it. */
  readonly uri: string
  readonly config: MongoConfig
  /** What it is: "mongod", "mongo-java-server", or the URI's host. */
  readonly kind: string
  /** Gives an order to the stand-in (see MemoryMongoServer.java); absent where it is none. */
  readonly order?: (order: string) => Promise<string>
  stop(): Promise<void>
}

/** A replica set of two that fails over when it is told to. */
export interface ReplicaSet extends MongoServer {
  /**
   * Makes the primary step down at the n-th command from now on (from 1; 0: never), and the other member
   * primary some milliseconds later. Gives how many commands there were since it was called before.
   */
  failOver(way: FailOver, command: number, election: number): Promise<number>
}

/**
 * What becomes of the command that a failover hits: not done, or done without an answer, while all
 * connections break; or refused, as all that follow, over connections that stay.
 */
export type FailOver = 'lost' | 'done' | 'refused'

/** What to say where no server can be had. */
export const noMongoServer = 'there is no LUNA_TEST_MONGODB, no mongod, and no Java with mongo-java-server'

const howToGetOne =
  'looked for: the URI in LUNA_TEST_MONGODB, mongod in PATH, Java and Maven for mongo-java-server, which is fetched; ' +
  'install one of these (apt-get install default-jre-headless maven), or set LUNA_TEST_MONGODB=mongodb://HOST'

/**
 * Fetches what a server needs, while there is a network. Gives what is lacking and how to get it where none
 * can be had.
 */
export function fetchMongoServer(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.LUNA_TEST_MONGODB || inPath('mongod')) return undefined
  const why = inPath('java') ? whyNotFetched() : undefined
  if (inPath('java') && why === undefined) return undefined
  return `no MongoDB server can be had: ${why ?? 'there is none, and no Java'} (${howToGetOne})`
}

function whyNotFetched(): string | undefined {
  try {
    fetchJars()
    return undefined
  } catch (error) {
    return `mongo-java-server was not fetched: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Starts one on a free loopback port; undefined where none can be had. */
export async function startMongoServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<MongoServer | undefined> {
  const uri = env.LUNA_TEST_MONGODB
  if (uri) return { uri, config: configOf(uri), kind: new URL(uri).host, stop: () => Promise.resolve() }
  if (inPath('mongod')) return startMongod()
  try {
    return inPath('java') ? await startMemory() : undefined
  } catch {
    return undefined
  }
}

/** The stand-in as a replica set; undefined where it cannot be had. */
export async function startReplicaSet(): Promise<ReplicaSet | undefined> {
  try {
    return inPath('java') ? await startTwo() : undefined
  } catch {
    return undefined
  }
}

/** The settings of luna.conf that say the same as a MongoDB URI. */
export function configOf(uri: string): MongoConfig {
  const { host, username, password, searchParams } = new URL(uri)
  const replicaset = searchParams.get('replicaSet')
  const authdb = searchParams.get('authSource')
  return {
    server: host,
    ...(username && { user: decodeURIComponent(username), password: decodeURIComponent(password) }),
    ...(replicaset && { replicaset }),
    ...(authdb && { authdb }),
    tls: searchParams.get('tls') === 'true',
  }
}

async function startMongod(): Promise<MongoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'luna-mongod-'))
  const port = await freePort()
  const server = spawn('mongod', ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'], {
    stdio: 'ignore',
  })
  await answers(port)
  const clean = () => rmSync(folder, { recursive: true, force: true })
  return { ...local(port), kind: 'mongod', stop: () => stopped(server).then(clean) }
}

async function startMemory(): Promise<MongoServer> {
  const { ports, ask, stop } = await startStandIn()
  return { ...local(Number(ports[0])), kind: standIn, order: ask, stop }
}

async function startTwo(): Promise<ReplicaSet> {
  const { ports, ask, stop } = await startStandIn('rs0')
  const server = ports.map((port) => `127.0.0.1:${port}`).join()
  return {
    uri: `mongodb://${server}/?replicaSet=rs0`,
    config: { server, replicaset: 'rs0', tls: false },
    kind: standIn,
    order: ask,
    failOver: async (way, command, election) => Number(await ask(`${way} ${command} ${election}`)),
    stop,
  }
}

const standIn = 'mongo-java-server'

function local(port: number): Pick<MongoServer, 'uri' | 'config'> {
  const server = `127.0.0.1:${port}`
  return { uri: `mongodb://${server}`, config: { server, tls: false } }
}

function inPath(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.end())
    })
    if (open) return
    await sleep(100)
  }
  throw new Error('the server does not answer')
}
