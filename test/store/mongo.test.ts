import assert from 'node:assert/strict'
import { MongoClient } from 'mongodb'
import { clientOptions, connectMongo } from '../../lib/store/mongo/client.ts'
import { writeSteps } from '../../lib/store/mongo/steps.ts'
import { openStore } from '../../lib/store/open.ts'
import { rejectsWith } from '../help.ts'
import { contract } from './contract.ts'
import { serverInBadTimes, setInBadTimes } from './mongo-bad-times.ts'
import { crashTests } from './mongo-crash.ts'
import { type MongoServer, startMongoServer, startReplicaSet } from './mongo-server.ts'
import { mongoPlace } from './place.ts'
import { notStarted, started } from './started.ts'

const none: MongoServer = { uri: '', config: notStarted, kind: 'none', stop: async () => undefined }

describe('MongoDB', () => {
  const server = started(startMongoServer)
  contract('MongoDB', () => mongoPlace(server()?.config ?? notStarted))
  crashTests(() => server()?.config ?? notStarted)
  serverInBadTimes(() => server() ?? none)

  it('gives a collection its name though an index is being built under that name', async () => {
    const { uri } = server() ?? none
    const client = await new MongoClient(uri).connect()
    try {
      const database = client.db('renaming')
      await database.collection('luna_new').insertOne({ name: 'a' })
      await database.collection('node').createIndex({ name: 1 })
      const confirm = () => Promise.resolve()
      await writeSteps(database, [{ op: 'rename', collection: 'luna_new', to: 'node' }], {
        confirm,
        limit: 1000,
      })
      assert.equal(await database.collection('node').countDocuments(), 1)
    } finally {
      await client.close()
    }
  })
})

describe('MongoDB as a replica set', () => {
  const server = started(startReplicaSet)
  contract('MongoDB, a replica set', () => mongoPlace(server()?.config ?? notStarted))
  setInBadTimes(() => server() ?? none)
})

describe('a MongoDB that is not there', () => {
  it('is said so within seconds: which, why, and both ways out', async () => {
    const mongo = { server: '127.0.0.1:1', tls: false }
    const config = { file: '/etc/luna.conf', store: { mongo }, paths: {}, services: {} } as never
    await assert.rejects(openStore(config), {
      code: 'unavailable',
      message: 'the MongoDB at 127.0.0.1:1 cannot be used',
      why: /ECONNREFUSED/,
      fix: /start MongoDB, or .*\[Embedded\] path=/,
    })
  })
})

describe('a MongoDB that cannot be talked to', () => {
  const server = started(startReplicaSet)
  const first = () => server()?.config.server.split(',')[0] ?? ''

  it('because of its name: correct the name', async () => {
    const error = await rejectsWith('unavailable', connectMongo({ server: 'db.invalid', tls: false }, '/c'))
    assert.match(error.fix ?? '', /correct the name in server of \[MongoDB\] in \/c, or DNS/)
  })

  it('because it speaks no TLS: correct SSL', async () => {
    const error = await rejectsWith('unavailable', connectMongo({ server: first(), tls: true }, '/c'))
    assert.match(error.fix ?? '', /SSL/)
  })

  it('because there is no CA file: correct CAcert', async () => {
    const config = { server: first(), tls: true, caFile: '/none' }
    const error = await rejectsWith('invalid', connectMongo(config, '/c'))
    assert.match(error.fix ?? '', /CAcert/)
  })
})

describe('clientOptions', () => {
  const base = { server: 'db1', tls: false }

  it('limits every wait, and reads from the primary only', () => {
    const { writeConcern, readPreference, waitQueueTimeoutMS, socketTimeoutMS } = clientOptions(base)
    assert.deepEqual(writeConcern, { w: 'majority', wtimeoutMS: 5000 })
    assert.deepEqual([readPreference, waitQueueTimeoutMS, socketTimeoutMS], ['primary', 10_000, 30_000])
  })

  it('survives a server that is silent for seconds, and holds few connections', () => {
    const { connectTimeoutMS, maxPoolSize, maxIdleTimeMS, appName } = clientOptions(base)
    assert.deepEqual(
      { connectTimeoutMS, maxPoolSize, maxIdleTimeMS, appName },
      { connectTimeoutMS: 10_000, maxPoolSize: 20, maxIdleTimeMS: 60_000, appName: 'luna' },
    )
  })

  it('takes user and password only together, and never into a URL', () => {
    assert.equal(clientOptions({ ...base, user: 'luna' }).auth, undefined)
    const { auth, authSource } = clientOptions({
      ...base,
      user: 'luna',
      password: 'p@ss/w%rd',
      authdb: 'luna',
    })
    assert.deepEqual(auth, { username: 'luna', password: 'p@ss/w%rd' })
    assert.equal(authSource, 'luna')
  })

  it('asks one server as it is, and looks for the primary of a replica set', () => {
    assert.equal(clientOptions(base).directConnection, true)
    assert.equal(clientOptions({ ...base, server: 'db1,db2' }).directConnection, undefined)
    const set = clientOptions({ ...base, replicaset: 'rs0' })
    assert.deepEqual([set.replicaSet, set.directConnection], ['rs0', undefined])
  })

  it('gives the members of a replica set the time to elect, and one server two seconds', () => {
    assert.equal(clientOptions(base).serverSelectionTimeoutMS, 2000)
    assert.equal(clientOptions({ ...base, server: 'db1,db2' }).serverSelectionTimeoutMS, 20_000)
    assert.equal(clientOptions({ ...base, replicaset: 'rs0' }).serverSelectionTimeoutMS, 20_000)
  })

  it('verifies the certificate where there is a CA', () => {
    const insecure = clientOptions({ ...base, tls: true })
    assert.deepEqual([insecure.tls, insecure.tlsAllowInvalidCertificates], [true, true])
    const secure = clientOptions({ ...base, tls: true, caFile: '/ca.pem' })
    assert.deepEqual([secure.tlsCAFile, secure.tlsAllowInvalidCertificates], ['/ca.pem', undefined])
  })
})
