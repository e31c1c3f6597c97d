import assert from 'node:assert/strict'
import { namesLeft, readNameList } from '../../lib/object/choice/name-list.ts'

const files: Readonly<Record<string, string>> = {
  rack1: '# rack 1\nnode[001-002] node003\n\nnode005,node[7,9]  # spare\r\n',
  empty: '# nobody yet\n',
}

function left(text: string): string {
  return namesLeft(readNameList(text, (path) => files[path] ?? '')).join(' ')
}

describe('readNameList', () => {
  for (const [text, names] of [
    ['n[1-3]', 'n1 n2 n3'],
    ['n[1-4],!n[2-3]', 'n1 n4'],
    ['!n2,n[1-3]', 'n1 n3'],
    ['@rack1', 'node001 node002 node003 node005 node7 node9'],
    ['n1,@rack1,!node[001-003]', 'n1 node005 node7 node9'],
    ['node[001-006],!@rack1', 'node004 node006'],
    ['a,a,@rack1,!node7,node7', 'a node001 node002 node003 node005 node9'],
  ] as const)
    it(`"${text}" is ${names}`, () => assert.equal(left(text), names))

  for (const [text, why] of [
    ['!n1', /only takes away/],
    ['n1,!n1', /taken away/],
    ['@empty', /"empty" names nothing/],
    ['!', /names nothing/],
    ['n1,!n[1', /brackets/],
  ] as const)
    it(`refuses "${text}"`, () =>
      assert.throws(
        () => left(text),
        (error: Error & { why?: string }) => why.test(`${error.message} ${error.why}`),
      ))
})
