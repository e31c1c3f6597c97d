// mongodump and mongorestore: those from PATH, else built by Go from the versions that mongo-tools/go.mod
// names, whose sums are beside it. They are kept in node_modules/.cache.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

export interface MongoTools {
  readonly mongodump: string
  readonly mongorestore: string
}

const source = join(import.meta.dirname, 'mongo-tools')
const cache = join(import.meta.dirname, '../../node_modules/.cache/mongo-tools')

/** Gives both programs, or says why they cannot be had. */
export function findMongoTools(): MongoTools | string {
  if (runs('mongodump') && runs('mongorestore'))
    return { mongodump: 'mongodump', mongorestore: 'mongorestore' }
  const built = { mongodump: join(cache, 'mongodump'), mongorestore: join(cache, 'mongorestore') }
  if (Object.values(built).every((path) => existsSync(path))) return built
  if (!runs('go', 'version')) return 'there is no mongodump, and no Go to build it'
  try {
    for (const [name, path] of Object.entries(built)) build(name, path)
    return built
  } catch (error) {
    return `mongodump cannot be built: ${error instanceof Error ? error.message : String(error)}`
  }
}

function build(name: string, path: string): void {
  mkdirSync(cache, { recursive: true })
  const draft = `${path}.${process.pid}`
  const program = `github.com/mongodb/mongo-tools/${name}/main`
  execFileSync('go', ['build', '-o', draft, program], { cwd: source, stdio: 'pipe', timeout: 300_000 })
  renameSync(draft, path)
}

function runs(program: string, argument = '--version'): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).status === 0
}
