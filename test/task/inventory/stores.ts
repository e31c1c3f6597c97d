// Empty stores of one kind for the tests of a suite.
import type { Store } from '../../../lib/store/store.ts'
import type { Place } from '../../store/place.ts'
import { fillSite } from '../site.ts'

export interface Stores {
  empty(): Promise<Store>
  /** One with what `fillSite` makes. */
  smallSite(): Promise<Store>
}

/** Those at the places that are made; they are closed and gone after each test. */
export function useStores(makePlace: () => Place): Stores {
  const used: (readonly [Store, Place])[] = []
  afterEach(async () => {
    for (const [store, place] of used.splice(0)) {
      await store.close()
      await place.remove()
    }
  })
  async function empty(): Promise<Store> {
    const place = makePlace()
    const store = await place.open()
    used.push([store, place])
    return store
  }
  return {
    empty,
    async smallSite() {
      const store = await empty()
      await fillSite(store)
      return store
    },
  }
}
