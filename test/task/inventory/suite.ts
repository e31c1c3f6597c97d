// What goes in and out of a store of objects as files: the same tests for every kind of store.
import type { Place } from '../../store/place.ts'
import { applyTests } from './apply.ts'
import { bootCardsTests } from './boot-cards.ts'
import { importNodesTests } from './import-nodes.ts'
import { numbersTests } from './numbers.ts'
import { roundTripTests } from './round-trip.ts'
import { useStores } from './stores.ts'

/** Declares the tests for the stores at the places that are made, each time an empty one. */
export function inventoryTests(name: string, makePlace: () => Place): void {
  describe(`inventory in ${name}`, () => {
    const stores = useStores(makePlace)
    importNodesTests(stores)
    applyTests(stores)
    numbersTests(stores)
    bootCardsTests(stores)
    roundTripTests(stores)
  })
}
