// A store that nobody can reach: every call rejects. For tests that doors never take it for an empty one.
import { LunaError } from '../../lib/error.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'

/** A store whose every method but `close` rejects with `unavailable`. */
export function brokenStore(): Store {
  const whole = openMemoryStore()
  const names = Object.keys(whole).filter((name) => name !== 'where' && name !== 'close')
  const broken = Object.fromEntries(names.map((name) => [name, () => Promise.reject(unavailable())]))
  return { ...whole, ...broken, where: 'broken store' } as Store
}

function unavailable(): LunaError {
  return new LunaError('unavailable', 'the broken store cannot be used', { fix: null, why: 'it is broken' })
}
