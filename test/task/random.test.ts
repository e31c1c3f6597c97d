// Whatever commands are given in whatever order, done or refused: the database stays sound.
import assert from 'node:assert/strict'
import { checkCluster } from '../../lib/task/database/check.ts'
import { generator, randomCommand, tried } from './random-command.ts'
import { smallSite } from './site.ts'

// LUNA_TEST_SEED and LUNA_TEST_STEPS look further than every day's run.
const seed = Number(process.env.LUNA_TEST_SEED ?? 1)
const steps = Number(process.env.LUNA_TEST_STEPS ?? 150)

describe('commands in any order', () => {
  for (const [name, start] of [['one', seed] as const, ['another', seed + 1000] as const]) {
    it(`leave nothing wrong in the database: ${name} of many orders`, async () => {
      const store = await smallSite()
      const chance = generator(start)
      let done = 0
      for (let step = 0; step < steps; step++) {
        if (await tried(randomCommand(store, chance))) done++
        const found = await checkCluster(store, { repair: false })
        const wrong = found.filter(({ harmless, defect }) => !harmless && defect !== 'no-address')
        assert.deepEqual(wrong, [], `seed ${start}, step ${step}`)
      }
      assert.ok(done > steps / 8, `only ${done} commands were not refused`)
    })
  }
})
