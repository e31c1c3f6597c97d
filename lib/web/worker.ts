// One web worker: answers requests until its leader, or a signal, tells it to stop; then it finishes what it has in hand.
import cluster from 'node:cluster'
import { once } from 'node:events'
import type { Config } from '../config.ts'
import { reopeningStore } from '../daemon/reopening-store.ts'
import { sentence } from '../error.ts'
import { daemonLog, fileLog, type Log } from '../log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import type { Address, Listener } from './fastcgi/handler.ts'
import { serve } from './fastcgi/serve.ts'
import { answerWith } from './routes.ts'

/** What the leader tells a worker, once. The configuration comes this way because it may hold a password. */
export interface WorkerOptions {
  readonly config: Config
  readonly url: string
  readonly address: Address
  /** null: standard error. */
  readonly logFile: string | null
}

/** What the leader says when it is time to go. */
export const stopMessage = 'stop'

// How often a worker shows its leader that it has not hung.
export const heartbeatInterval = 5000

/** The whole life of a worker. */
export async function runWorker(): Promise<void> {
  const stopping = new AbortController()
  // A terminal's Ctrl-C reaches all processes: the leader decides then.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => stopping.abort())
  process.once('disconnect', () => stopping.abort())
  // From the start: both messages of a leader that stops at once may be here before the first was looked at.
  process.on('message', (message) => message === stopMessage && stopping.abort())
  const [options] = (await once(process, 'message')) as [WorkerOptions]
  const log = options.logFile === null ? daemonLog() : fileLog(options.logFile)
  process.on('uncaughtExceptionMonitor', (error) => log.error('worker crashed', { why: error.stack }))
  const store = reopeningStore(() => openStore(options.config))
  try {
    const { responder } = options.config.services
    const listener = await serve(responder, answerWith(contextOf(options, store.get, log)), options.address)
    const beat = setInterval(() => process.connected && process.send?.('beat'), heartbeatInterval)
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
    clearInterval(beat)
    await finish(listener)
  } catch (error) {
    log.error('worker cannot serve', { why: sentence(error) })
    process.exitCode = 1
  }
  await store.close()
  if (process.connected) process.disconnect()
}

function contextOf({ url }: WorkerOptions, store: () => Promise<Store>, log: Log) {
  return { url, store, log, now: () => new Date(), random: Math.random }
}

async function finish(listener: Listener): Promise<void> {
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
  await listener.close()
}
