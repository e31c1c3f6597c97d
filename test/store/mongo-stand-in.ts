// mongo-java-server, fetched by Maven and started by Java: what stands in where there is no mongod.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface StandIn {
  readonly ports: readonly string[]
  /** Gives it a line to read, and gives the line that it answers. */
  ask(order: string): Promise<string>
  stop(): Promise<void>
}

/** Starts it, as a replica set where a name for one is given. Rejects where it cannot be had. */
export async function startStandIn(...set: string[]): Promise<StandIn> {
  const source = join(import.meta.dirname, 'MemoryMongoServer.java')
  const server = spawn('java', [...quickStart, '-cp', join(fetchJars(), '*'), source, ...set], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  const line = async () => {
    const { done, value } = await lines.next()
    if (done) throw new Error('the server has ended')
    return value
  }
  const ask = (order: string) => {
    server.stdin.write(`${order}\n`)
    return line()
  }
  return { ports: (await line()).split(' '), ask, stop: () => stopped(server) }
}

// It lives for seconds: compiled once, without a second thought. A command that waits keeps a thread of the
// server.
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dio.netty.eventLoopThreads=64']

const artifact = { group: 'de.bwaldvogel', name: 'mongo-java-server', version: '1.47.0' } as const

/** The folder with the stand-in and all that it needs; fetched once by Maven. */
export function fetchJars(): string {
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

/** Ends a process and waits until it has. */
export function stopped(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill()
  })
}
