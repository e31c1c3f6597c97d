// Programs of a site that are run when something happens to a node.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import type { Id } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { type Hooks, runHooks } from '../../lib/web/hooks.ts'

describe('hooks', () => {
  let dir: string
  let store: Store
  let node: Id
  let hooks: Hooks
  let lines: string[]
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'luna-hooks-'))
    store = openMemoryStore()
    node = await store.insert('node', { name: 'node001' })
    lines = []
    const warning: Log['warning'] = (event, fields) => lines.push(`${event} ${fields?.hook}`)
    hooks = runHooks(async () => store, { debug() {}, info() {}, error() {}, warning }, dir)
  })
  afterEach(async () => {
    hooks.end()
    await store.close()
    rmSync(dir, { recursive: true })
  })
  const plant = (name: string, text: string, mode = 0o755) =>
    writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode })
  const told = () => (existsSync(join(dir, 'told')) ? readFileSync(join(dir, 'told'), 'utf8') : '')
  const until = async (done: () => boolean) => {
    for (let tries = 0; !done() && tries < 200; tries++) await delay(25)
  }

  it('are run on success, on failure once, and when the system is up; nothing else is told', async () => {
    plant('10-tell', `echo "$LUNA_EVENT $LUNA_NODE $LUNA_STEP" >>${dir}/told`)
    const failure = { step: 'install.unpack' }
    for (const event of [
      { step: 'install.download' },
      { step: 'install.error.unpack' },
      { step: 'install.error.unpack', failure },
      { step: 'install.success' },
      { step: 'up' },
    ])
      hooks.see([{ node, time: 0, ...event }])
    await until(() => told().split('\n').length > 3)
    assert.deepEqual(told().trim().split('\n').sort(), [
      'failure node001 install.error.unpack',
      'success node001 install.success',
      'up node001 up',
    ])
  })

  it('are executable files with plain names; what fails is logged, and the others run', async () => {
    plant('10-fails', 'exit 3')
    plant('20-not', `echo not >>${dir}/told`, 0o644)
    plant('30-old.dpkg-dist.x', `echo old >>${dir}/told`)
    plant('40-tell', `echo yes >>${dir}/told`)
    hooks.see([{ node, time: 0, step: 'install.success' }])
    await until(() => told() !== '' && lines.length > 0)
    assert.deepEqual([told(), lines], ['yes\n', ['hook failed 10-fails']])
  })

  it('are left out when too many wait', async () => {
    plant('10-slow', 'sleep 5')
    hooks.see(Array.from({ length: 1010 }, () => ({ node, time: 0, step: 'install.success' })))
    assert.equal(lines.length, 10)
    assert.equal(lines[0], 'hook left out: too many wait 10-slow')
  })
})
