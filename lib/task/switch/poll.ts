// Learning from the switches: all of them are asked again and again what they know of MAC addresses. A switch
// that is slow or does not answer keeps nobody waiting: each is asked on its own.
import { LunaError, sentence } from '../../error.ts'
import type { SnmpAccess } from '../../host/snmp/session.ts'
import { readSwitch, type SwitchTable } from '../../host/snmp/switch-table.ts'
import type { Log } from '../../log.ts'
import type { Id } from '../../object/field.ts'
import { type Switch, switchFields } from '../../object/switch.ts'
import type { Store } from '../../store/store.ts'
import { isActiveHead } from '../heads.ts'
import { getCluster } from '../inventory.ts'
import { makeLimit } from '../limit.ts'
import { SwitchRecorder } from './record.ts'
import { accessOf } from './snmp-settings.ts'

export interface PollContext {
  /** The store, opened when it is first needed. */
  store(): Promise<Store>
  readonly log: Log
  now(): Date
  /** Asks one switch. */
  readonly read?: (access: SnmpAccess, oid: string, how: { signal: AbortSignal }) => Promise<SwitchTable>
}

// So many at once: more would only queue up in this process.
const mostAtOnce = 128

export class SwitchPoller {
  readonly #context: PollContext
  readonly #stop: AbortSignal
  readonly #limit = makeLimit(mostAtOnce)
  readonly #recorder = new SwitchRecorder()
  readonly #underWay = new Map<Id, Promise<void>>()
  // What was last said of a switch: only news are logged.
  #said = new Map<Id, string>()

  constructor(context: PollContext, stop: AbortSignal) {
    this.#context = context
    this.#stop = stop
  }

  /**
   * Starts to ask every switch that is not being asked already, on the active head only. Throws LunaError
   * when the store cannot be read.
   */
  async begin(): Promise<void> {
    if (this.#stop.aborted) return
    const store = await this.#context.store()
    if (!(await isActiveHead(await getCluster(store)))) return
    const [switches, networks] = [await store.list('switch'), await store.list('network')]
    const known = new Set(switches.map(({ id }) => id))
    this.#said = new Map([...this.#said].filter(([id]) => known.has(id)))
    this.#recorder.keep(known)
    for (const one of switches) {
      const network = networks.find(({ id }) => id === one.network)
      this.#ask(store, one, accessOf(one, network))
    }
  }

  /** Resolves when no switch is being asked. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay.values())
  }

  #ask(store: Store, one: Switch, access: SnmpAccess | undefined): void {
    if (this.#underWay.has(one.id)) return
    const asked = this.#limit(() => this.#learn(store, one, access))
      .catch((error: unknown) => {
        if (this.#stop.aborted) return
        const tell = (why: string) =>
          this.#context.log.warning('a switch cannot be read', { switch: one.name, why })
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
    const { read = readSwitch, now, log } = this.#context
    const oid = one.oid || switchFields.oid.absent || ''
    const { seen, rows, cut } = await read(access, oid, { signal: this.#stop })
    await this.#recorder.record(store, one.id, seen, now(), this.#stop)
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

  #news(of: Id, what: string, tell: (what: string) => void): void {
    if (this.#said.get(of) === what) return
    this.#said.set(of, what)
    tell(what)
  }
}
