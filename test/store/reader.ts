// A process that reads what another one changes: `reader.ts ADDRESS ROUNDS`. Every transaction of the other
// writes the same comment, a number that grows, into two groups and a network. Exits with 1 when it sees a
// part of a transaction.
import assert from 'node:assert/strict'
import type { Store } from '../../lib/store/store.ts'
import { type Address, openAt } from './place.ts'

const [address = '', rounds = ''] = process.argv.slice(2)
const store = await openAt(JSON.parse(address) as Address)
for (let round = 0; round < Number(rounds); round++) {
  await readInTurn(store, round % 2 === 0)
  const [one, other] = await store.list('group')
  assert.equal(one?.comment, other?.comment, 'two groups of one list')
  if (round % 50 === 0) await readAll(store)
}
await store.close()

/** What is read later is never older. */
async function readInTurn(store: Store, groupFirst: boolean): Promise<void> {
  const kinds = groupFirst ? (['group', 'network'] as const) : (['network', 'group'] as const)
  const [first, second] = [await commentOf(store, kinds[0]), await commentOf(store, kinds[1])]
  assert.ok(second >= first, `${kinds[0]} ${first}, and then ${kinds[1]} ${second}`)
}

async function commentOf(store: Store, kind: 'group' | 'network'): Promise<number> {
  return Number((await store.getNamed(kind, 'a')).comment)
}

async function readAll(store: Store): Promise<void> {
  const { group = [], network = [] } = await store.dump()
  const comments = new Set([...group, ...network].map(({ comment }) => String(comment)))
  assert.equal(comments.size, 1, `a dump with ${[...comments].join(' and ')}`)
}
