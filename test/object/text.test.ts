import assert from 'node:assert/strict'
import { checkArguments, decodeText, scriptWarnings } from '../../lib/object/given/text.ts'

describe('decodeText', () => {
  for (const text of [
    '',
    'echo\n',
    'Zürich ✓ 🙂',
    'real \ufffd',
    '\ufeff#!/bin/sh',
    'a\r\nb\r\n',
    '\u001b[1m',
  ]) {
    it(`keeps ${JSON.stringify(text)} as it is`, () =>
      assert.equal(decodeText(Buffer.from(text), 'it'), text))
  }

  for (const [bytes, where] of [
    ['echo caf\xe9\n', 'line 1, column 9: the byte 0xe9'],
    ['\xff', 'line 1, column 1: the byte 0xff'],
    ['one\ntwo\n\xc3\xa9 \xc3', 'line 3, column 3: the byte 0xc3'],
    ['\xef\xbf\xbd\xf0\x9f\x99\x82x\x80', 'line 1, column 4: the byte 0x80'],
    ['\n\n\xed\xa0\x80', 'line 3, column 1: the byte 0xed'],
    ['a\xc0\xaf', 'line 1, column 2: the byte 0xc0'],
    ['a\0b', 'line 1, column 2: no script'],
    ['\xc3\xbc\n\xc3\xbc\xc3\xbc\0', 'line 2, column 3: no script'],
  ] as const) {
    it(`refuses ${JSON.stringify(bytes)} and says where`, () => {
      const refused = (error: Error & { why?: string; fix?: string; code?: string }) =>
        error.code === 'invalid' && Boolean(error.fix) && (error.why ?? '').startsWith(where)
      assert.throws(() => decodeText(Buffer.from(bytes, 'latin1'), 'it'), refused)
    })
  }
})

describe('checkArguments', () => {
  it('takes whatever is UTF-8', () => checkArguments(['node', 'add', 'ünï', '🙂', '']))

  it('says which argument is not, and where', () => {
    const said = { code: 'usage', message: 'argument 2 is not UTF-8', why: 'its character 4 cannot be read' }
    assert.throws(() => checkArguments(['-n', 'caf\ufffd']), said)
  })
})

describe('scriptWarnings', () => {
  it('says nothing of a script as bash likes it', () => {
    assert.deepEqual(scriptWarnings('it', '#!/bin/bash\nprintf "\\r\\n"; echo a\rb\n'), [])
  })

  it('names the first line that ends with CR LF, also where the last line end was cut off', () => {
    assert.match(scriptWarnings('it', 'a\nb\r\nc\r\n').join(), /^line 2 of it ends with CR LF/)
    assert.match(scriptWarnings('it', 'a\nb\r').join(), /^line 2 of it/)
  })

  it('tells lines that end with CR alone', () => {
    const alone = ['the lines of it end with CR alone, and bash takes all of it for one line (mac2unix)']
    for (const text of ['a\rb\r', 'a\rb', 'a\rb\r\n', 'a\r\rb\n'])
      assert.deepEqual(scriptWarnings('it', text), alone, JSON.stringify(text))
  })

  it('names a first line that wants another program', () => {
    assert.match(scriptWarnings('it', '#!/usr/bin/perl\nprint 1').join(), /^it is run by bash/)
    for (const first of ['#!/bin/sh -e', '#!/usr/bin/env bash', '# perl'])
      assert.deepEqual(scriptWarnings('it', `${first}\ntrue`), [])
  })

  it('names a byte order mark', () => {
    assert.match(scriptWarnings('it', '\ufeffecho').join(), /^it begins with a byte order mark/)
  })
})
