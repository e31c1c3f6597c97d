// The workers of lweb: as many as asked for, replaced when they die or hang, let go when they have finished.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { LunaError } from '../error.ts'
import type { Log } from '../log.ts'
import { beatEvery, goodbye, type Order } from './worker.ts'

// A worker that says nothing for so long has hung.
const mostSilence = 30_000
// A worker that lived so long did not die of what it was started with.
const goodLife = 10_000
const longestPause = 5000
// What a request may take to finish when everything stops.
const patience = 20_000

interface Member {
  readonly worker: Worker
  readonly since: number
  heard: number
  listening: boolean
}

// What a request needs is garbage when it is answered: more room for it makes a worker bigger, not faster.
export const workerFlags = ['--max-semi-space-size=4'] as const

export class Crew {
  readonly #order: Order
  readonly #log: Log
  readonly #members = new Map<number, Member>()
  #stopping = false
  #replacing = false
  #pause = 0
  #round: NodeJS.Timeout | undefined

  constructor(order: Order, log: Log) {
    this.#order = order
    this.#log = log
  }

  get size(): number {
    return this.#members.size
  }

  /**
   * Starts the workers (0: one per processor) and resolves when the first of them takes requests, or `stop` is aborted.
   * Throws LunaError `failed` when one dies before.
   */
  async start(wanted: number, stop: AbortSignal): Promise<void> {
    // Workers take connections from the common queue themselves. One that is handed over to a worker which dies just then
    // would hang; and so the leader has nothing to do with requests.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ args: [], execArgv: [...process.execArgv, ...workerFlags] })
    const count = wanted > 0 ? wanted : availableParallelism()
    const first = new Promise<void>((resolve, reject) => {
      cluster.once('listening', () => resolve())
      cluster.once('exit', () => reject(cannotServe(this.#order)))
      stop.addEventListener('abort', () => resolve(), { once: true })
    })
    for (let n = 0; n < count; n++) this.#hire()
    await first.catch(async (error: unknown) => {
      await this.stop()
      throw error
    })
    this.#replacing = true
    this.#round = setInterval(() => this.#lookRound(), beatEvery)
  }

  /** True while somebody takes requests. */
  healthy(): boolean {
    return [...this.#members.values()].some(({ listening }) => listening)
  }

  /** Lets everybody finish, and ends who does not. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#round)
    const leaving = [...this.#members.values()].map(async ({ worker }) => {
      const gone = worker.isDead() ? undefined : once(worker, 'exit')
      if (worker.isConnected()) worker.send(goodbye, () => {})
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), patience)
      await gone
      clearTimeout(timer)
    })
    await Promise.all(leaving)
  }

  #hire(): void {
    const worker = cluster.fork()
    const member: Member = { worker, since: Date.now(), heard: Date.now(), listening: false }
    this.#members.set(worker.id, member)
    worker.on('error', () => {})
    worker.on('message', () => {
      member.heard = Date.now()
    })
    worker.once('listening', () => {
      member.listening = true
    })
    worker.once('exit', (code, signal) => {
      this.#members.delete(worker.id)
      this.#replace(member, signal || code)
    })
    worker.send(this.#order, () => {})
    if (this.#stopping) worker.send(goodbye, () => {})
  }

  #replace({ since }: Member, ended: string | number): void {
    if (this.#stopping || !this.#replacing) return
    const lived = Date.now() - since
    this.#pause = lived > goodLife ? 0 : Math.min(longestPause, Math.max(100, this.#pause * 2))
    this.#log.error('a worker died and is replaced', { ended, after: Math.round(lived / 1000) })
    setTimeout(() => !this.#stopping && this.#hire(), this.#pause)
  }

  /** Ends workers that have hung, so that they are replaced. */
  #lookRound(): void {
    for (const { worker, heard } of this.#members.values()) {
      if (Date.now() - heard < mostSilence) continue
      this.#log.error('a worker has hung', { process: worker.process.pid ?? 0 })
      worker.process.kill('SIGKILL')
    }
  }
}

function cannotServe({ address }: Order): LunaError {
  const where = 'path' in address ? address.path : `127.0.0.1:${address.port}`
  return new LunaError('failed', `lweb cannot serve at ${where}`, {
    why: 'a worker ended at once; its line in the log says why',
    fix: 'see that nothing else listens there, or: luna cluster change --server_port PORT',
  })
}
