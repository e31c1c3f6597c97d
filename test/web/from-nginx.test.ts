import assert from 'node:assert/strict'
import type { Handler } from '../../lib/web/fastcgi/handler.ts'
import { onlyFromNginx } from '../../lib/web/from-nginx.ts'

describe('the key of nginx', () => {
  let wanted: string | undefined
  let reads: number
  let time: number
  let lines: string[]
  let handler: Handler

  beforeEach(() => {
    wanted = 'right'
    reads = 0
    time = 0
    lines = []
    const say = (event: string) => lines.push(event)
    const log = { debug: say, info: say, warning: say, error: say }
    const read = async () => {
      reads++
      if (wanted === 'broken') throw new Error('cannot read it')
      return wanted
    }
    const answer: Handler = async () => ({ status: 200, type: 'text/plain', body: '' })
    handler = onlyFromNginx(answer, read, log, () => time)
  })

  const ask = async (key: string) => {
    const request = {
      method: 'GET',
      path: '/luna',
      query: '',
      remote: '10.30.0.1',
      port: 600,
      key,
      match: '',
      token: '',
    }
    return (await handler(request)).status
  }

  it('lets nginx in and nobody else, and says so once a second', async () => {
    assert.deepEqual(
      [await ask('right'), await ask('wrong'), await ask(''), await ask('right')],
      [200, 403, 403, 200],
    )
    assert.deepEqual([reads, lines], [1, ['not from nginx']])
  })

  it('is not asked for while nginx was given none, and is as soon as it sends one', async () => {
    wanted = undefined
    assert.equal(await ask(''), 200)
    wanted = 'right'
    time = 2000
    assert.equal(await ask(''), 200)
    assert.equal(await ask('right'), 200)
    assert.equal(await ask(''), 403)
  })

  it('is read again when another one comes, but not at every request', async () => {
    assert.equal(await ask('right'), 200)
    wanted = 'new'
    assert.equal(await ask('new'), 403)
    time = 2000
    assert.deepEqual([await ask('new'), await ask('right')], [200, 403])
    assert.equal(reads, 2)
  })

  it('lets nobody in while it cannot be read, and goes on when it can', async () => {
    wanted = 'broken'
    assert.equal(await ask('right'), 403)
    wanted = 'right'
    assert.equal(await ask('right'), 200)
  })

  it('is none when it is empty', async () => {
    wanted = ''
    assert.equal(await ask(''), 403)
  })
})
