// The command line of lpower and what it says; the program itself against controllers is in test/daemons.
import assert from 'node:assert/strict'
import { parsePower } from '../../lib/cli/power/command-line.ts'
import { failureLines, foldedLines, powerJson, powerLine } from '../../lib/cli/power/print.ts'
import { LunaError } from '../../lib/error.ts'

describe('parsePower', () => {
  const plain = {
    names: undefined,
    groups: [],
    interface: 'BMC',
    pause: 0,
    where: [],
    fold: false,
    json: false,
    arm: false,
  }
  const named = (...names: string[]) => ({ names, except: new Set<string>() })

  for (const [line, expected] of [
    ['n[1-2] status', { action: 'status', names: named('n1', 'n2') }],
    ['-g compute,gpu on', { action: 'on', groups: ['compute', 'gpu'] }],
    ['on -g compute', { action: 'on', groups: ['compute'] }],
    ['n1 --groups=compute off', { action: 'off', names: named('n1'), groups: ['compute'] }],
    ['-i ILO n1 reset', { action: 'reset', names: named('n1'), interface: 'ILO' }],
    ['--json --pace 2/s n1 cycle', { action: 'cycle', names: named('n1'), json: true, pause: 500 }],
    ['--pace 30/m n1 on', { action: 'on', names: named('n1'), pause: 2000 }],
    ['--pace 0.5 on on', { action: 'on', names: named('on'), pause: 2000 }],
    ['--gro a identify', { action: 'identify', groups: ['a'] }],
    ['--where status=x --where image!=y on', { action: 'on', where: ['status=x', 'image!=y'] }],
    [
      'n[1-2],!n2 --fold on',
      { action: 'on', names: { names: ['n1', 'n2'], except: new Set(['n2']) }, fold: true },
    ],
  ] as const) {
    it(`reads "${line}"`, () => assert.deepEqual(parsePower(line.split(' ')), { ...plain, ...expected }))
  }

  for (const line of [
    ...['', 'on', 'n1', 'n1 boot', 'n1 n2 on', '--pace 0/s n1 on', '--pace fast n1 on', '--pace 1/h n1 on'],
    ...['--bogus n1 on', '-g'],
  ]) {
    it(`refuses "${line}"`, () => assert.throws(() => parsePower(line.split(' ')), { code: 'usage' }))
  }

  it('reads a pace with blanks around it', () => {
    assert.deepEqual(parsePower(['--pace', ' 2/s', 'n1', 'on']), {
      ...plain,
      action: 'on',
      names: named('n1'),
      pause: 500,
    })
  })

  it('shows its help when asked, whatever else is said', () => {
    assert.equal(parsePower(['-h']), 'help')
    assert.equal(parsePower(['n1', '--help']), 'help')
  })

  it('refuses a hostlist that cannot be read', () => {
    assert.throws(() => parsePower(['n[1', 'on']), { code: 'invalid' })
  })
})

describe('what lpower says', () => {
  const silent = (node: string) => ({
    node,
    result: new LunaError('unavailable', 'the BMC does not answer', {
      fix: null,
      why: 'nothing\nfrom \x1b[2J',
    }),
  })

  it('is a line per node, whatever a BMC says', () => {
    assert.equal(powerLine({ node: 'n1', result: 'on' }), 'n1: on\n')
    assert.equal(powerLine(silent('n1')), 'n1: Error: the BMC does not answer: nothing from \\x1b[2J\n')
  })

  it('is a line per answer when it is folded, in the order of the first of each', () => {
    const on = (node: string) => ({ node, result: 'on' })
    assert.deepEqual(foldedLines([on('n1'), silent('n3'), on('n2')]), [
      'n[1-2]: on\n',
      'n3: Error: the BMC does not answer: nothing from \\x1b[2J\n',
    ])
  })

  it('is JSON with either a result or an error', () => {
    const [one, two] = JSON.parse(powerJson([{ node: 'n1', result: 'on' }, silent('n2')]))
    assert.deepEqual(one, { node: 'n1', result: 'on' })
    assert.deepEqual(Object.keys(two), ['node', 'error'])
  })

  it('ends with which failed and why, a line per reason', () => {
    const refused = new LunaError('refused', 'no', { fix: 'do this' })
    const all = [
      silent('n1'),
      { node: 'n2', result: 'on' },
      silent('n3'),
      { node: 'n4', result: refused },
      silent('n2b'),
    ]
    assert.deepEqual(failureLines(all), [
      '3 of 5 failed: n[1,3],n2b: the BMC does not answer',
      '1 of 5 failed: n4: no (do this)',
    ])
    assert.deepEqual(failureLines([{ node: 'n2', result: 'on' }]), [])
  })
})
