// Learning from the switches: all of them are asked again and again what they know of MAC addresses. A switch that is slow or
// does not answer keeps nobody waiting: each is asked on its own.
import { LunaError, sentence } from '../../error.ts'
import type { SnmpAccess } from '../../host/snmp/session.ts'
import { readSwitch, type SwitchTable } from '../../host/snmp/switch-table.ts'
import type { Log } from '../../log.ts'
import type { Id } from '../../object/field.ts'
import { type Switch, switchFields } from '../../object/switch.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { isActiveHead } from '../heads.ts'
import { makeLimit } from '../limit.ts'
import { Learner } from './record.ts'
import { accessOf } from './snmp-settings.ts'

export interface PollMeans {
  /** The store, opened when it is first needed. */
  store(): Promise<Store>
  readonly log: Log
  now(): Date
  /** Asks one switch. */
  readonly read?: (access: SnmpAccess, oid: string, how: { signal: AbortSignal }) => Promise<SwitchTable>
}

export interface Polling {
  /** Ends what is under way; resolves when nothing is. */
  stop(): Promise<void>
}

/** How often every switch is asked, in milliseconds. */
export const pollEvery = 30_000

// So many at once: more would only queue up in this process.
const mostAtOnce = 128

/** Asks all switches now and every `every` milliseconds, on the active head only, until it is stopped. */
export function pollSwitches(means: PollMeans, every = pollEvery): Polling {
  const stopping = new AbortController()
  const rounds = new Rounds(means, stopping.signal)
  let round: Promise<void> | undefined
  const begin = () => {
    round ??= rounds.begin().finally(() => {
      round = undefined
    })
  }
  begin()
  const timer = setInterval(begin, every)
  return {
    stop: async () => {
      clearInterval(timer)
      stopping.abort()
      await round
      await rounds.ended()
    },
  }
}

class Rounds {
  readonly #means: PollMeans
  readonly #stop: AbortSignal
  readonly #limit = makeLimit(mostAtOnce)
  readonly #learner = new Learner()
  readonly #underWay = new Map<Id, Promise<void>>()
  // What was last said of a switch: only news are logged.
  #said = new Map<Id | 'store', string>()

  constructor(means: PollMeans, stop: AbortSignal) {
    this.#means = means
    this.#stop = stop
  }

  /** Starts to ask every switch that is not being asked already. Never rejects. */
  async begin(): Promise<void> {
    if (this.#stop.aborted) return
    try {
      const store = await this.#means.store()
      if (!(await isActiveHead(await getCluster(store)))) return
      const [switches, networks] = [await store.list('switch'), await store.list('network')]
      const known = new Set(switches.map(({ id }) => id))
      this.#said = new Map([...this.#said].filter(([id]) => id !== 'store' && known.has(id)))
      this.#learner.keep(known)
      for (const one of switches) {
        const network = networks.find(({ id }) => id === one.network)
        this.#ask(store, one, accessOf(one, network))
      }
    } catch (error) {
      this.#news('store', sentence(error), (why) =>
        this.#means.log.error('the switches are not asked', { why }),
      )
    }
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay.values())
  }

  #ask(store: Store, one: Switch, access: SnmpAccess | undefined): void {
    if (this.#underWay.has(one.id)) return
    const asked = this.#limit(() => this.#learn(store, one, access))
      .catch((error: unknown) => {
        if (this.#stop.aborted) return
        const tell = (why: string) =>
          this.#means.log.warning('a switch cannot be read', { switch: one.name, why })
        this.#news(one.id, sentence(error), tell)
      })
      .finally(() => this.#underWay.delete(one.id))
    this.#underWay.set(one.id, asked)
  }

  async #learn(store: Store, one: Switch, access: SnmpAccess | undefined): Promise<void> {
    if (this.#stop.aborted) return
    if (!access)
      throw new LunaError('failed', 'it has no address', {
        fix: `luna switch change ${one.name} --ip ADDRESS`,
      })
    const { read = readSwitch, now, log } = this.#means
    const oid = one.oid || switchFields.oid.absent || ''
    const { seen, rows, cut } = await read(access, oid, { signal: this.#stop })
    await this.#learner.learn(store, one.id, seen, now(), this.#stop)
    if (cut)
      log.warning('a switch has more MAC addresses than are read', { switch: one.name, read: seen.length })
    if (seen.length > 0)
      return this.#news(one.id, '', () =>
        log.info('a switch was read', { switch: one.name, macs: seen.length }),
      )
    const empty = rows === 0
    const why = empty
      ? `nothing is in the table ${oid}: another one may be right (luna switch change ${one.name} -o OID)`
      : `the table ${oid} has ${rows} rows, and none of them tells a port`
    // How many rows there are changes all the time, and is no news.
    this.#news(one.id, empty ? why : `no port in ${oid}`, () =>
      log.warning('a switch tells of no MAC addresses', { switch: one.name, why }),
    )
  }

  #news(of: Id | 'store', what: string, tell: (what: string) => void): void {
    if (this.#said.get(of) === what) return
    this.#said.set(of, what)
    tell(what)
  }
}
