// Records what a command does to objects, so that it can be told in one line: a store that notes every object
// before its first change and after its last one.
import { type Id, type Kind, kinds } from '../../object/field.ts'
import { completed } from '../../object/link.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Change, New, Objects } from '../../object/objects.ts'
import type { Document, Store } from '../../store/store.ts'

/** What became of an object. `before` is absent of a new one, `after` of one that is gone. */
export type Effect = { readonly [K in Kind]: EffectOn<K> }[Kind]

export interface EffectOn<K extends Kind> {
  readonly kind: K
  readonly id: Id
  /** Of a node whose MAC addresses change, `mac` holds the first, and a further field `also` the others. */
  readonly before: Objects[K] | undefined
  readonly after: Objects[K] | undefined
}

export interface Recorder {
  /** Does what the store does that it was made of. */
  readonly store: Store
  /** Everything that was committed so far. */
  effects(): Effect[]
}

/** `mac` of the object before is what it was: it is only looked up when it changes. */
type Entry = EffectOn<Kind> & { readonly macKnown?: true }
type Ledger = Map<string, Entry>

/** A recorder of what is done with its store. */
export function recordEffects(store: Store): Recorder {
  const ledger: Ledger = new Map()
  const real = ({ before, after }: EffectOn<Kind>) => before !== undefined || after !== undefined
  return { store: recording(store, ledger), effects: () => [...ledger.values()].filter(real) as Effect[] }
}

class RolledBack extends Error {}

/** What `work` would do: it is done and taken back, as one transaction. It must not wait for anybody. */
export async function rehearse(store: Store, work: (store: Store) => Promise<void>): Promise<Effect[]> {
  let effects: Effect[] = []
  const rolled = store.transaction(async (tx) => {
    const recorder = recordEffects(tx)
    await work(recorder.store)
    effects = recorder.effects()
    throw new RolledBack()
  })
  await rolled.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return effects
}

function recording(store: Store, ledger: Ledger): Store {
  return { ...store, ...objectWrites(store, ledger), ...macWrites(store, ledger), transaction }

  // What a transaction did counts when it is committed; one in another one may fail alone.
  async function transaction<T>(work: (tx: Store) => Promise<T>): Promise<T> {
    let own: Ledger = new Map()
    const result = await store.transaction(async (tx) => {
      own = new Map(ledger)
      return await work(recording(tx, own))
    })
    for (const [key, effect] of own) ledger.set(key, effect)
    return result
  }
}

function objectWrites(store: Store, ledger: Ledger) {
  return {
    insert: async <K extends Kind>(kind: K, object: New<K>): Promise<Id> => {
      const id = await store.insert(kind, object)
      const after: Objects[Kind] = completed(kind, id, object)
      ledger.set(keyOf(kind, id), { kind, id, before: undefined, after })
      return id
    },
    update: async <K extends Kind>(kind: K, id: Id, change: Change<K>): Promise<void> => {
      const effect = await effectOn(store, ledger, kind, id)
      await store.update(kind, id, change)
      note(ledger, effect, change)
    },
    putBack: async (kind: Kind, id: Id, fields: Document): Promise<void> => {
      const { before } = await effectOn(store, ledger, kind, id)
      await store.putBack(kind, id, fields)
      const after: Objects[Kind] = await store.get(kind, id)
      ledger.set(keyOf(kind, id), { kind, id, before, after } as Entry)
    },
    remove: async (kind: Kind, id: Id): Promise<void> => {
      const effect = await effectOn(store, ledger, kind, id)
      await store.remove(kind, id)
      ledger.set(keyOf(kind, id), { ...effect, after: undefined })
    },
    drop: async (): Promise<void> => {
      for (const kind of kinds)
        for (const before of await store.list(kind))
          ledger.set(keyOf(kind, before.id), { kind, id: before.id, before, after: undefined })
      await store.drop()
    },
  }
}

function macWrites(store: Store, ledger: Ledger) {
  const cardsOf = async (node: Id) => ({
    mac: (await store.macOf(node)) ?? null,
    also: await store.alsoOf(node),
  })
  async function noteCards(node: Id, change: { mac?: Mac | null; also?: readonly Mac[] }): Promise<void> {
    const effect = await effectOn(store, ledger, 'node', node)
    const cards = await cardsOf(node)
    const known = effect.macKnown || !effect.before
    const before = known ? effect.before : { ...effect.before, ...cards }
    note(ledger, { ...effect, before, macKnown: true } as Entry, { ...cards, ...change })
  }
  /** What it takes from the node that has it. */
  async function noteLoss(mac: Mac): Promise<void> {
    const owner = await store.findMac(mac)
    if (owner === undefined) return
    const cards = await cardsOf(owner)
    const left = cards.also.filter((one) => one !== mac)
    await noteCards(owner, { ...(cards.mac === mac && { mac: null }), also: left })
  }
  return {
    setMac: async (node: Id, mac: Mac): Promise<void> => {
      await noteLoss(mac)
      const also = (await store.alsoOf(node)).filter((one) => one !== mac)
      await noteCards(node, { mac, also })
      await store.setMac(node, mac)
    },
    setAlso: async (node: Id, macs: readonly Mac[]): Promise<void> => {
      for (const mac of macs) await noteLoss(mac)
      const mac = (await store.macOf(node)) ?? null
      await noteCards(node, { mac: mac !== null && macs.includes(mac) ? null : mac, also: macs })
      await store.setAlso(node, macs)
    },
    clearMac: async (node: Id): Promise<void> => {
      await noteCards(node, { mac: null, also: [] })
      await store.clearMac(node)
    },
  }
}

function keyOf(kind: Kind, id: Id): string {
  return `${kind} ${id}`
}

async function effectOn(store: Store, ledger: Ledger, kind: Kind, id: Id): Promise<Entry> {
  const present = ledger.get(keyOf(kind, id))
  if (present) return present
  const object: Objects[Kind] | undefined = await store.find(kind, id)
  return { kind, id, before: object, after: object }
}

function note(ledger: Ledger, effect: Entry, change: object): void {
  if (effect.after)
    ledger.set(keyOf(effect.kind, effect.id), { ...effect, after: { ...effect.after, ...change } })
}
