// Network files of every kind of interface, in every format, judged by the programs that read them.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { allCases, pairs, product } from '../all-cases.ts'
import { temporaryFolder } from './install-script.ts'
import { common, type Facts, rare, type Scene, sceneOf, type Wanted, type Way } from './network/cases.ts'
import { factsOf, gatewaysBeyond, lossesOf } from './network/expected.ts'
import { missing, read } from './network/readers.ts'
import type { Reading } from './network/reading.ts'
import { lossesSaid, writeNetwork } from './network/write.ts'

const ways: readonly Way[] = ['keyfile', 'netplan', 'networkd', 'ifupdown']
const cases: Wanted[] = [...pairs(rare), ...(allCases ? product(common) : [])]
const perRun = 400

describe('network files, read by what reads them', () => {
  for (const way of ways) {
    it(`${way}: says all that was asked for, or tells what it cannot say`, function () {
      const why = missing(way)
      if (why !== '') {
        console.log(`      not run: ${why}`)
        this.skip()
      }
      this.timeout(allCases ? 0 : 120_000)
      for (let from = 0; from < cases.length; from += perRun) judge(way, cases.slice(from, from + perRun))
    })
  }
})

function judge(way: Way, some: readonly Wanted[]): void {
  const folder = temporaryFolder()
  try {
    const scenes = some.map((wanted, n) => ({ wanted, scene: sceneOf(wanted, n) }))
    const output = writeNetwork(folder, way, Object.assign({}, ...scenes.map(({ scene }) => scene.files)))
    const reading = read[way](join(folder, 'root'))
    assert.deepEqual(reading.complaints, [])
    for (const { wanted, scene } of scenes) judgeOne(way, wanted, scene, output, reading)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function judgeOne(way: Way, wanted: Wanted, scene: Scene, output: string, reading: Reading): void {
  const told = `${JSON.stringify(wanted)}\n${scene.files[scene.subject]}`
  const { onLink, ...facts } = reading.facts(scene.subject)
  const right = factsOf(wanted, scene, way)
  assert.deepEqual({ ...facts, ra: raOf(facts, right) }, right, told)
  assert.deepEqual(
    gatewaysBeyond(wanted, { ...facts, onLink }).filter((one) => !onLink.includes(one)),
    [],
    told,
  )
  assert.deepEqual(lossesSaid(output, scene.subject), lossesOf(wanted, way), told)
  for (const [first, then] of reading.order.length > 0 ? scene.order : []) {
    if (!reading.order.includes(then)) continue
    assert.ok(reading.order.indexOf(first) < reading.order.indexOf(then), `${first} before ${then}\n${told}`)
  }
}

/** Where nothing is asked for, a format may accept what routers advertise or not. */
const raOf = (facts: Pick<Facts, 'ra'>, right: Pick<Facts, 'ra'>): string =>
  right.ra === '' && facts.ra === 'yes' ? '' : facts.ra
