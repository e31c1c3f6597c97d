// A MongoDB for tests: the one that LUNA_TEST_MONGODB names, else `mongod` from PATH, else a stand-in in Java (mongo-java-server).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MongoConfig } from '../../lib/config.ts'

export interface MongoServer {
  /** How to reach it: as a URI, and as luna.conf says it. */
  readonly uri: string
  readonly config: MongoConfig
  /** What it is: "mongod", "mongo-java-server", or the URI's host. */
  readonly kind: string
  stop(): Promise<void>
}

/** What to say where no server can be had. */
export const noMongoServer = 'there is no LUNA_TEST_MONGODB, no mongod, and no Java with mongo-java-server'

/** Starts one on a free loopback port; undefined where none can be had. */
export async function startMongoServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<MongoServer | undefined> {
  const uri = env.LUNA_TEST_MONGODB
  if (uri) return { uri, config: configOf(uri), kind: new URL(uri).host, stop: () => Promise.resolve() }
  if (inPath('mongod')) return startMongod()
  try {
    return inPath('java') ? await startStandIn(fetchJars()) : undefined
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

async function startStandIn(jars: string, ...set: string[]): Promise<MongoServer> {
  const source = join(import.meta.dirname, 'MemoryMongoServer.java')
  const server = spawn('java', [...quickStart, '-cp', join(jars, '*'), source, ...set], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const port = await firstLine(server)
  return { ...local(Number(port)), kind: 'mongo-java-server', stop: () => stopped(server) }
}

// It lives for seconds: compiled once, without a second thought.
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

const artifact = { group: 'de.bwaldvogel', name: 'mongo-java-server', version: '1.47.0' } as const

/** The folder with the stand-in and all that it needs; fetched once by Maven. */
function fetchJars(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'luna', `${artifact.name}-${artifact.version}`)
  const jars = join(folder, 'jars')
  mkdirSync(jars, { recursive: true })
  if (readdirSync(jars).some((file) => file.startsWith('netty-'))) return jars
  const pom = join(folder, 'pom.xml')
  writeFileSync(pom, project())
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`]
  execFileSync('mvn', ['-q', '-B', '-f', pom, ...goal], { stdio: 'ignore', timeout: 240_000 })
  return jars
}

function project(): string {
  const { group, name, version } = artifact
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>luna</groupId><artifactId>test-mongo-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`
}

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

async function firstLine(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('no output to read')
  for await (const line of createInterface(server.stdout)) return line
  throw new Error('the server ended at once')
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

function stopped(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill()
  })
}

/** The stand-in as the only member of a replica set; undefined where it cannot be had. */
export async function startReplicaSet(): Promise<MongoServer | undefined> {
  try {
    return inPath('java') ? await startStandIn(fetchJars(), 'rs0') : undefined
  } catch {
    return undefined
  }
}
