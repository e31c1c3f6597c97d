// The doctor as a whole: every check has its say, whatever becomes of it.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { parseConfig } from '../../../lib/config.ts'
import { LunaError } from '../../../lib/error.ts'
import { openMemoryStore } from '../../../lib/store/open.ts'
import { type Check, fine, type Head, lineOf } from '../../../lib/task/doctor/check.ts'
import { checks } from '../../../lib/task/doctor/checks.ts'
import { examine, runChecks } from '../../../lib/task/doctor/doctor.ts'
import { rejectsWith } from '../../help.ts'

const config = parseConfig('', '/etc/luna.conf', 'debian')
const never = new AbortController().signal

describe('runChecks', () => {
  // What these checks look at.
  const head = {} as Head
  const run = (all: readonly Check[], longest?: number) => runChecks(all, head, never, longest)

  it('gives the findings in the order of the checks, and begins slow ones first', async () => {
    const begun: string[] = []
    const check = (name: string, more = {}): Check => ({
      name,
      ...more,
      run: async () => {
        begun.push(name)
        return fine(name)
      },
    })
    const findings = await run([check('a'), check('b', { slow: true }), check('c')])
    assert.deepEqual(
      findings.map((one) => one.check),
      ['a', 'b', 'c'],
    )
    assert.deepEqual(begun, ['b', 'a', 'c'])
  })

  it('begins the others when a slow one has come to its wait, or has ended', async () => {
    const said: string[] = []
    const slow = (name: string, waits: boolean): Check => ({
      name,
      slow: true,
      run: async (_head, waiting) => {
        await delay(5)
        said.push(name)
        if (waits) waiting()
        return await delay(waits ? 30 : 0, fine(name))
      },
    })
    const quick: Check = { name: 'c', run: async () => fine(String(said.push('c'))) }
    const findings = await run([quick, slow('a', true), slow('b', false)])
    assert.deepEqual(
      [said, findings.map(({ check }) => check)],
      [
        ['a', 'b', 'c'],
        ['c', 'a', 'b'],
      ],
    )
  })

  it('takes what a check throws for what it found', async () => {
    const refused = new LunaError('failed', 'it is broken', { why: 'rust', fix: 'mend it' })
    const findings = await run([
      { name: 'a', run: () => Promise.reject(refused) },
      { name: 'b', run: () => Promise.reject(new Error('oops')) },
      { name: 'c', run: async () => fine('well') },
    ])
    assert.deepEqual(findings.map(lineOf), [
      'wrong    a: it is broken: rust (mend it)',
      'wrong    b: unexpected: oops (this is a defect of Luna: please report it)',
      'fine     c: well',
    ])
  })

  it('waits for no check for ever', async () => {
    const late: Check = { name: 'a', run: () => delay(60_000, fine('late'), { ref: false }) }
    const [finding] = await run([late], 20)
    assert.deepEqual([finding?.state, finding?.seen], ['wrong', 'no answer within 0.02 s'])
  })

  it('stops at once when it is told to', async () => {
    const late: Check = { name: 'a', run: () => delay(60_000, fine('late'), { ref: false }) }
    await rejectsWith('failed', runChecks([late], head, AbortSignal.abort()))
  })
})

describe('examine', () => {
  it('says what comes first where there is no cluster', async () => {
    const findings = await examine(async () => openMemoryStore(), config, never)
    assert.deepEqual(
      findings.map(({ check, state, fix }) => [check, state, fix]),
      [['cluster', 'wrong', 'luna setup']],
    )
  })

  it('says what is wrong with a store that cannot be opened', async () => {
    const broken = new LunaError('unavailable', 'the store is away', { fix: 'start it' })
    const [finding] = await examine(() => Promise.reject(broken), config, never)
    assert.deepEqual(finding, {
      check: 'cluster',
      state: 'wrong',
      seen: 'the store is away',
      fix: 'start it',
    })
  })

  it('has a name of its own for every check', () => {
    assert.equal(new Set(checks.map(({ name }) => name)).size, checks.length)
  })
})

describe('lineOf', () => {
  it('is one line without control characters, whatever was seen', () => {
    const line = lineOf({ check: 'a', state: 'warning', seen: 'it said:\n  one\x1b[2J', fix: null })
    assert.equal(line, 'warning  a: it said:; one\\x1b[2J')
  })
})
