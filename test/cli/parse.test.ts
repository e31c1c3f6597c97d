import assert from 'node:assert/strict'
import { parseArguments } from '../../lib/cli/arguments/parse.ts'
import { command } from '../../lib/cli/command.ts'
import { LunaError } from '../../lib/error.ts'
import { option } from '../../lib/program/option.ts'

const row = command({
  action: 'change',
  help: 'changes',
  operand: 'names',
  examples: [],
  options: {
    group: option('text', 'a group', { short: 'g', exclusive: 'place' }),
    interface: option('pair', 'interface and address', { short: 'i', exclusive: 'place' }),
    'one-line': option('flag', 'a line', { short: 'l' }),
    verbose: option('flag', 'more', { short: 'v' }),
    bmcsetup: option('text', 'a setup', { short: 'b' }),
    bmcnetwork: option('text', 'a network', { short: 'bn' }),
    delnet: option('optional', 'no network', { aliases: ['dn'] }),
    digits: option('int', 'a number', { default: 3 }),
    service: option('yes-no', 'or not', { aliases: ['sv'] }),
    script: option('choice', 'which', { choices: ['boot', 'install'] }),
    prescript: option('flag', 'a text', { aliases: ['pre'] }),
  },
  async run() {},
})

function given(...argv: string[]): Record<string, unknown> {
  const parsed = parseArguments('node', row, argv)
  assert.ok(parsed !== 'help')
  return { ...parsed.given, operand: parsed.operand }
}

function refusal(...argv: string[]): string {
  try {
    parseArguments('node', row, argv)
  } catch (error) {
    assert.ok(error instanceof LunaError)
    assert.equal(error.code, 'usage')
    return `${error.message}${error.why ? `: ${error.why}` : ''}`
  }
  assert.fail('it was accepted')
}

describe('parseArguments', () => {
  const accepted: [sentence: string, argv: string[], option: string, value: unknown][] = [
    ['a short option with its value', ['-g', 'x', 'n1'], 'group', 'x'],
    ['a value attached to a short option', ['-gx', 'n1'], 'group', 'x'],
    ['a value attached by an equals sign to a short option', ['-g=x', 'n1'], 'group', 'x'],
    ['a value attached to a long option', ['--group=a=b', 'n1'], 'group', 'a=b'],
    ['an unambiguous prefix of a long option', ['--gro', 'x', 'n1'], 'group', 'x'],
    ['an exact long name that other names begin with', ['--pre', 'n1'], 'prescript', true],
    ['an option after the operand', ['n1', '-g', 'x'], 'group', 'x'],
    ['an empty value', ['n1', '-g', ''], 'group', ''],
    ['a short option of two letters', ['-bn', 'x', 'n1'], 'bmcnetwork', 'x'],
    [
      'a one-letter option before a value that begins like a two-letter one',
      ['-bnx', 'n1'],
      'bmcsetup',
      'nx',
    ],
    ['two values of a pair', ['-i', 'A', 'B', 'n1'], 'interface', ['A', 'B']],
    ['joined flags', ['-lv', 'n1'], 'verbose', true],
    ['an optional value left out at the end', ['n1', '--delnet'], 'delnet', true],
    ['an optional value left out before another option', ['--dn', '-l', 'n1'], 'delnet', true],
    ['an optional value', ['n1', '--dn', 'x'], 'delnet', 'x'],
    ['a negative number as a value', ['n1', '--digits', '-5'], 'digits', -5],
    ['a number with blanks around it, as wc says it', ['n1', '--digits', ' 80 '], 'digits', 80],
    ['a value with blanks that begins with a dash', ['n1', '-g', '- a b'], 'group', '- a b'],
    ['the last one of a repeated option', ['-g', 'x', '-g', 'y', 'n1'], 'group', 'y'],
    ['the default of an option that is not given', ['n1'], 'digits', 3],
    ['y for yes', ['--sv', 'y', 'n1'], 'service', true],
    ['no for no', ['--service', 'no', 'n1'], 'service', false],
    ['one of the choices', ['--script', 'boot', 'n1'], 'script', 'boot'],
    ['a hostlist', ['n[1-2]'], 'operand', ['n1', 'n2']],
    ['an operand like an option after two dashes', ['--', '-n1'], 'operand', ['-n1']],
  ]
  for (const [sentence, argv, name, value] of accepted) {
    it(`takes ${sentence}`, () => assert.deepEqual(given(...argv)[name], value))
  }

  const refused: [sentence: string, argv: string[], what: RegExp][] = [
    ['an ambiguous prefix', ['--bmc', 'x', 'n1'], /ambiguous: it could be --bmcsetup or --bmcnetwork/],
    ['an unknown long option', ['--nope', 'n1'], /unknown option "--nope"/],
    ['an unknown short option', ['-z', 'n1'], /unknown option "-z"/],
    ['an option without its value', ['n1', '-g'], /--group needs a value/],
    ['an option whose value would be another option', ['-g', '-l', 'n1'], /--group needs a value/],
    ['half a pair', ['n1', '-i', 'A'], /--interface needs two values/],
    ['a value for a flag', ['--one-line=x', 'n1'], /--one-line takes no value/],
    ['a word where a number is due', ['n1', '--digits', 'x'], /whole number/],
    ['a number with a blank in it', ['n1', '--digits', '8 0'], /whole number/],
    ['a blank where a number is due', ['n1', '--digits', ' '], /whole number/],
    ['a number with a fraction', ['n1', '--digits', '1.5'], /whole number/],
    ['a word where yes or no is due', ['n1', '--sv', 'maybe'], /y, yes, n or no/],
    ['what is none of the choices', ['n1', '--script', 'x'], /one of boot, install/],
    ['options that exclude each other', ['n1', '-g', 'x', '-i', 'A', 'B'], /cannot be used with/],
    ['a missing operand', [], /missing required argument/],
    ['an operand too many', ['n1', 'n2'], /too many arguments/],
  ]
  for (const [sentence, argv, what] of refused) {
    it(`refuses ${sentence}`, () => assert.match(refusal(...argv), what))
  }

  it('takes the number of an entry as it takes other numbers', () => {
    const undo = command({
      action: 'undo',
      help: 'undoes',
      operand: 'number',
      examples: [],
      options: {},
      async run() {},
    })
    const read = (text: string) => parseArguments('history', undo, ['--', text])
    for (const text of ['7', ' 7', '7\n', '+7']) assert.deepEqual(read(text), { given: {}, operand: 7 })
    for (const text of ['', ' ', '-7', '7x', '1000000000']) {
      assert.throws(() => read(text), { code: 'usage', message: /not the number of an entry/ })
    }
  })

  it('sees that help is wanted, whatever else is there', () => {
    for (const argv of [['-h'], ['--help'], ['--he'], ['n1', '-g', 'x', '-h']]) {
      assert.equal(parseArguments('node', row, argv), 'help')
    }
  })

  it('takes -h after two dashes as a name', () => {
    assert.deepEqual(given('--', '-h').operand, ['-h'])
  })

  it('takes a negative number for an option where an option is one', () => {
    const list = command({
      action: 'list',
      help: '',
      operand: 'none',
      examples: [],
      options: { 'one-line': option('flag', '', { short: '1' }) },
      async run() {},
    })
    const parsed = parseArguments('node', list, ['-1'])
    assert.ok(parsed !== 'help')
    assert.equal(parsed.given['one-line'], true)
  })
})
