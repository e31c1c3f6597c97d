// Several processes on one store, and what is left when one is killed.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Node } from '../../lib/object/node.ts'
import type { Store } from '../../lib/store/store.ts'
import type { Scene } from './contract.ts'

export function processContract(scene: () => Scene): void {
  describe('several processes', () => {
    it('wait for each other: every node has its own address, and the counters are right', async function () {
      this.timeout(120_000)
      const { store } = scene()
      await prepare(store)
      const children = ['a', 'b', 'c', 'd'].map((prefix) => start(scene(), prefix, 6))
      const ends = await Promise.all(children.map((child) => once(child, 'exit')))
      assert.deepEqual(
        ends.map(([status]) => status),
        [0, 0, 0, 0],
      )
      await assertSound(store, 24)
    })

    it('may be killed at any moment: what they did is there as a whole or not at all', async function () {
      this.timeout(120_000)
      const { store } = scene()
      await prepare(store)
      for (const pause of [1, 4]) {
        const child = start(scene(), `p${pause}_`, 1000)
        for (let line = 0; line < pause && child.stdout; line++) await once(child.stdout, 'data')
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      // Whatever the last one had begun is finished or undone by the next who works alone.
      await store.insert('osimage', { name: 'next' })
      await assertSound(store)
    })
  })
}

function start({ place }: Scene, prefix: string, count: number): ChildProcess {
  const script = join(import.meta.dirname, 'child.ts')
  const args = [script, JSON.stringify(place.address), prefix, String(count)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function prepare(store: Store): Promise<void> {
  await store.insert('group', { name: 'g' })
  await store.insert('network', { name: 'n', freelist: [{ start: 1n, end: 5000n }] })
}

async function assertSound(store: Store, count?: number): Promise<void> {
  const nodes = await store.list('node')
  if (count !== undefined) assert.equal(nodes.length, count)
  const { freelist } = await store.getNamed('network', 'n')
  const offsets = nodes.map(({ interfaces }) => Number(interfaces.k?.[4])).sort((a, b) => a - b)
  assert.deepEqual(
    offsets,
    Array.from(nodes, (_, index) => index + 1),
  )
  assert.deepEqual(freelist, [{ start: BigInt(nodes.length) + 1n, end: 5000n }])
  const { id } = await store.getNamed('group', 'g')
  const users = await store.usedBy({ kind: 'group', id })
  assert.deepEqual(users.map((link) => link.id).sort(), nodes.map((node) => node.id).sort())
  await assertKept(store, nodes)
}

/** Every change has its entry, and no entry is there without its change. */
async function assertKept(store: Store, nodes: readonly Node[]): Promise<void> {
  const kept = await Promise.all((await store.history()).map(({ number }) => store.historyOf(number)))
  assert.deepEqual(
    kept.flatMap((entry) => entry?.changes[1]?.id ?? []).sort(),
    nodes.map(({ id }) => id).sort(),
  )
  const numbers = kept.map((entry) => entry?.number ?? 0).sort((a, b) => a - b)
  assert.deepEqual(
    numbers,
    Array.from(nodes, (_, index) => index + 1),
  )
  for (const entry of kept) {
    const [network, node, ...more] = entry?.changes ?? []
    assert.deepEqual([network?.kind, network?.taken.length, network?.freed, more], ['network', 1, [], []])
    assert.equal(entry?.command, `add ${node?.name}`)
  }
}
