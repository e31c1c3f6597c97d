import assert from 'node:assert/strict'
import { Console, plain } from './console.ts'

describe('Console', () => {
  it('gives whole lines, without escape sequences and carriage returns', () => {
    const console = new Console()
    const lines: string[] = []
    console.onLine((line) => lines.push(line))
    console.feed('\x1b[0;32mon')
    console.feed('e\x1b[0m\r\ntw')
    console.feed('o\nthree')
    assert.deepEqual(lines, ['one', 'two'])
    assert.equal(console.text, 'one\ntwo\nthree')
  })

  it('knows an escape sequence that comes in two pieces', () => {
    const console = new Console()
    for (const piece of ['a\x1b', '[3', '1mb\x1b[', '0mc']) console.feed(piece)
    assert.equal(console.text, 'abc')
  })

  it('finds what was said before and what is said later, also without an end of line', async () => {
    const console = new Console()
    console.feed('login: ')
    assert.equal((await console.waitFor(/log(in)/, 1000))[1], 'in')
    const later = console.waitFor(/login: /, 10_000, console.text.length)
    console.feed('root\nlogin: ')
    assert.equal((await later)[0], 'login: ')
  })

  it('gives up with the last words when the machine goes off', async () => {
    const console = new Console()
    const waited = console.waitFor(/never/, 10_000)
    console.feed('kernel panic\n')
    console.close()
    await assert.rejects(waited, { code: 'failed', why: 'kernel panic' })
  })

  it('leaves ordinary text alone', () => {
    assert.equal(plain('50% [x] (ok)'), '50% [x] (ok)')
  })
})
