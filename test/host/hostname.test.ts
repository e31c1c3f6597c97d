import assert from 'node:assert/strict'
import { defaultNameServer } from '../../lib/host/hostname.ts'

const cases: [it: string, short: string, resolving: string[], name: string][] = [
  ['takes the name that a pair of heads shares', 'ctrl1', ['ctrl'], 'ctrl'],
  ['cuts a hyphen before the digit too', 'ctrl-1', ['ctrl'], 'ctrl'],
  ['cuts one digit only', 'master01', ['master', 'master0'], 'master0'],
  ['keeps its own name when the shared one is unknown', 'ctrl1', [], 'ctrl1'],
  ['keeps a name that does not end in a digit', 'head', ['hea'], 'head'],
  ['keeps a name of one digit', '7', [''], '7'],
]

describe('defaultNameServer', () => {
  for (const [sentence, short, resolving, name] of cases) {
    it(sentence, async () => {
      const resolves = (asked: string) => Promise.resolve(resolving.includes(asked))
      assert.equal(await defaultNameServer(short, resolves), name)
    })
  }
})
