// What is remembered of boots: bounded, beside the database, gone with the node.
import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import { type Boot, mostBoots } from '../../lib/object/record/boot.ts'
import type { Report } from '../../lib/object/record/report.ts'
import { dumpText, parseDump } from '../../lib/store/dump.ts'
import type { Store } from '../../lib/store/store.ts'
import { rejectsWith } from '../help.ts'
import type { Scene } from './contract.ts'

function boot(number: number): Boot {
  const began = 1_000_000 * number
  return { number, began, steps: [{ step: 'boot.request', time: began }], image: `image ${number}` }
}

const report: Report = { step: 'install.partscript', time: 5, command: 'mkfs', status: 1, lines: ['no', 'é'] }

/** Keeps boots 1 to `last` of a node, as lweb does. */
async function keepAll(store: Store, node: Id, last: number): Promise<void> {
  for (let number = 1; number <= last; number++) {
    const former = number > 1 ? [{ node, boot: boot(number - 1), past: true }] : []
    await store.keepBoots([...former, { node, boot: boot(number), past: false }])
  }
}

export function recordContract(scene: () => Scene): void {
  describe('boots', () => {
    it('gives the last one of each node, and all of one node, newest first', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      const c = await store.insert('node', { name: 'c' })
      await keepAll(store, a, 3)
      await keepAll(store, b, 1)
      assert.deepEqual(
        await store.lastBoots(),
        new Map([
          [a, boot(3)],
          [b, boot(1)],
        ]),
      )
      assert.deepEqual(await store.lastBoot(a), boot(3))
      assert.deepEqual(await store.boots(a), [boot(3), boot(2), boot(1)])
      assert.deepEqual([await store.lastBoot(c), await store.boots(c)], [undefined, []])
    })

    it('puts a boot down over what it was', async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      await keepAll(store, node, 2)
      const more = { ...boot(2), way: 'service' } as const
      await store.keepBoots([{ node, boot: more, past: false }])
      assert.deepEqual(await store.boots(node), [more, boot(1)])
    })

    it(`remembers ${mostBoots} of a node and no more`, async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      await keepAll(store, node, mostBoots + 7)
      const numbers = (await store.boots(node)).map(({ number }) => number)
      assert.deepEqual(
        numbers,
        Array.from({ length: mostBoots }, (_, at) => mostBoots + 7 - at),
      )
      const { luna_boot_past: past = [] } = await store.dump({ records: true })
      assert.equal(past.length, mostBoots - 1)
    })

    it('and the report of the last failure go with their node, and with the database', async () => {
      const { store } = scene()
      const [a, b] = [await store.insert('node', { name: 'a' }), await store.insert('node', { name: 'b' })]
      for (const node of [a, b]) {
        await keepAll(store, node, 2)
        await store.keepReport(node, report)
      }
      await store.remove('node', a)
      assert.deepEqual([await store.boots(a), await store.report(a)], [[], undefined])
      assert.deepEqual([(await store.boots(b)).length, await store.report(b)], [2, report])
      await store.drop()
      assert.deepEqual(await store.dump({ records: true }), {})
    })

    it('are in a dump only when that is asked for, and come back by it', async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      await keepAll(store, node, 2)
      await store.keepReport(node, report)
      assert.deepEqual(Object.keys(await store.dump()), ['node'])
      const all = await store.dump({ records: true })
      assert.deepEqual(Object.keys(all), ['luna_boot', 'luna_boot_past', 'luna_report', 'node'])
      await store.restore(parseDump(dumpText(all)))
      assert.deepEqual([(await store.boots(node)).length, await store.report(node)], [2, report])
      await store.restore(await store.dump())
      assert.deepEqual(await store.boots(node), [])
    })

    it('lie beside what is told of heads, the last of each', async () => {
      const { store } = scene()
      const told = [{ check: 'store', state: 'fine' }]
      for (const [head, time] of [
        ['b', 1],
        ['a', 2],
        ['b', 3],
      ] as const)
        await store.keepHeadReport({ topic: 'doctor', head, time, told })
      await store.keepHeadReport({ topic: 'seeder', head: 'a', time: 4, told: {} })
      const report = { topic: 'doctor', told } as const
      assert.deepEqual(await store.headReports('doctor'), [
        { ...report, head: 'a', time: 2 },
        { ...report, head: 'b', time: 3 },
      ])
      assert.deepEqual(await store.headReports('unknown'), [])
      assert.deepEqual(await store.dump(), {})
      await store.restore(parseDump(dumpText(await store.dump({ records: true }))))
      assert.equal((await store.headReports('doctor')).length, 2)
    })

    it('have a version of their own, another one after each record', async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      const versions = new Set<string>()
      const note = async (work: () => Promise<unknown>) => {
        await work()
        assert.equal((await store.versions()).records, (await store.versions()).records)
        versions.add((await store.versions()).records)
      }
      await note(() => Promise.resolve())
      await note(() => store.insert('node', { name: 'b' }))
      assert.equal(versions.size, 1)
      await note(() => keepAll(store, node, 1))
      await note(() => store.keepReport(node, report))
      await note(() => store.keepHeadReport({ topic: 'seeder', head: 'a', time: 4, told: {} }))
      assert.equal(versions.size, 4)
    })

    it('are read in a unit of work, and not written there', async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      await keepAll(store, node, 1)
      const kept = await store.transaction(async (tx) => {
        assert.equal((await tx.boots(node)).length, 1)
        assert.deepEqual(Object.keys(await tx.dump()), ['node'])
        return await rejectsWith('internal', tx.keepBoots([{ node, boot: boot(2), past: false }]))
      })
      assert.match(kept.message, /unit of work/)
    })

    it('change no version, and a damaged one counts as none', async () => {
      const { store } = scene()
      const node = await store.insert('node', { name: 'a' })
      const { objects } = await store.versions()
      await keepAll(store, node, 2)
      await store.keepReport(node, report)
      assert.equal((await store.versions()).objects, objects)
      const all = await store.dump({ records: true })
      const damaged = Object.fromEntries(
        Object.entries(all).map(([name, documents]) => [
          name,
          name === 'node' ? documents : documents.map((one) => ({ ...one, boot: '{"number"', report: 7 })),
        ]),
      )
      await store.restore(damaged)
      assert.deepEqual(await store.lastBoots(), new Map())
      assert.deepEqual([await store.boots(node), await store.report(node)], [[], undefined])
    })
  })
}
