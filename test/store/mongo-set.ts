// What is done to a replica set that fails over meanwhile.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Store } from '../../lib/store/store.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { deleteObjects } from '../../lib/task/change/object.ts'
import { assertSound, freeIn } from '../task/site.ts'
import type { FailOver, ReplicaSet } from './mongo-server.ts'

const luna = join(import.meta.dirname, '../../bin/luna')

/** When a set fails over, how, and for how many milliseconds nobody is the primary then. */
export interface Moment {
  readonly set: ReplicaSet
  readonly way: FailOver
  /** The command that it hits, from 1; 0 for never. */
  readonly command: number
  readonly election?: number
}

/** Does something while the set fails over; gives how many commands that took. */
export async function during(moment: Moment, work: () => Promise<unknown>): Promise<number> {
  const { set, way, command, election = 300 } = moment
  await set.failOver(way, command, election)
  try {
    await work()
  } catch (cause) {
    throw new Error(`${way} at command ${command}: ${String(cause)}`, { cause })
  }
  return await set.failOver(way, 0, 0)
}

/** The same with a store that is opened for it. */
export async function withStore(open: () => Promise<Store>, work: (store: Store) => Promise<unknown>) {
  const store = await open()
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** Runs "luna node add"; rejects with what it says unless its exit status is 0. */
export async function runNodeAdd(conf: string): Promise<void> {
  const env = { ...process.env, LUNA_CONF: conf }
  await promisify(execFile)(process.execPath, [luna, 'node', 'add', '-g', 'compute'], { env })
}

/** Adds the next node. */
export async function addNode(store: Store): Promise<void> {
  const { failures } = await addNodes(store, { group: 'compute' })
  assert.deepEqual(failures, [])
}

/** Removes the first node. */
export async function removeNode(store: Store): Promise<void> {
  const { failures } = await deleteObjects(store, 'node', ['node001'])
  assert.deepEqual(failures, [])
}

/** Fails unless there are so many nodes, with an address each, and nothing is left over. */
export async function assertNodes(store: Store, count: number): Promise<void> {
  const nodes = await store.list('node')
  assert.deepEqual(
    nodes.map(({ name }) => name),
    Array.from({ length: count }, (_, at) => `node${String(at + 1).padStart(3, '0')}`),
  )
  assert.equal(await freeIn(store, 'cluster'), `${count + 1}-65533`)
  await assertSound(store)
}
