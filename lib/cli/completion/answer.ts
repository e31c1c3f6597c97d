// `luna __complete PROGRAM WORD... CURRENT`, which shells call at every TAB. A line per candidate, with its
// help after a tab; a lone tab where the shell shall offer files. Never an error, and no answer rather than a
// late one.
import { setTimeout as delay } from 'node:timers/promises'
import type { Kind } from '../../object/field.ts'
import { expandHostlist } from '../../object/hostlist.ts'
import type { Store } from '../../store/store.ts'
import { complete } from './complete.ts'
import type { Completion, Names } from './values.ts'

// In milliseconds. A database that cannot be reached would hold up the prompt for seconds.
const longestWait = 1500

/** The lines for the shell; empty when there is nothing to offer, or no way to know. */
export async function completionLines([program = '', ...words]: readonly string[]): Promise<string> {
  const current = words.pop() ?? ''
  const late = delay(longestWait, [], { ref: false })
  const found = await Promise.race([complete(program, words, current, namesInStore()), late]).catch(() => [])
  return linesOf(found)
}

function linesOf(found: Completion): string {
  if (found === 'files') return '\t\n'
  const line = (text: string) => text.replace(/\s+/g, ' ')
  return found.map(({ word, help }) => (help ? `${word}\t${line(help)}\n` : `${word}\n`)).join('')
}

function namesInStore(): Names {
  return {
    ofKind: (kind) => withStore(async (store) => (await store.list(kind)).map(({ name }) => name)),
    interfacesOf: (kind, names) => withStore((store) => interfacesOf(store, kind, names)),
  }
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  // Words of the table need none of this.
  const { loadConfig } = await import('../../config.ts')
  const { openStore } = await import('../../store/open.ts')
  const store = await openStore(loadConfig())
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

async function interfacesOf(store: Store, kind: Kind, names: readonly string[]): Promise<string[]> {
  const groups = await store.list('group')
  const wanted = new Set<string>(names)
  if (kind === 'node') {
    wanted.clear()
    for (const name of names.flatMap(expandHostlist)) {
      const group = (await store.findNamed('node', name))?.group
      wanted.add(groups.find(({ id }) => id === group)?.name ?? '')
    }
  }
  const shown = groups.filter(({ name }) => names.length === 0 || wanted.has(name))
  const all = shown.flatMap(({ interfaces }) => Object.values(interfaces).map(({ name }) => name))
  return [...new Set(all)].sort()
}
