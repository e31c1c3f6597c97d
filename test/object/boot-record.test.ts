import assert from 'node:assert/strict'
import { type Id, parseId } from '../../lib/object/field.ts'
import type { Card } from '../../lib/object/net/card.ts'
import {
  type Boot,
  type BootEvent,
  beginsBoot,
  mostSteps,
  outcomeOf,
  withEvent,
} from '../../lib/object/record/boot.ts'
import { mac } from '../help.ts'

const node = parseId('0123456789abcdef01234567') as Id

function event(step: string, seconds = 0, more: Partial<BootEvent> = {}): BootEvent {
  return { node, step, time: seconds * 1000, ...more }
}

/** The boot that these steps make, a second apart. */
function booted(steps: readonly string[]): Boot {
  const boot = steps.reduce<Boot | undefined>(
    (sofar, step, at) => withEvent(sofar, event(step, at)),
    undefined,
  )
  assert.ok(boot)
  return boot
}

describe('a boot', () => {
  it('begins with what was seen first, though another worker told of it later', () => {
    const request = event('boot.request', 1)
    const known = withEvent(undefined, event('install.get', 2))
    assert.equal(beginsBoot(known, request), false)
    const boot = withEvent(known, request)
    assert.equal(boot.began, 1000)
    assert.deepEqual(
      boot.steps.map(({ step }) => step),
      ['boot.request', 'install.get'],
    )
  })

  it('has the steps in the order of their times, though one of them is told later', () => {
    const boot = withEvent(booted(['boot.request', 'install.request']), event('boot.kernel', 0.5))
    assert.deepEqual(
      boot.steps.map(({ step }) => step),
      ['boot.request', 'boot.kernel', 'install.request'],
    )
  })

  it('says who asked, for what, and what came of it', () => {
    const asker = { address: '10.30.0.1', mac: mac(1), by: 'mac' } as const
    const asked = { asker, image: 'compute', kernel: 'k', card: '8086:100e' as Card }
    const first = withEvent(undefined, event('boot.request', 1, asked), 7)
    const failure = { step: 'install.partscript', command: 'mkfs', status: 1 }
    const boot = withEvent(first, event('install.error.partscript', 2, { failure }))
    assert.deepEqual(boot, {
      number: 7,
      began: 1000,
      asker,
      image: 'compute',
      kernel: 'k',
      card: '8086:100e',
      failure,
      steps: [
        { step: 'boot.request', time: 1000 },
        { step: 'install.error.partscript', time: 2000 },
      ],
    })
  })

  it('keeps one step for what is told again and again, with the time of the last word', () => {
    const boot = booted(['boot.request', 'boot.request', 'boot.request', 'install.request'])
    assert.deepEqual(boot.steps[0], { step: 'boot.request', time: 0, last: 2000 })
    assert.equal(boot.steps.length, 2)
  })

  it(`keeps ${mostSteps} steps at most: how it began and how it ended`, () => {
    const boot = booted(Array.from({ length: 500 }, (_, at) => `step ${at}`))
    assert.equal(boot.steps.length, mostSteps)
    assert.equal(boot.steps[0]?.step, 'step 0')
    assert.equal(boot.steps.at(-1)?.step, 'step 499')
  })

  const installed = ['boot.request', 'install.request', 'install.download', 'install.success']
  for (const [steps, outcome] of [
    [installed, 'installed'],
    [[...installed, 'up'], 'up'],
    [['boot.request', 'install.request', 'install.error.partscript'], 'failed'],
    [['boot.request', 'install.error.partscript', 'install.tarball'], 'failed'],
    [['boot.request', 'install.error.partscript', 'install.request'], 'unfinished'],
    [['boot.request', 'boot.kernel'], 'unfinished'],
  ] as const)
    it(`with ${steps.join(', ')} is ${outcome}`, () => assert.equal(outcomeOf(booted(steps)), outcome))

  it('from the local disk, and in service mode, ends there', () => {
    const asked = (way: 'localboot' | 'service') => withEvent(undefined, event('boot.request', 0, { way }))
    assert.equal(outcomeOf(asked('localboot')), 'local')
    assert.equal(outcomeOf(asked('service')), 'service')
  })

  for (const [steps, next, later, begins] of [
    [['boot.request'], 'boot.request', 10, false],
    [['boot.request'], 'boot.request', 200, true],
    [['boot.request', 'boot.kernel'], 'boot.request', 10, true],
    [installed, 'boot.request', 10, true],
    [['boot.request'], 'install.request', 10, false],
    [['boot.request', 'install.error.unpack'], 'install.request', 10, false],
    [installed, 'install.request', 10, true],
    [['boot.request', 'install.request', 'install.download'], 'install.request', 10, true],
    [installed, 'up', 10, false],
    [installed, 'install.tarball', 10, false],
  ] as const)
    it(`${next}, ${later} s after ${steps.join(', ')}, ${begins ? 'begins another' : 'is of the same'}`, () => {
      const boot = booted(steps)
      const at = (boot.steps.at(-1)?.time ?? 0) / 1000 + later
      assert.equal(beginsBoot(boot, event(next, at)), begins)
    })
})
