// Whatever was done in whatever order: undone backwards, everything is as it was.
import assert from 'node:assert/strict'
import { generator, randomCommand, tried } from './random-command.ts'
import { stateOf, type UndoSite, undoSite } from './undo-site.ts'

// LUNA_TEST_SEED and LUNA_TEST_STEPS look further than every day's run.
const seed = Number(process.env.LUNA_TEST_SEED ?? 1)
const steps = Number(process.env.LUNA_TEST_STEPS ?? 60)

describe('commands in any order, undone backwards', () => {
  for (const start of [seed, seed + 1, seed + 2]) {
    it(`end where they began, and are done again by undoing that: order ${start}`, async () => {
      const site = await undoSite()
      const chance = generator(start)
      const states = [await stateIn(site)]
      for (let step = 0; step < steps; step++) {
        await tried(randomCommand(site.as(`step ${step}`), chance))
        if ((await site.last()) === states.length) states.push(await stateIn(site))
      }
      const count = states.length - 1
      assert.equal(await site.last(), count)
      assert.ok(count > steps / 8, `only ${count} commands changed anything`)
      await undoFrom(site, count, states)
      await undoFrom(site, 2 * count, states.toReversed())
    })
  }
})

async function stateIn(site: UndoSite): Promise<string> {
  return stateOf(await site.as('').dump())
}

/** Undoes the entries from that number down; each leaves the state before the one that it undoes. */
async function undoFrom(site: UndoSite, last: number, states: readonly string[]): Promise<void> {
  for (let back = 1; back < states.length; back++) {
    await site.undo(last + 1 - back)
    assert.equal(await stateIn(site), states[states.length - 1 - back], `entry ${last + 1 - back}`)
    assert.deepEqual(await site.wrong(), [])
  }
}
