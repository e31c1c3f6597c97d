// A worker of lweb: answers requests until the leader or a signal stops it, and finishes the requests in
// hand.
import cluster from 'node:cluster'
import { once } from 'node:events'
import type { Config } from '../config.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { sentence } from '../error.ts'
import { nginxKeyPath, readNginxKey, readSeedKey } from '../host/service/nginx-key.ts'
import { Wire } from '../host/wire.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { leader } from './asked.ts'
import type { Address, Listener } from './fastcgi/handler.ts'
import { serve } from './fastcgi/serve.ts'
import { onlyFromNginx } from './from-nginx.ts'
import { counting } from './metrics/count.ts'
import { answerWith, type RouteContext } from './routes.ts'
import { gatherSeen } from './seen.ts'
import { sendToLeader } from './send.ts'
import { Telling } from './told.ts'

/**
 * The first message of the leader to a worker. It holds the configuration: arguments would show its password.
 */
export interface WorkerOptions {
  readonly config: Config
  readonly url: string
  readonly address: Address
  /** null: standard error. */
  readonly logFile: string | null
}

/** The message that ends a worker. */
export const stopMessage = 'stop'

// How often a worker tells the leader that it has not hung, in milliseconds.
export const heartbeatInterval = 5000

const httpSpoken = 'nginx has the file of another Luna, and no node is answered'
const makeNginx = 'luna cluster makenginx'

/** The whole life of a worker. */
export async function runWorker(): Promise<void> {
  const stopping = new AbortController()
  // Ctrl-C in a terminal reaches all processes: the leader stops its workers then.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => stopping.abort())
  process.once('disconnect', () => stopping.abort())
  // Listened to from the start: a leader that stops at once sends both messages before the first is read.
  process.on('message', (message) => message === stopMessage && stopping.abort())
  const [options] = (await once(process, 'message')) as [WorkerOptions]
  const log = options.logFile === null ? daemonLog() : fileLog(options.logFile)
  process.on('uncaughtExceptionMonitor', (error) => log.error('worker crashed', { why: error.stack }))
  const store = reopeningStore(() => openStore(options.config))
  const [gathering, telling] = [gatherSeen(sendToLeader), new Telling(sendToLeader)]
  try {
    const { responder } = options.config.services
    const http = () => log.error('HTTP came to the port of FastCGI', { why: httpSpoken, fix: makeNginx })
    const keyPath = nginxKeyPath(options.config.paths.nginx_conf_d)
    const key = () => readNginxKey(keyPath)
    const context = contextOf(options, store.get, log, {
      record: gathering.record,
      unknown: (asked) => telling.unknown(asked),
      refused: (asked) => telling.refused(asked),
    })
    const answer = counting(answerWith({ ...context, seedKey: () => readSeedKey(keyPath) }), telling.counter)
    const handler = onlyFromNginx(answer, key, log)
    const listener = await serve(responder, handler, options.address, http)
    const beat = setInterval(() => process.connected && process.send?.('beat'), heartbeatInterval)
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
    clearInterval(beat)
    await finish(listener)
    await gathering.flush()
    await telling.end()
  } catch (error) {
    log.error('worker cannot serve', { why: sentence(error) })
    process.exitCode = 1
  }
  await store.close()
  if (process.connected) process.disconnect()
}

function contextOf(
  { url }: WorkerOptions,
  store: () => Promise<Store>,
  log: Log,
  tell: Pick<RouteContext, 'record' | 'unknown' | 'refused'>,
): Omit<RouteContext, 'seedKey'> {
  const wire = new Wire()
  const place = (address: string) => wire.at(address)
  return {
    url,
    store,
    log,
    ...tell,
    leader,
    now: () => new Date(),
    random: Math.random,
    place,
  }
}

async function finish(listener: Listener): Promise<void> {
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
  await listener.close()
}
