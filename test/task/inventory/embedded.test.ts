// The inventory in the embedded store.
import { memoryPlace } from '../../store/place.ts'
import { inventoryTests } from './suite.ts'

inventoryTests('the embedded store', memoryPlace)
