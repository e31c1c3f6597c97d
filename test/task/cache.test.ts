import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { cacheOf } from '../../lib/task/boot/cache.ts'
import { mac, rejectsWith } from '../help.ts'
import { fillBoot } from '../scenario/boot.ts'
import { filePlace } from '../store/place.ts'

describe('sharedOf', () => {
  const place = filePlace()
  let store: Store
  let other: Store
  let compute: Id
  let reads: string[]

  before(async () => {
    store = counting(await place.open())
    other = await place.open()
    compute = (await fillBoot(other)).compute
  })
  after(async () => {
    await store.close()
    await other.close()
    await place.remove()
  })
  beforeEach(() => {
    reads = []
  })

  /** Notes what is read. */
  function counting(real: Store): Store {
    return new Proxy(real, {
      get(target, name: keyof Store) {
        const method: unknown = target[name]
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => {
          reads.push(String(name))
          return method.apply(target, args)
        }
      },
    })
  }

  it('reads an object once, and asks for the version only from then on', async () => {
    const ask = async () => (await (await cacheOf(store)).find('group', compute))?.name
    await ask()
    reads = []
    assert.deepEqual([await ask(), await ask()], ['compute', 'compute'])
    assert.deepEqual(reads, ['versions', 'versions'])
  })

  it('has what another process changed as soon as that is done', async () => {
    const port = async () => (await (await cacheOf(store)).cluster()).frontend_port
    await port()
    const { id } = await (await cacheOf(store)).cluster()
    for (const now of [7055, 7056, 7050]) {
      await other.update('cluster', id, { frontend_port: now })
      assert.equal(await port(), now)
    }
  })

  it('stays when nodes report', async () => {
    const { id } = await other.getNamed('node', 'node001')
    const before = await cacheOf(store)
    await other.setStatus(id, { step: 'x', time: new Date() })
    assert.equal(await cacheOf(store), before)
  })

  it('is not older than a second, as other programs leave the version alone', async () => {
    const before = await cacheOf(store)
    const clock = performance.now
    performance.now = () => clock.call(performance) + 1001
    try {
      assert.notEqual(await cacheOf(store), before)
    } finally {
      performance.now = clock
    }
  })

  it('asks again for what could not be read', async () => {
    const shared = await cacheOf(store)
    let tries = 0
    const make = async () => {
      if (++tries === 1) throw new Error('no')
      return 'done'
    }
    await assert.rejects(shared.once('x', make))
    assert.equal(await shared.once('x', make), 'done')
    assert.equal(await shared.once('x', make), 'done')
    assert.equal(tries, 2)
  })

  it('gives of two nodes with one name the same whatever was asked before', async () => {
    const twice = openMemoryStore()
    const first = await twice.insert('node', { name: 'a' })
    await twice.setMac(await twice.insert('node', { name: 'b' }), mac(1))
    const { node = [], ...rest } = await twice.dump()
    await twice.restore({ ...rest, node: node.map((one) => ({ ...one, name: 'a' })) })
    const { nodes } = await cacheOf(twice)
    await nodes.having(mac(1))
    assert.equal((await nodes.named('a'))?.id, first)
    await twice.close()
  })

  it('fails when the version cannot be read', async () => {
    const closed = await place.open()
    await closed.close()
    await rejectsWith('unavailable', cacheOf(closed))
  })
})
