import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { withLock } from '../../lib/host/lock.ts'
import { needsRoot } from './as-root.ts'
import { type Place, temporaryPlace } from './small-image.ts'

const lock = join(import.meta.dirname, '../../lib/host/lock.ts')

describe('withLock', () => {
  let place: Place
  beforeEach(() => {
    place = temporaryPlace()
  })
  afterEach(() => place.remove())

  it('lets one in at a time and refuses the other at once', async () => {
    await withLock(place.path, 'taken', async () => {
      await assert.rejects(
        withLock(place.path, 'it is taken', async () => assert.fail('both are in')),
        (error) => error instanceof LunaError && error.code === 'refused' && error.message === 'it is taken',
      )
    })
    assert.equal(await withLock(place.path, 'taken', async () => 'free again'), 'free again')
  })

  it('lets the other wait for as long as it wants to', async () => {
    const order: string[] = []
    const take = (name: string) =>
      withLock(place.path, 'taken', async () => void order.push(name), { wait: 60 })
    await withLock(place.path, 'taken', async () => {
      const waiting = Promise.all([take('a'), take('b')])
      await new Promise((done) => setTimeout(done, 300))
      order.push('first')
      return { waiting }
    }).then(({ waiting }) => waiting)
    assert.deepEqual([order[0], order.slice(1).sort()], ['first', ['a', 'b']])
  })

  it('is free again after the work has failed', async () => {
    await assert.rejects(
      withLock(place.path, 'taken', () => Promise.reject(new Error('no'))),
      /^Error: no$/,
    )
    assert.equal(await withLock(place.path, 'taken', async () => 1), 1)
  })

  it('is taken back from a process that is killed', async () => {
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { withLock } from ${JSON.stringify(lock)}
        await withLock(${JSON.stringify(place.path)}, 'taken', async () => {
          process.stdout.write('held')
          await new Promise((done) => setTimeout(done, 60_000))
        })`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(holder.stdout, 'data')
    await assert.rejects(
      withLock(place.path, 'it is taken', async () => 1),
      /it is taken/,
    )
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    assert.equal(await eventually(() => withLock(place.path, 'taken', async () => 'free')), 'free')
  })

  it('says when there is nothing to lock, and makes nothing there', async () => {
    const path = join(place.path, 'none')
    await assert.rejects(
      withLock(path, 'taken', async () => 1),
      /cannot lock/,
    )
    assert.equal(existsSync(path), false)
  })
})

/** What the work gives once it does not fail any more; the limit is mocha's. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const done = await work().then(
      (value) => ({ value }),
      () => undefined,
    )
    if (done) return done.value
  }
}

describe('rootsLock', () => {
  const at = '/run/luna-root/images/1-2'
  const ownDirectory = (folder: string) => [
    'failed',
    `${folder} is not root’s own directory`,
    `rm -r ${folder}`,
  ]
  const notFile = ['failed', `cannot lock ${at}`, `rm -r ${at}`]

  /** What is said, or the file, in a machine where /run was made by these commands. */
  function lockAfter(commands: string): unknown {
    const code = `import { rootsLock } from ${JSON.stringify(lock)}
      const said = await rootsLock('images', '1-2').catch(({ code, message, fix }) => [code, message, fix])
      console.log(JSON.stringify(said))`
    const script = `mount -t tmpfs run /run && ${commands} && exec "$0" --input-type=module -e "$1"`
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, process.execPath, code]
    return JSON.parse(execFileSync('unshare', args, { timeout: 20_000, encoding: 'utf8' }))
  }

  before(function () {
    needsRoot(this)
  })

  for (const [what, commands, said] of [
    ['makes the file and its directories', 'true', at],
    ['refuses a directory in place of the file', `mkdir -p ${at}`, notFile],
    [
      'refuses a pipe in place of the file at once',
      `mkdir -p /run/luna-root/images && mkfifo ${at}`,
      notFile,
    ],
    ['refuses a file in place of the directory', 'touch /run/luna-root', ownDirectory('/run/luna-root')],
    [
      'refuses a file in place of the inner directory',
      'mkdir /run/luna-root && touch /run/luna-root/images',
      ownDirectory('/run/luna-root/images'),
    ],
  ] as const)
    it(what, () => assert.deepEqual(lockAfter(commands), said))
})
