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
    since: async () => [],
    collections: async () => Object.keys(documents),
    apply: () => Promise.reject(new Error('not here')),
    exclusive: () => Promise.reject(new Error('not here')),
    setUnique: () => Promise.reject(new Error('not here')),
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
  it('take addresses first and give others back last, with the new list whole at the end', async () => {
    const unit = new UnitOfWork(engine({ network: [network()] }))
    const freelist = [
      { start: 1n, end: 2n },
      { start: 6n, end: 9n },
    ]
    await unit.set('network', ref('network', 1).id, changedFields('network', { freelist }, network()))
    unit.insert('node', { _id: oid(3), name: 'n1' })
    const writes = unit.finish()
    assert.deepEqual(told(writes), ['update network freelist', 'insert node', 'update network freelist'])
    const [first, , last] = writes.map((write) => (write.op === 'update' ? write.set.freelist : undefined))
    assert.deepEqual(first, [{ start: new Int32(6), end: Long.fromNumber(9) }])
    assert.deepEqual(last, [
      { start: new Int32(1), end: Long.fromNumber(2) },
      { start: new Int32(6), end: Long.fromNumber(9) },
    ])
  })

  it('count what is linked before it is there, and uncount after it is gone', async () => {
    const group = { _id: oid(2), name: 'g', _use_: { network: { [ref('network', 1).id]: new Int32(1) } } }
    const unit = new UnitOfWork(engine({ network: [network()], group: [group] }))
    await unit.setCount('_usedby_', ref('network', 1), ref('group', 2), 0)
    await unit.setCount('_usedby_', ref('network', 1), ref('switch', 4), 1)
    await unit.remove('group', { _id: oid(2) })
    unit.insert('switch', { _id: oid(4), name: 'sw' })
    assert.deepEqual(told(unit.finish()), [
      'update network _usedby_.switch.4',
      'insert switch',
      'remove group',
      'update network -_usedby_.group',
    ])
  })

  it('are none for what came and went, and one for many changes of one document', async () => {
    const unit = new UnitOfWork(engine({ network: [network()] }))
    unit.insert('node', { _id: oid(3), name: 'n1' })
    await unit.remove('node', { name: 'n1' })
    for (const comment of ['a', 'b', 'c']) await unit.set('network', ref('network', 1).id, { comment })
    assert.deepEqual(told(unit.finish()), ['update network comment'])
  })
})
