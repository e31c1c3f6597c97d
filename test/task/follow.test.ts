// States that are followed: the same as read anew, whatever happens, and of nodes only those are read that
// changed.
import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import type { Boot } from '../../lib/object/record/boot.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { ShownNodes } from '../../lib/task/page/nodes.ts'
import { FollowedStates, nodeStates } from '../../lib/task/record/follow.ts'
import { type SteadyState, withAge } from '../../lib/task/record/states.ts'
import { peerIdOf } from '../../lib/task/show/progress.ts'
import { generator, randomCommand, tried } from './random-command.ts'
import { fillSite } from './site.ts'

const seed = Number(process.env.LUNA_TEST_SEED ?? 1)
const rounds = Number(process.env.LUNA_TEST_STEPS ?? 150)
const began = Date.UTC(2026, 2, 4)

describe('states that are followed', () => {
  let time = began
  let store: Store
  beforeEach(async () => {
    time = began
    store = openMemoryStore({ now: () => new Date(time) })
    await fillSite(store)
    await addNodes(store, { group: 'compute', names: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'] })
  })
  afterEach(() => store.close())
  const now = () => new Date(time)

  /** What lweb does when a node says something: the status at once, and then the record. */
  const says = async (from: Store, node: Id, step: string) => {
    await from.setStatus(node, { step, time: now() })
    const boot: Boot = { number: 1, began: time, steps: [{ step, time }], asker: { address: '10.30.0.1' } }
    await from.keepBoots([{ node, past: false, boot }])
  }
  const aged = (states: readonly SteadyState[]) => states.map((state) => withAge(state, now()))

  it(`are the same as read anew, whatever happens (seed ${seed})`, async () => {
    const chance = generator(seed)
    const one = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T
    const followed = new FollowedStates(() => 0)
    const happens = [
      () => randomCommand(store, chance),
      async () =>
        says(store, one(await store.list('node')).id, one(['boot.request', 'install.success', 'up'])),
      async () => says(store, one(await store.list('node')).id, one(['install.error.x', 'install.download'])),
      async () => {
        const { name } = one(await store.list('node'))
        const peer = { infoHash: 'aa', ip: '10.30.0.1', port: 1, uploaded: 0, status: null, updated: now() }
        await store.announce({
          ...peer,
          downloaded: time - began,
          left: 5e6,
          peerId: peerIdOf(`${name}.cluster`),
        })
      },
      async () => {
        const armed = { until: new Date(time + 500_000), continuous: false, secret: 'x' }
        await store.update('node', one(await store.list('node')).id, { armed: one([armed, null]) })
      },
      async () => {
        const { id, name } = one(await store.list(one(['group', 'osimage', 'network', 'node'] as const)))
        const kind = one(['group', 'osimage', 'network', 'node'] as const)
        await store.update(kind, id, { name: `${name.slice(0, 1)}${one([1, 2, 3, 4])}` })
      },
      async () => store.restore(await store.dump({ records: chance() < 0.5 })),
      async () => {
        time += 400_000
      },
    ]
    const shown = new ShownNodes()
    let page: { name: string }[] = []
    let tag: string | undefined
    let differences = 0
    for (let round = 0; round < rounds; round++) {
      for (let some = 0; some < 3; some++) await tried(one(happens)())
      time += 1000
      const states = await followed.look(store, now())
      assert.deepEqual(aged(states), await nodeStates(store, now()), `round ${round}`)
      shown.show(states)
      const answer = shown.since(tag)
      const { nodes, changed } = JSON.parse(answer.body)
      if (!nodes) differences++
      const byName = new Map((changed ?? []).map((node: { name: string }) => [node.name, node]))
      page = nodes ?? page.map((node) => byName.get(node.name) ?? node)
      tag = answer.tag
      assert.deepEqual(page, JSON.parse(new ShownNodesOf(states).body).nodes, `round ${round}`)
    }
    assert.ok(differences > rounds / 5, `only ${differences} answers were differences`)
  })

  it('read no node that has not changed, and are the same objects for those', async () => {
    const [a, b] = await store.list('node')
    assert.ok(a && b)
    const followed = new FollowedStates(() => 0)
    const asked: string[] = []
    const counted: Store = {
      ...store,
      list: (kind) => {
        asked.push(`all of ${kind}`)
        return store.list(kind)
      },
      some: (kind, ids) => {
        asked.push(`${ids.length} of ${kind}`)
        return store.some(kind, ids)
      },
    }
    const look = async () => {
      asked.length = 0
      return await followed.look(counted, now())
    }
    await says(store, a.id, 'boot.request')
    const first = await look()
    assert.ok(asked.includes('all of node'))
    assert.deepEqual([await look(), asked], [first, []])
    await says(store, b.id, 'boot.request')
    const second = await look()
    assert.deepEqual(asked, ['1 of node'])
    const other = second.flatMap((state, at) => (state === first[at] ? [] : state.name))
    assert.deepEqual(other, [b.name])
    await store.update('node', a.id, { comment: 'x' })
    await look()
    assert.deepEqual(asked, ['all of group', 'all of osimage', 'all of network', '1 of node'])
  })

  it('have after a while what no version tells of', async () => {
    const [node] = await store.list('node')
    assert.ok(node)
    let clock = 0
    const followed = new FollowedStates(() => clock)
    const stepOf = async () =>
      (await followed.look(store, now())).find(({ name }) => name === node.name)?.step ?? null
    assert.equal(await stepOf(), null)
    await store.setStatus(node.id, { step: 'install.request', time: now() })
    clock = 29_999
    assert.equal(await stepOf(), null)
    clock = 30_001
    assert.equal(await stepOf(), 'install.request')
  })

  it('are read again where the store went away in the middle', async () => {
    const followed = new FollowedStates(() => 0)
    await followed.look(store, now())
    const [node] = await store.list('node')
    assert.ok(node)
    await store.remove('node', node.id)
    const away = () => Promise.reject(new Error('away'))
    for (const method of ['changesSince', 'some', 'lastBoots', 'list'] as const)
      await assert.rejects(followed.look({ ...store, [method]: away }, now()), { message: 'away' })
    assert.deepEqual(aged(await followed.look(store, now())), await nodeStates(store, now()))
  })
})

/** All of the states, as who comes anew gets them. */
class ShownNodesOf {
  readonly body: string

  constructor(states: readonly SteadyState[]) {
    const shown = new ShownNodes()
    shown.show(states)
    this.body = shown.since(undefined).body
  }
}

describe('nodes that are shown', () => {
  const state = (name: string, more: Partial<SteadyState> = {}): SteadyState => ({
    ...{ name, group: 'g', image: null, step: 'up', since: null, outcome: 'up', starting: false },
    ...{ percent: null, rate: null, error: null, ...more },
  })
  const names = (body: string) => {
    const { nodes, changed } = JSON.parse(body) as Record<string, { name: string }[]>
    return nodes ? nodes.map(({ name }) => name).join() : { changed: changed?.map(({ name }) => name).join() }
  }
  const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => state(name))
  const whole = 'a,b,c,d,e,f'

  it('are for who has them only those that changed since, however long that is', () => {
    const shown = new ShownNodes()
    shown.show(all)
    const first = shown.since(undefined)
    assert.equal(names(first.body), whole)
    shown.show(all)
    assert.equal(shown.since(first.tag).tag, first.tag)
    const second = all.with(1, state('b', { step: 'x' }))
    shown.show(second)
    const { tag } = shown.since(first.tag)
    shown.show(second.with(4, state('e', { step: 'y' })))
    assert.deepEqual(names(shown.since(tag).body), { changed: 'e' })
    assert.deepEqual(names(shown.since(first.tag).body), { changed: 'b,e' })
    shown.show(all)
    assert.deepEqual(names(shown.since(tag).body), { changed: 'b,e' })
  })

  it('are all of them for who comes anew, or with the tag of another head, or with nonsense', () => {
    const [shown, other] = [new ShownNodes(), new ShownNodes()]
    for (const one of [shown, other]) one.show(all)
    const { tag } = shown.since(undefined)
    const wrong = [
      undefined,
      '',
      other.since(undefined).tag,
      tag.replace(/\d+$/, '99'),
      `${tag}x`,
      '..',
      '%00',
    ]
    shown.show(all.with(0, state('a', { step: 'x' })))
    for (const one of wrong) assert.equal(names(shown.since(one).body), whole, one)
    assert.deepEqual(names(shown.since(tag).body), { changed: 'a' })
  })

  it('are all of them where one came, went, moved or was renamed, and where most have changed', () => {
    for (const next of [[...all, state('g')], all.slice(1), all.toReversed(), all.with(0, state('z'))]) {
      const shown = new ShownNodes()
      shown.show(all)
      const { tag } = shown.since(undefined)
      shown.show(next)
      assert.equal(names(shown.since(tag).body), next.map(({ name }) => name).join())
      const later = next.with(2, state(next[2]?.name ?? '', { step: 'x' }))
      shown.show(later)
      assert.equal(names(shown.since(tag).body), next.map(({ name }) => name).join())
    }
    const shown = new ShownNodes()
    shown.show(all)
    const { tag } = shown.since(undefined)
    shown.show(all.map(({ name }, at) => state(name, at < 4 ? { step: 'x' } : {})))
    assert.equal(names(shown.since(tag).body), whole)
  })

  it('are all of them while two have one name', () => {
    const shown = new ShownNodes()
    const twice = [...all, state('f')]
    shown.show(twice)
    const { tag } = shown.since(undefined)
    shown.show(twice.with(5, state('f', { step: 'x' })))
    assert.equal(names(shown.since(tag).body), `${whole},f`)
  })
})
