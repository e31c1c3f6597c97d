// The worker processes of lweb: started, replaced when they end or hang, and stopped after their last
// request.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { LunaError } from '../error.ts'
import type { Log } from '../log.ts'
import { heartbeatInterval, stopMessage, type WorkerOptions } from './worker.ts'

// A worker that sends no heartbeat for so long has hung.
const heartbeatTimeout = 30_000
// A worker that ran this long did not fail at start-up: it is replaced at once, without back-off.
const startupGrace = 10_000
const longestBackoff = 5000
// How long a request may take to finish when lweb stops.
const shutdownTimeout = 20_000

interface PooledWorker {
  readonly worker: Worker
  readonly since: number
  heard: number
  listening: boolean
}

// The memory of a request is garbage once it is answered: more room for young objects makes a worker larger,
// not faster. What stays are the nodes, which are few megabytes: V8 looks through them when a quarter has
// come on top, where it would wait for several times as much.
export const workerFlags = ['--max-semi-space-size=4', '--heap-growing-percent=25'] as const

/** Takes a message of a worker; `answer` sends one to it. */
export type Hear = (message: unknown, answer: (message: object) => void) => void

export class WorkerPool {
  readonly #options: WorkerOptions
  readonly #log: Log
  readonly #workers = new Map<number, PooledWorker>()
  #stopping = false
  #replacing = false
  #pause = 0
  #heartbeatTimer: NodeJS.Timeout | undefined

  readonly #hear: Hear

  /** `hear` gets what workers have to say, heartbeats too. */
  constructor(options: WorkerOptions, log: Log, hear: Hear) {
    this.#options = options
    this.#log = log
    this.#hear = hear
  }

  get size(): number {
    return this.#workers.size
  }

  /**
   * Starts the workers (0: one per processor) and resolves when the first of them takes requests, or `stop`
   * is aborted. Throws LunaError `failed` when one dies before.
   */
  async start(wanted: number, stop: AbortSignal): Promise<void> {
    // The kernel distributes connections. With round-robin, a connection handed to a dying worker would hang.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({
      serialization: 'advanced',
      args: [],
      execArgv: [...process.execArgv, ...workerFlags],
    })
    const count = wanted > 0 ? wanted : availableParallelism()
    const first = new Promise<void>((resolve, reject) => {
      cluster.once('listening', () => resolve())
      cluster.once('exit', () => reject(cannotServe(this.#options)))
      stop.addEventListener('abort', () => resolve(), { once: true })
    })
    for (let n = 0; n < count; n++) this.#fork()
    await first.catch(async (error: unknown) => {
      await this.stop()
      throw error
    })
    this.#replacing = true
    this.#heartbeatTimer = setInterval(() => this.#killHung(), heartbeatInterval)
  }

  /** True while at least one worker takes requests. */
  healthy(): boolean {
    return [...this.#workers.values()].some(({ listening }) => listening)
  }

  /** Lets the workers finish their requests, and kills those that do not. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#heartbeatTimer)
    const leaving = [...this.#workers.values()].map(async ({ worker }) => {
      // The last messages of a worker may come after its exit is known.
      const ends = [...(worker.isDead() ? [] : ['exit']), ...(worker.isConnected() ? ['disconnect'] : [])]
      const gone = Promise.all(ends.map((end) => once(worker, end)))
      if (worker.isConnected()) worker.send(stopMessage, () => {})
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), shutdownTimeout)
      await gone
      clearTimeout(timer)
    })
    await Promise.all(leaving)
  }

  #fork(): void {
    const worker = cluster.fork()
    const pooled: PooledWorker = {
      worker,
      since: performance.now(),
      heard: performance.now(),
      listening: false,
    }
    this.#workers.set(worker.id, pooled)
    worker.on('error', () => {})
    worker.on('message', (message: unknown) => {
      pooled.heard = performance.now()
      this.#hear(message, (answer) => worker.isConnected() && worker.send(answer, () => {}))
    })
    worker.once('listening', () => {
      pooled.listening = true
    })
    worker.once('exit', (code, signal) => {
      this.#workers.delete(worker.id)
      this.#replace(pooled, signal || code)
    })
    worker.send(this.#options, () => {})
    if (this.#stopping) worker.send(stopMessage, () => {})
  }

  #replace({ since }: PooledWorker, ended: string | number): void {
    if (this.#stopping || !this.#replacing) return
    // Node closes what its last worker has listened on. systemd gives a new leader the same socket.
    if ('fd' in this.#options.address && this.#workers.size === 0) throw noWorkerLeft(ended)
    const lived = performance.now() - since
    this.#pause = lived > startupGrace ? 0 : Math.min(longestBackoff, Math.max(100, this.#pause * 2))
    this.#log.error('worker replaced', { ended, after: Math.round(lived / 1000) })
    setTimeout(() => !this.#stopping && this.#fork(), this.#pause)
  }

  /** Kills workers that have hung, so that they are replaced. */
  #killHung(): void {
    for (const { worker, heard } of this.#workers.values()) {
      if (performance.now() - heard < heartbeatTimeout) continue
      this.#log.error('worker hung', { process: worker.process.pid ?? 0 })
      worker.process.kill('SIGKILL')
    }
  }
}

function cannotServe({ address }: WorkerOptions): LunaError {
  const where =
    'port' in address
      ? `127.0.0.1:${address.port}`
      : 'path' in address
        ? address.path
        : 'the socket of systemd'
  return new LunaError('failed', `lweb cannot serve at ${where}`, {
    why: 'a worker ended at once; its line in the log says why',
    fix: 'see that nothing else listens there, or: luna cluster change --server_port PORT',
  })
}

function noWorkerLeft(ended: string | number): LunaError {
  const why = `it ended with ${ended}; its line in the log says why`
  return new LunaError('failed', 'the last worker of lweb is gone', { why, fix: 'systemctl status lweb' })
}
