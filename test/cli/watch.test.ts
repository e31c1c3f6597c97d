// luna node status --watch: what has changed, without reading everything again.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { Context } from '../../lib/cli/command.ts'
import { status } from '../../lib/cli/commands/node-status.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { deleteObjects } from '../../lib/task/change/object.ts'
import { rejectsWith } from '../help.ts'
import { fillSite } from '../task/site.ts'

describe('luna node status --watch', () => {
  let store: Store
  const lists: string[] = []
  beforeEach(async () => {
    store = openMemoryStore()
    await fillSite(store)
    await addNodes(store, { group: 'compute', names: ['a1', 'a2', 'a3'] })
    lists.length = 0
  })
  afterEach(() => store.close())

  /** What is printed, one text after the other, until all of `work` is done. */
  async function watched(
    given: object,
    names: object | undefined,
    work: readonly (() => Promise<unknown>)[],
  ) {
    const [ended, told, printed] = [new AbortController(), new EventEmitter(), [] as string[]]
    const list: Store['list'] = (kind) => {
      lists.push(kind)
      return store.list(kind)
    }
    const context = {
      store: async () => ({ ...store, list }),
      signal: ended.signal,
      print: (text: string) => {
        printed.push(text.trim())
        told.emit('printed')
      },
    }
    const running = status.run(
      context as unknown as Context,
      { watch: true, json: false, columns: 'name,step', fold: true, ...given } as never,
      names as never,
    )
    for (const step of [...work, async () => ended.abort()]) {
      await Promise.race([once(told, 'printed'), running])
      await step()
    }
    await running
    return printed.map((text) => text.split('\n').slice(3, -1).join().replaceAll(/[ |]+/g, ' ').trim())
  }
  const says = async (name: string, step: string) => {
    const { id } = await store.getNamed('node', name)
    const time = Date.now()
    await store.setStatus(id, { step, time: new Date(time) })
    await store.keepBoots([
      { node: id, past: false, boot: { number: 1, began: time, steps: [{ step, time }] } },
    ])
  }

  it('reads all nodes once, and prints what has changed since', async () => {
    await says('a3', 'boot.initramfs')
    const texts = await watched({}, undefined, [
      () => says('a2', 'install.request'),
      () => addNodes(store, { group: 'compute', names: ['a4'] }),
    ])
    assert.deepEqual(texts, [
      'a[1-2] - , a3 boot.initramfs',
      'a1 - , a2 install.request , a3 boot.initramfs',
      'a[1,4] - , a2 install.request , a3 boot.initramfs',
    ])
    assert.equal(lists.filter((kind) => kind === 'node').length, 1)
  })

  it('follows who is in a group, and of whom a condition holds', async () => {
    const more = [() => addNodes(store, { group: 'compute', names: ['a4'] })]
    assert.deepEqual(await watched({ group: 'compute' }, undefined, more), ['a[1-3] -', 'a[1-4] -'])
    const where = ['status=install.*']
    await says('a1', 'install.request')
    const other = [() => says('a3', 'install.request')]
    assert.deepEqual(await watched({ where }, undefined, other), [
      'a1 install.request',
      'a[1,3] install.request',
    ])
  })

  it('ends when a node that was named is gone', async () => {
    const names = { names: ['a1'], except: new Set() }
    await rejectsWith('not-found', watched({}, names, [() => deleteObjects(store, 'node', ['a1'])]))
  })
})
