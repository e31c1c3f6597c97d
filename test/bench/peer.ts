// One web worker of the bench: `node peer.ts MODE SOCKET`. `luna` is what a worker of
// lweb does; `recording` the same with what it sees of boots written down by a `leader`, a process of its own
// as in lweb; `http` that over node:http, and `node-fastcgi` over that package; `empty` FastCGI with nothing
// behind it. `counting` is `luna` that counts what it asks MongoDB, and says so when it is asked.
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { MongoClient } from 'mongodb'
import { loadConfig } from '../../lib/config.ts'
import { reopeningStore } from '../../lib/daemon/reopening-store.ts'
import { Wire } from '../../lib/host/wire.ts'
import { daemonLog } from '../../lib/log.ts'
import { openStore } from '../../lib/store/open.ts'
import { type Handler, piecesOf } from '../../lib/web/fastcgi/handler.ts'
import { serve } from '../../lib/web/fastcgi/serve.ts'
import { answerWith, type RouteContext } from '../../lib/web/routes.ts'
import { gatherSeen, isSeen, recordSeen } from '../../lib/web/seen.ts'

const [mode = '', path = ''] = process.argv.slice(2)
const nothing: Handler = async () => ({ status: 200, type: 'text/plain', body: 'x'.repeat(560) })

// Before anybody can see that it serves, and have it end.
process.on('disconnect', () => process.exit())
rmSync(path, { force: true })
switch (mode) {
  case 'luna':
    await serve('own', handlers(), { path })
    break
  case 'recording':
    await serve('own', handlers(recording()), { path })
    break
  case 'counting':
    countCommands()
    await serve('own', handlers(), { path })
    break
  case 'leader':
    lead()
    break
  case 'node-fastcgi':
    await serve('node-fastcgi', handlers(recording()), { path })
    break
  case 'empty':
    await serve('own', nothing, { path })
    break
  case 'http':
    serveHttp(handlers(recording()), path)
    break
  default:
    throw new Error(`there is no mode ${mode}`)
}

function handlers(record: RouteContext['record'] = () => undefined): Handler {
  const store = reopeningStore(() => openStore(loadConfig()))
  const url = 'http://10.30.255.254:7050'
  const clock = { now: () => new Date(), random: Math.random }
  const wire = new Wire()
  const place = (address: string) => wire.at(address)
  const nothing = {
    unknown: () => undefined,
    refused: () => undefined,
    leader: {
      metrics: async () => '',
      steps: async () => new Map(),
      nodes: async () => ({ tag: '', body: '' }),
    },
    seedKey: async () => undefined,
  }
  return answerWith({ store: store.get, url, log: daemonLog(), record, ...nothing, ...clock, place })
}

/** Gives what is seen of boots to a leader, as a worker does. */
function recording(): RouteContext['record'] {
  const leader = fork(import.meta.filename, ['leader'])
  return gatherSeen(async (seen) => void (leader.connected && leader.send(seen))).record
}

/** By the command monitoring of the driver, which costs more than it counts: not where time is taken. */
function countCommands(): void {
  let commands = 0
  const { connect } = MongoClient.prototype
  MongoClient.prototype.connect = function (this: MongoClient) {
    Object.assign(this, { monitorCommands: true })
    this.on('commandStarted', () => commands++)
    return connect.call(this)
  }
  process.on('message', () => process.send?.(commands))
}

function lead(): void {
  const { get } = reopeningStore(() => openStore(loadConfig()))
  const { add } = recordSeen(get, daemonLog())
  process.on('message', (message) => isSeen(message) && add(message.seen))
}

function serveHttp(handler: Handler, path: string): void {
  const server = createServer((request, response) => {
    const [where = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
    const remote = String(request.headers['x-real-ip'] ?? '')
    void handler({
      method: request.method ?? '',
      path: where,
      query,
      remote,
      port: 0,
      key: '',
      match: '',
      token: '',
    }).then(({ status, type, body }) => {
      const bytes = Buffer.concat(piecesOf(body))
      response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
      response.end(bytes)
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(path)
}
