import assert from 'node:assert/strict'
import { type Document, Int32, Long, ObjectId } from 'bson'
import type { Id } from '../../lib/object/field.ts'
import type { Backend, Write } from '../../lib/store/backend.ts'
import { changedFields } from '../../lib/store/bson/object-codec.ts'
import type { Ref } from '../../lib/store/store.ts'
import { UnitOfWork } from '../../lib/store/transaction/unit-of-work.ts'

const oid = (n: number) => new ObjectId(n.toString(16).padStart(24, '0'))
const ref = (kind: Ref['kind'], n: number): Ref => ({ kind, id: oid(n).toHexString() as Id })

/** An engine that has these documents; a unit of work asks it for nothing but to find. */
function engine(documents: Readonly<Record<string, readonly Document[]>>): Backend {
  return {
    where: 'test',
    find: async (collection) => [...(documents[collection] ?? [])],
    some: async () => [],
    since: async () => [],
    collections: async () => Object.keys(documents),
    apply: () => Promise.reject(new Error('not here')),
    exclusive: () => Promise.reject(new Error('not here')),
    setUnique: () => Promise.reject(new Error('not here')),
    advice: async () => [],
    close: async () => undefined,
  }
}

function network(): Document {
  const freelist = [{ start: new Int32(5), end: Long.fromNumber(9) }]
  return {
    _id: oid(1),
    name: 'n',
    version: new Int32(4),
    freelist,
    _usedby_: { group: { [ref('group', 2).id]: new Int32(1) } },
  }
}

/** What each write does, in short. */
function told(writes: readonly Write[]): string[] {
  return writes.map((write) => {
    if (write.op !== 'update') return `${write.op} ${write.collection}`
    const names = [...Object.keys(write.set), ...write.unset.map((path) => `-${path}`)]
    return `${write.op} ${write.collection} ${names.map((name) => name.replaceAll(/0{10,}/g, '')).join(' ')}`
  })
}

describe('the writes of a unit of work', () => {
  it('change a document once, with its fields and its counters, and the nodes after all others', async () => {
    const group = { _id: oid(2), name: 'g', _use_: { network: { [ref('network', 1).id]: new Int32(1) } } }
    const node = { _id: oid(5), name: 'n1' }
    const unit = new UnitOfWork(engine({ network: [network()], group: [group], node: [node] }))
    await unit.set('node', ref('node', 5).id, { comment: 'x' })
    await unit.set('network', ref('network', 1).id, changedFields('network', { freelist: [] }, network()))
    await unit.setCount('_usedby_', ref('network', 1), ref('group', 2), 0)
    await unit.setCount('_usedby_', ref('network', 1), ref('switch', 4), 1)
    await unit.remove('group', { _id: oid(2) })
    unit.insert('switch', { _id: oid(4), name: 'sw' })
    assert.deepEqual(told(unit.finish()), [
      'insert switch',
      'update network freelist _usedby_.switch.4 -_usedby_.group',
      'update node comment',
      'remove group',
    ])
  })

  it('free a name or a MAC address before another document takes it', async () => {
    const mac = { _id: oid(6), mac: 'aa', node: null }
    const nodes = [
      { _id: oid(3), name: 'a' },
      { _id: oid(4), name: 'b' },
    ]
    const unit = new UnitOfWork(engine({ node: nodes, mac: [mac] }))
    await unit.set('node', ref('node', 3).id, { name: 'b' })
    await unit.set('node', ref('node', 4).id, { name: 'a' })
    await unit.remove('mac', { mac: 'aa' })
    unit.insert('mac', { _id: oid(7), mac: 'aa' })
    assert.deepEqual(told(unit.finish()), [
      'update node name',
      'update node name',
      'remove mac',
      'insert mac',
      'update node name',
      'update node name',
    ])
  })

  it('say what was there before, so that they can be taken back', async () => {
    const group = { _id: oid(2), name: 'g', comment: 'old', _usedby_: {} }
    const unit = new UnitOfWork(engine({ group: [group], network: [network()] }))
    await unit.set('group', ref('group', 2).id, { comment: 'new', domain: 'd' })
    await unit.setCount('_usedby_', ref('group', 2), ref('node', 9), 1)
    await unit.setCount('_usedby_', ref('network', 1), ref('group', 2), 0)
    await unit.remove('network', { _id: oid(1) })
    const [changed, removed] = unit.finish()
    assert(changed?.op === 'update' && removed?.op === 'remove')
    const path = `_usedby_.node.${ref('node', 9).id}`
    assert.deepEqual(changed.was, { set: { comment: 'old' }, unset: ['domain', path] })
    assert.deepEqual(removed.was, network())
  })

  for (const damaged of [null, 'text', ['list']]) {
    it(`write all link counters where ${JSON.stringify(damaged)} is in the place of their map`, async () => {
      const group = { _id: oid(2), name: 'g', _usedby_: damaged }
      const unit = new UnitOfWork(engine({ group: [group] }))
      await unit.setCount('_usedby_', ref('group', 2), ref('node', 9), 1)
      const [write] = unit.finish()
      assert(write?.op === 'update')
      assert.deepEqual(write.set, { _usedby_: { node: { [ref('node', 9).id]: new Int32(1) } } })
      assert.deepEqual(write.was, { set: { _usedby_: damaged }, unset: [] })
    })
  }

  it('are none for what came and went, and one for many changes of one document', async () => {
    const unit = new UnitOfWork(engine({ network: [network()] }))
    unit.insert('node', { _id: oid(3), name: 'n1' })
    await unit.remove('node', { name: 'n1' })
    for (const comment of ['a', 'b', 'c']) await unit.set('network', ref('network', 1).id, { comment })
    assert.deepEqual(told(unit.finish()), ['update network comment'])
  })
})
