// The promises of lib/store/store.ts as tests. Every store that there is must pass them.
import type { StoreOptions } from '../../lib/store/make-store.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeContract } from './contract-change.ts'
import { documentContract } from './contract-document.ts'
import { dumpContract } from './contract-dump.ts'
import { expiringContract } from './contract-expiring.ts'
import { historyContract } from './contract-history.ts'
import { historyBoundsContract } from './contract-history-bounds.ts'
import { linkContract } from './contract-link.ts'
import { objectContract } from './contract-object.ts'
import { processContract } from './contract-process.ts'
import { readerContract } from './contract-reader.ts'
import { recordContract } from './contract-record.ts'
import { aloneContract } from './contract-transaction.ts'
import { uniqueContract } from './contract-unique.ts'
import { versionContract } from './contract-version.ts'
import type { Place } from './place.ts'

/** What the tests of a contract work with; everything is new for every test. */
export interface Scene {
  readonly store: Store
  readonly place: Place
  /** Another handle of the same store. */
  another(options?: StoreOptions): Promise<Store>
  /** Moves the clock of `store`, in milliseconds. */
  wait(time: number): void
  now(): Date
}

/** Declares the tests for the store that `makePlace` gives, each time an empty one. */
export function contract(name: string, makePlace: () => Place): void {
  describe(`store: ${name}`, () => {
    const opened: Store[] = []
    let scene: Scene | undefined
    const theScene = () => {
      if (!scene) throw new Error('a test has not begun')
      return scene
    }
    beforeEach(async () => {
      scene = await makeScene(makePlace(), opened)
    })
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close()
      await scene?.place.remove()
    })
    const several = makePlace().address !== undefined
    objectContract(theScene)
    documentContract(theScene)
    linkContract(theScene)
    expiringContract(theScene)
    dumpContract(theScene)
    aloneContract(theScene, several)
    uniqueContract(theScene, several)
    versionContract(theScene, several)
    changeContract(theScene, several)
    recordContract(theScene)
    historyContract(theScene)
    historyBoundsContract(theScene)
    if (several) processContract(theScene)
    if (several) readerContract(theScene)
  })
}

async function makeScene(place: Place, opened: Store[]): Promise<Scene> {
  let time = Date.UTC(2030, 0, 1)
  const now = () => new Date(time)
  const another = async (options: StoreOptions = { now }) => {
    const store = await place.open(options)
    opened.push(store)
    return store
  }
  const wait = (more: number) => {
    time += more
  }
  return { store: await another(), place, another, wait, now }
}
