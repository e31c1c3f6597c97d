import assert from 'node:assert/strict'
import { isPlainName, kernelArguments, oneLine, plainName, urlSegment } from '../../lib/render/escape-ipxe.ts'

describe('plainName', () => {
  for (const name of ['node001', 'Node_1.cluster', '0', 'a+b', 'x'.repeat(253)]) {
    it(`takes ${name.slice(0, 20)} as it is`, () => assert.equal(plainName('the node', name), name))
  }

  for (const name of [
    '',
    '-x',
    '..',
    'a b',
    'a\nb',
    'a;b',
    `$\{net0/mac}`,
    '#a',
    'ä',
    'a|b',
    'a&b',
    'x'.repeat(254),
  ]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(isPlainName(name), false)
      assert.throws(() => plainName('the node', name), { code: 'invalid', message: /^the node has a name/ })
    })
  }

  it('says the name without its control characters', () => {
    assert.throws(
      () => plainName('the node', 'a\u001b[2J'),
      (error: Error) => !error.message.includes('\u001b'),
    )
  })
})

describe('urlSegment', () => {
  it('leaves the usual names of boot files alone', () => {
    const name = 'compute-initramfs-3.10.0-327.el7.x86_64'
    assert.equal(urlSegment(name), name)
  })

  it('encodes whatever a URL or iPXE could take for something else', () => {
    assert.equal(urlSegment(`a b/../c?d#e$\{f}'|&;\n`), 'a%20b%2F..%2Fc%3Fd%23e%24%7Bf%7D%27%7C%26%3B%0A')
  })

  it('refuses half of a character', () => {
    assert.throws(() => urlSegment('\ud800'), { code: 'invalid' })
  })
})

describe('kernelArguments', () => {
  it('keeps the words of the operator, with single blanks', () => {
    const text = '  console=ttyS1,115200n8\n\tdyndbg="file x.c +p"  quiet '
    assert.equal(kernelArguments(text), 'console=ttyS1,115200n8 dyndbg="file x.c +p" quiet')
  })

  for (const [text, why] of [
    ['quiet ; reboot', 'the end of a command'],
    ['quiet || shell', 'the word for "or"'],
    ['quiet && shell', 'the word for "and"'],
    ['quiet #x', 'the beginning of a comment'],
    ['quiet \u0007', 'a control character'],
    ['quiet x\\', 'a backslash that would join the next line'],
  ] as const) {
    it(`refuses ${why}`, () => assert.throws(() => kernelArguments(text), { code: 'invalid' }))
  }
})

describe('oneLine', () => {
  it('lets through what has no line end', () => assert.equal(oneLine('a b ä'), 'a b ä'))

  for (const end of ['\n', '\r', '\0', '\u2028']) {
    it(`refuses ${JSON.stringify(end)}`, () => assert.throws(() => oneLine(`a${end}b`), { code: 'invalid' }))
  }
})
