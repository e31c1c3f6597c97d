// Units of work over an engine: what only commands that change something need.
import { LunaError } from '../../error.ts'
import type { Backend } from '../backend.ts'
import { historyKeeper, type Keeper } from '../history/keep.ts'
import { readsOf } from '../reads.ts'
import type { Store } from '../store.ts'
import { versionWrites } from '../version.ts'
import { UnitOfWork } from './unit-of-work.ts'
import { writesOf } from './writes.ts'

export { historyKeeper }

/** Runs `work` alone, and writes what it changed together with the versions of that. */
export function runUnit<T>(
  backend: Backend,
  { now, keep }: { readonly now: () => Date; readonly keep: Keeper | undefined },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return backend.exclusive(async (commit) => {
    const unit = new UnitOfWork(backend)
    const result = await work(innerStore(unit, backend.where, now))
    const kept = await keep?.(unit)
    const writes = unit.finish()
    if (writes.length > 0) await commit([...writes, ...versionWrites(writes)])
    kept?.()
    return result
  })
}

/** What `work` is given. Asking it for `transaction` joins the unit of work that is running. */
function innerStore(unit: UnitOfWork, where: string, now: () => Date): Store {
  const store: Store = {
    where,
    ...readsOf(unit, now),
    ...writesOf(unit),
    transaction: (work) => work(store),
    versions: refuseInside,
    changesSince: refuseInside,
    makeNamesUnique: refuseInside,
    keepBoots: refuseInside,
    keepReport: refuseInside,
    keepHeadReport: refuseInside,
    advice: refuseInside,
    close: () => Promise.resolve(),
  }
  return store
}

/** For use inside a unit of work, where what was not written yet could not be looked at. */
function refuseInside(): Promise<never> {
  return Promise.reject(new LunaError('internal', 'this is for outside of a unit of work', { fix: null }))
}
