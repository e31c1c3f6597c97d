// A server that the tests of a suite share.
import { type MongoServer, noMongoServer } from './mongo-server.ts'

/** The settings of one that has not started yet. */
export const notStarted = { server: 'not started', tls: false }

/**
 * A server for the tests of a suite, which are skipped in one visible line where there is none; not in CI.
 */
export function started(start: () => Promise<MongoServer | undefined>): () => MongoServer | undefined {
  let server: MongoServer | undefined
  before(async function () {
    this.timeout(300_000)
    server = await start()
    if (server) return
    if (process.env.CI) throw new Error(noMongoServer)
    console.log(`    not tested: ${noMongoServer}`)
    this.skip()
  })
  after(() => server?.stop())
  return () => server
}
