// Who gets an install script, and who may say how an installation goes.
import assert from 'node:assert/strict'
import { needsStage, Stage } from './stage.ts'

describe('access to what a node boots', () => {
  let stage: Stage
  before(async function () {
    needsStage(this)
    this.timeout(90_000)
    stage = await Stage.start()
  })
  after(async () => await stage?.close())

  it('gives the menu to everybody', () => {
    for (const seat of ['node001', 'node002', 'neighbour', 'far'] as const)
      assert.equal(stage.get(seat, '/luna?step=boot').status, 200, seat)
  })
})
