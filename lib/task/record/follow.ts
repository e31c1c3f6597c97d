// The states of all nodes in the memory of one process: a look at them reads what has changed since the last
// one. Groups, images and networks are few, and are read whenever an object has changed; of nodes only those
// that the store names.
import type { Id } from '../../object/field.ts'
import type { Store } from '../../store/store.ts'
import { Clients } from './clients.ts'
import {
  type About,
  isLoading,
  isRestless,
  type NodeState,
  type Seen,
  type SteadyState,
  seenOf,
  stateOf,
  withAge,
} from './states.ts'

// What other programs change, or a status that no record followed, is seen after so many milliseconds: then
// all is read. Where that takes long it is done less often, for at most this share of the time.
const longest = 30_000
const share = 0.02

/** The states of all nodes, or of those with these names; groups together, in the order of their names. */
export async function nodeStates(store: Store, now: Date, only?: ReadonlySet<string>): Promise<NodeState[]> {
  const states = await new FollowedStates().look(store, now)
  return states.filter(({ name }) => !only || only.has(name)).map((state) => withAge(state, now))
}

interface Known {
  seen: Seen
  state?: SteadyState
}

type Kin = Pick<About, 'groups' | 'images' | 'domains'>

export class FollowedStates {
  readonly #clock: () => number
  #versions = { objects: '', macs: '', records: '' }
  #until = Number.NEGATIVE_INFINITY
  #known = new Map<Id, Known>()
  #kin: Kin = { groups: new Map(), images: new Map(), domains: new Map() }
  #order: readonly Known[] = []
  #clients: Clients | undefined

  /** `clock` gives milliseconds that pass, whatever is set. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /**
   * All states, groups together in the order of their names; one that has not changed is the same object as
   * before. Looks are taken one after the other.
   */
  async look(store: Store, now: Date): Promise<readonly SteadyState[]> {
    const began = this.#clock()
    const { versions, nodes } = await store.changesSince(this.#versions)
    const some = began < this.#until ? nodes : undefined
    const anew = !some || versions.objects !== this.#versions.objects
    if (anew) this.#kin = await readKin(store)
    if (some) await this.#readSome(store, some)
    else this.#known = await readAll(store, this.#known)
    if (anew) this.#order = inOrder([...this.#known.values()], this.#kin)
    const about = { ...this.#kin, clients: await this.#readClients(store, now, !some) }
    const told = new Set(some)
    for (const known of this.#order) {
      const { seen, state } = known
      if (anew || !state || told.has(seen.node.id) || isRestless(state)) restate(known, about, now)
    }
    // Only now: what was cut off is read again.
    this.#versions = versions
    const read = this.#clock()
    if (!some) this.#until = read + Math.max(longest, (read - began) / share)
    return this.#order.flatMap(({ state }) => state ?? [])
  }

  /** A node that comes or goes is a changed object, so that the order is made anew. */
  async #readSome(store: Store, ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) return
    const [nodes, boots] = [await store.some('node', ids), await store.lastBoots(ids)]
    const gone = new Set(ids)
    for (const node of nodes) {
      gone.delete(node.id)
      const seen = seenOf(node, boots.get(node.id))
      const present = this.#known.get(node.id)
      if (present) present.seen = seen
      else this.#known.set(node.id, { seen })
    }
    for (const id of gone) this.#known.delete(id)
  }

  /** The tracker knows more, while some node downloads. */
  async #readClients(store: Store, now: Date, anew: boolean): Promise<About['clients']> {
    const loading = this.#order.some(({ seen }) => isLoading(seen))
    if (!loading || anew) this.#clients = undefined
    if (!loading) return { byName: new Map(), byAddress: new Map() }
    this.#clients ??= new Clients()
    return await this.#clients.read(store, now)
  }
}

async function readAll(store: Store, former: ReadonlyMap<Id, Known>): Promise<Map<Id, Known>> {
  const [nodes, boots] = [await store.list('node'), await store.lastBoots()]
  const known = nodes.map((node): [Id, Known] => {
    const state = former.get(node.id)?.state
    return [node.id, { seen: seenOf(node, boots.get(node.id)), ...(state && { state }) }]
  })
  return new Map(known)
}

async function readKin(store: Store): Promise<Kin> {
  const groups = new Map((await store.list('group')).map((group) => [group.id, group]))
  const images = new Map((await store.list('osimage')).map((image) => [image.id, image]))
  const domains = new Map((await store.list('network')).map(({ id, name }) => [id, name]))
  return { groups, images, domains }
}

/** Groups together, in the order of their names; nodes without a group come last. */
function inOrder(all: readonly Known[], { groups }: Kin): Known[] {
  const place = new Map([...groups.keys()].map((id, at) => [id, at]))
  const placed = all.map((known) => {
    const { group, name } = known.seen.node
    return { known, name, place: (group && place.get(group)) ?? groups.size }
  })
  const byName = (a: string, b: string) => (a < b ? -1 : Number(a > b))
  return placed.sort((a, b) => a.place - b.place || byName(a.name, b.name)).map(({ known }) => known)
}

/** The state now; the object that was there where it is the same. */
function restate(known: Known, about: About, now: Date): void {
  const state = stateOf(known.seen, about, now)
  if (!known.state || !isSame(known.state, state)) known.state = state
}

function isSame(a: SteadyState, b: SteadyState): boolean {
  const fields = Object.keys(b)
  if (fields.length !== Object.keys(a).length) return false
  return fields.every(
    (field) => a[field] === b[field] || JSON.stringify(a[field]) === JSON.stringify(b[field]),
  )
}
