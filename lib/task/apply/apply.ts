// A whole inventory, or a part of it, into the database: a document per object, all or nothing, with the
// differences that this makes.
import type { Entry } from '../../format/entry.ts'
import { type InventoryKind, inventoryKinds } from '../../object/inventory/fields.ts'
import type { Store } from '../../store/store.ts'
import { edit } from '../change/edit.ts'
import { deleteNetwork } from '../change/network.ts'
import { deleteObject } from '../change/object.ts'
import { recordEffects } from '../effect/record.ts'
import { type Notes, newNotes, type Outcome } from '../outcome.ts'
import { type Difference, differencesOf } from './differences.ts'
import { Faults } from './faults.ts'
import type { Applying } from './kind/apply-one.ts'
import { applyCluster } from './kind/cluster.ts'
import { applyOtherdev, applySwitch } from './kind/device.ts'
import { applyGroup } from './kind/group.ts'
import { applyBmcsetup, applyOsimage } from './kind/image.ts'
import { applyNetwork } from './kind/network.ts'
import { applyNodes } from './kind/node.ts'
import { readNodes } from './kind/node-wish.ts'
import { readFields } from './read.ts'

type SingleKind = Exclude<InventoryKind, 'node'>

const appliers: { readonly [K in SingleKind]: (one: Applying) => Promise<void> } = {
  cluster: applyCluster,
  network: applyNetwork,
  osimage: applyOsimage,
  bmcsetup: applyBmcsetup,
  switch: applySwitch,
  otherdev: applyOtherdev,
  group: applyGroup,
}

/** Fields that are maps: their kind reads them itself. */
const maps: { readonly [K in InventoryKind]?: readonly string[] } = {
  otherdev: ['connected'],
  group: ['interfaces'],
}

type Documents = ReadonlyMap<InventoryKind, readonly Entry[]>

/**
 * Makes objects what the documents say; with `prune` those of their kinds that no document names are removed.
 * What a document does not say stays. Throws Faulty with what is wrong, and nothing is changed.
 */
export async function applyInventory(
  store: Store,
  entries: readonly Entry[],
  { prune }: { readonly prune: boolean },
): Promise<Outcome & { differences: readonly Difference[] }> {
  const faults = new Faults()
  const documents = byKind(entries, faults)
  return await store.transaction(async (tx) => {
    faults.end()
    const recorder = recordEffects(tx)
    const notes = newNotes()
    await applyAll({ tx: recorder.store, documents, prune, notes, faults })
    return { ...notes, differences: await differencesOf(tx, recorder.effects()) }
  })
}

/** The documents of each kind, without the field that says it; their order in the files does not matter. */
function byKind(entries: readonly Entry[], faults: Faults): Documents {
  const documents = new Map<InventoryKind, Entry[]>()
  for (const entry of entries) {
    const { kind: given, ...fields } = entry.fields
    const kind = inventoryKinds.find((one) => one === given)
    const some = kind && (documents.get(kind) ?? [])
    some?.push({ fields, place: entry.place })
    if (kind && some) documents.set(kind, some)
    else
      faults.add(entry, ['kind'], {
        what: given === undefined ? 'a document without a kind' : `there is no kind ${JSON.stringify(given)}`,
        fix: `give it one of ${inventoryKinds.join(', ')}`,
      })
  }
  return documents
}

interface Run {
  readonly tx: Store
  readonly documents: Documents
  readonly prune: boolean
  readonly notes: Notes
  readonly faults: Faults
}

async function applyAll(run: Run): Promise<void> {
  const { tx, documents, prune, notes, faults } = run
  const named = new Map<InventoryKind, ReadonlySet<string> | undefined>()
  // Nothing refers to them, and others may want their addresses.
  if (prune) await removeOthers(run, 'otherdev', namesIn(documents.get('otherdev')))
  for (const kind of inventoryKinds) {
    const entries = documents.get(kind)
    if (!entries) continue
    named.set(kind, namesIn(entries))
    if (kind === 'node') {
      const wishes = readNodes(entries, undefined, faults)
      const outcome = await edit(tx, (change) => applyNodes(change, wishes, prune ? 'all' : 'none', faults))
      notes.warnings.push(...outcome.warnings)
    } else await applyEach(run, kind, entries)
    // What follows would only be told what follows from it.
    faults.end()
  }
  if (!prune) return
  for (const kind of inventoryKinds.toReversed())
    if (kind !== 'node' && kind !== 'otherdev' && kind !== 'cluster')
      await removeOthers(run, kind, named.get(kind))
}

function namesIn(entries: readonly Entry[] | undefined): ReadonlySet<string> | undefined {
  return entries && new Set(entries.map(({ fields }) => String(fields.name)))
}

async function applyEach(
  { tx, notes, faults }: Run,
  kind: SingleKind,
  entries: readonly Entry[],
): Promise<void> {
  const places = new Map<string, Entry>()
  for (const entry of entries) {
    const { name = '', ...fields } = readFields(kind, entry, maps[kind] ?? [], faults)
    const [text, other] = [String(name), places.get(String(name))]
    if (text === '')
      faults.add(entry, ['name'], { what: `a ${kind} without a name`, fix: 'give it the field name' })
    else if (other)
      faults.add(entry, ['name'], {
        what: `${kind} ${text} is there twice`,
        why: `it is at ${other.place('name')}, too`,
        fix: 'leave one of them',
      })
    if (text === '' || other) continue
    places.set(text, entry)
    const note: Applying['note'] = ({ warnings, failures }, ...path) => {
      notes.warnings.push(...warnings)
      for (const failure of failures) faults.catch(entry, path, failure)
    }
    try {
      await appliers[kind]({ tx, entry, name: text, fields, faults, note })
    } catch (error) {
      faults.catch(entry, pathIn(entry, error), error)
    }
  }
}

/** The field that an error begins with, where it is one of the document. */
function pathIn({ fields }: Entry, error: unknown): string[] {
  const message = error instanceof Error ? error.message : ''
  return Object.keys(fields).filter((name) => message.startsWith(`${name} cannot be `))
}

/** Removes the objects of a kind that no document names; where no document is of that kind, none. */
async function removeOthers(
  { tx }: Run,
  kind: SingleKind,
  named: ReadonlySet<string> | undefined,
): Promise<void> {
  if (!named) return
  for (const name of await tx.names(kind)) {
    if (named.has(name)) continue
    if (kind === 'network') await deleteNetwork(tx, name)
    else await deleteObject(tx, kind, name)
  }
}
