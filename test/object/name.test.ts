import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import {
  checkNewName,
  hasControl,
  hostNameWarning,
  isDnsName,
  isHostLabel,
  nextNodeName,
} from '../../lib/object/name.ts'

const hostile = [
  '',
  ' ',
  'a b',
  'a;b',
  "a'b",
  'a"b',
  'a$(b)',
  'a`b`',
  'a/b',
  '../a',
  'a\nb',
  'a\n',
  'a\0',
  '{a',
  'a,b',
  'n[1]',
  '-a',
  'ä',
  'а',
]

describe('isHostLabel', () => {
  it('accepts letters, digits and inner hyphens up to 63 characters', () => {
    for (const text of ['node001', 'a', '5000', 'NODE-1', 'a--b', 'a'.repeat(63)])
      assert.ok(isHostLabel(text), text)
  })

  it('refuses everything else', () => {
    for (const text of [...hostile, 'a-', 'a.b', 'a_b', 'a'.repeat(64), '\u212a'])
      assert.ok(!isHostLabel(text), text)
  })
})

describe('isDnsName', () => {
  it('accepts labels joined by dots', () => {
    for (const text of ['cluster', 'cluster.example.com', `${'a.'.repeat(126)}a`])
      assert.ok(isDnsName(text), text)
  })

  it('refuses empty labels, bad labels and more than 253 characters', () => {
    for (const text of [...hostile, '.', 'a.', '.a', 'a..b', 'a.-b', `${'a.'.repeat(126)}ab`])
      assert.ok(!isDnsName(text), text)
  })
})

describe('hasControl', () => {
  it('finds control characters and line separators', () => {
    for (const text of ['a\n', '\t', 'a\0b', '\u001b[2J', '\u007f', '\u0085', '\u2028']) {
      assert.ok(hasControl(text), JSON.stringify(text))
    }
  })

  it('finds none in ordinary text', () => {
    for (const text of ['', 'two words', 'Zürich ✓', '"quoted";']) assert.ok(!hasControl(text), text)
  })
})

describe('checkNewName', () => {
  const kinds = [
    'cluster',
    'osimage',
    'bmcsetup',
    'network',
    'group',
    'node',
    'switch',
    'otherdev',
    'interface',
  ] as const

  it('accepts a plain word for everything', () => {
    for (const kind of kinds) checkNewName(kind, 'compute2')
  })

  it('accepts what suits the kind', () => {
    checkNewName('network', 'cluster.example.com')
    checkNewName('osimage', 'el7_2019.3+gpu')
    checkNewName('interface', 'eth0.100')
    checkNewName('interface', 'BOOTIF')
  })

  it('refuses dots and underscores where the name is a host', () => {
    for (const kind of ['node', 'switch', 'otherdev'] as const) {
      for (const name of ['a.b', 'a_b']) assert.throws(() => checkNewName(kind, name), LunaError)
    }
  })

  it('refuses names that machines have a use of their own for', () => {
    for (const name of ['localhost', 'LocalHost'])
      assert.throws(() => checkNewName('node', name), { code: 'refused' }, name)
    for (const name of ['localhost', 'a.localhost', 'invalid', '30.10.in-addr.arpa', 'd.f.ip6.ARPA', 'arpa'])
      assert.throws(() => checkNewName('network', name), { code: 'refused' }, name)
    for (const name of ['lo', 'bonding_masters', 'all'])
      assert.throws(() => checkNewName('interface', name), { code: 'refused' }, name)
    for (const name of ['sarpa', 'cluster.local', 'arpa.example']) checkNewName('network', name)
  })

  it('refuses hostile names everywhere, says what to do, and does not repeat control characters', () => {
    for (const kind of kinds) {
      for (const name of [...hostile, '\u009b2J', 'x'.repeat(1e6)]) {
        const isRight = (error: unknown) =>
          error instanceof LunaError &&
          error.code === 'refused' &&
          Boolean(error.why && error.fix) &&
          error.message.length < 200 &&
          !hasControl(error.message)
        assert.throws(() => checkNewName(kind, name), isRight, `${kind} ${JSON.stringify(name.slice(0, 20))}`)
      }
    }
  })
})

describe('hostNameWarning', () => {
  it('is for names that are numbers, which are IPv4 addresses to many programs', () => {
    for (const name of ['1234', '0', '0x7f']) assert.match(hostNameWarning(name) ?? '', /inet_aton/)
    for (const name of ['n1', '12a', '0xg', '1-2']) assert.equal(hostNameWarning(name), undefined)
  })
})

describe('nextNodeName', () => {
  const rows: [string, string, number, string[], string][] = [
    ['begins with one', 'node', 3, [], 'node001'],
    ['follows the highest number', 'node', 3, ['node002', 'node007', 'node001'], 'node008'],
    ['does not fill gaps', 'node', 3, ['node001', 'node003'], 'node004'],
    ['grows beyond the digits', 'node', 3, ['node999'], 'node1000'],
    ['counts plain numbers', 'node', 3, ['5000'], 'node5001'],
    [
      'ignores names without a number',
      'node',
      3,
      ['login', 'node', 'node00x', 'node-5', 'node+9', 'node 7'],
      'node001',
    ],
    ['strips the prefix, not its letters', 'node', 3, ['done007', 'eno9'], 'node001'],
    ['strips a prefix that ends in digits', 'rack1', 3, ['rack1001', 'rack1002'], 'rack1003'],
    ['counts numbers without padding', 'node', 3, ['node7'], 'node008'],
    ['does without a prefix', '', 2, ['07'], '08'],
    ['ignores absurd numbers', 'node', 3, [`node${'9'.repeat(40)}`, 'node001'], 'node002'],
    [
      'steps over names that are taken',
      'n',
      1,
      [`n${'9'.repeat(15)}`, `n1${'0'.repeat(15)}`],
      `n1${'0'.repeat(14)}1`,
    ],
  ]
  for (const [name, prefix, digits, taken, expected] of rows) {
    it(name, () => assert.equal(nextNodeName(prefix, digits, taken), expected))
  }

  it('gives a thousand different names in a row', () => {
    const taken = new Set<string>()
    for (let n = 1; n <= 1000; n++) taken.add(nextNodeName('node', 3, taken))
    assert.equal(taken.size, 1000)
    assert.ok(taken.has('node001') && taken.has('node1000'))
  })
})
