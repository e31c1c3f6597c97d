import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { publish } from '../../lib/host/publish.ts'
import { type Place, temporaryPlace } from './small-image.ts'

describe('publish', () => {
  let place: Place
  let moves: { draft: string; target: string }[]
  const read = (name: string) => readFileSync(join(place.path, name), 'utf8')
  beforeEach(() => {
    place = temporaryPlace()
    for (const [name, text] of [
      ['old', 'old'],
      ['a.new', 'new'],
      ['b.new', 'fresh'],
    ] as const)
      writeFileSync(join(place.path, name), text)
    moves = [
      { draft: join(place.path, 'a.new'), target: join(place.path, 'old') },
      { draft: join(place.path, 'b.new'), target: join(place.path, 'fresh') },
    ]
  })
  afterEach(() => place.remove())

  it('has everything in place when the last step is done', async () => {
    await publish(moves, async () => assert.deepEqual([read('old'), read('fresh')], ['new', 'fresh']))
    assert.deepEqual(readdirSync(place.path).sort(), ['fresh', 'old'])
  })

  it('puts everything back when the last step fails', async () => {
    await assert.rejects(
      publish(moves, () => Promise.reject(new Error('store'))),
      /store/,
    )
    assert.deepEqual([read('old'), readdirSync(place.path).sort()], ['old', ['old']])
  })

  it('puts everything back when a draft is missing', async () => {
    const missing = { draft: join(place.path, 'none'), target: join(place.path, 'third') }
    await assert.rejects(publish([...moves, missing], async () => assert.fail('must not get here')))
    assert.deepEqual([read('old'), readdirSync(place.path).sort()], ['old', ['old']])
  })

  it('does not disturb who is reading the old file', async () => {
    const reader = await open(join(place.path, 'old'))
    await publish(moves, async () => undefined)
    assert.equal((await reader.readFile('utf8')) as string, 'old')
    await reader.close()
  })
})
