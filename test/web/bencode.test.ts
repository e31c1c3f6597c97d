import assert from 'node:assert/strict'
import { type Bencodable, bencode } from '../../lib/web/bencode.ts'

describe('bencode', () => {
  const cases: readonly [string, Bencodable, string][] = [
    ['a number', 42, 'i42e'],
    ['a number below zero', -3, 'i-3e'],
    ['text, by its bytes', 'ä', '2:\u00c3\u00a4'],
    ['no text', '', '0:'],
    ['bytes', Buffer.from([0xff, 0x00]), '2:\u00ff\u0000'],
    ['a list', [1, 'a', []], 'li1e1:alee'],
    ['an empty dictionary', new Map(), 'de'],
    [
      'a dictionary, keys in the order of their bytes',
      new Map([
        ['b', 1],
        ['\u00ff', 3],
        ['B', 2],
      ]),
      'd1:Bi2e1:bi1e1:\u00ffi3ee',
    ],
  ]
  for (const [what, value, text] of cases) {
    it(`writes ${what}`, () => assert.equal(bencode(value).toString('latin1'), text))
  }
})
