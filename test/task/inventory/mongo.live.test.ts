// The inventory in MongoDB, or what stands in for it.
import { startMongoServer } from '../../store/mongo-server.ts'
import { mongoPlace } from '../../store/place.ts'
import { notStarted, started } from '../../store/started.ts'
import { inventoryTests } from './suite.ts'

describe('MongoDB', function () {
  this.timeout(60_000)
  const server = started(startMongoServer)
  inventoryTests('MongoDB', () => mongoPlace(server()?.config ?? notStarted))
})
