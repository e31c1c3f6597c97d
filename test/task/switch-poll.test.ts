import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import type { SnmpAccess } from '../../lib/host/snmp/session.ts'
import type { SwitchTable } from '../../lib/host/snmp/switch-table.ts'
import { commandLog } from '../../lib/log.ts'
import type { Store } from '../../lib/store/store.ts'
import { cacheOf } from '../../lib/task/boot/cache.ts'
import { recognise } from '../../lib/task/boot/identify.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { addSwitches, changeSwitches } from '../../lib/task/change/switch.ts'
import type { PollContext } from '../../lib/task/switch/poll.ts'
import { pollSwitches } from '../../lib/web/switch-polling.ts'
import { mac } from '../help.ts'
import { smallSite } from './site.ts'

type Read = (access: SnmpAccess, oid: string, how: { signal: AbortSignal }) => Promise<SwitchTable>

describe('pollSwitches', () => {
  let store: Store
  let polling: Promise<void> | undefined
  let stopping: AbortController
  let lines: string[] = []
  beforeEach(async () => {
    store = await smallSite()
    lines = []
    stopping = new AbortController()
  })
  afterEach(async () => {
    await stop()
    await store.close()
  })

  const add = (name: string, ip: string) => addSwitches(store, { names: [name], network: 'cluster', ip })
  const log = commandLog(false, (line) => lines.push(line.trim()))
  const poll = (read: Read, other: Partial<PollContext> = {}) => {
    const context = { store: () => Promise.resolve(store), log, now: () => new Date(), read, ...other }
    polling = pollSwitches(context, stopping.signal, 5)
  }
  const stop = async () => {
    stopping.abort()
    await polling
  }
  const one = (n: number): SwitchTable => ({
    seen: [{ mac: mac(n), port: '7', portname: 'swp7' }],
    rows: 1,
    cut: false,
  })

  it('learns what the switches know, so that a node is found by its port', async () => {
    await add('sw01', '10.30.253.1')
    await addNodes(store, { group: 'compute', names: ['node001'] })
    await changeNodes(store, ['node001'], { switch: 'sw01', port: '7' })
    poll(() => Promise.resolve(one(5)))
    await until(async () => (await store.learned()).length > 0)
    const found = await recognise(store, await cacheOf(store), { macs: [mac(5)] })
    assert.deepEqual([found.node.name, found.at], ['node001', 'sw01 port 7 (swp7)'])
  })

  it('asks every switch with its own settings, again and again', async () => {
    await add('sw01', '10.30.253.1')
    await add('sw02', '10.30.253.2')
    await changeSwitches(store, ['sw02'], { version: '3', user: 'u', oid: '.1.2.3' })
    const asked: string[] = []
    poll((access, oid) => {
      asked.push(`${JSON.stringify(access)} ${oid}`)
      return Promise.resolve(one(1))
    })
    await until(() => asked.length >= 4)
    assert.deepEqual([...new Set(asked)].sort(), [
      '{"address":"10.30.253.1","version":"2c","community":"public"} .1.3.6.1.2.1.17.7.1.2.2.1.2',
      '{"address":"10.30.253.2","version":"3","user":"u"} .1.2.3',
    ])
  })

  it('keeps asking the others while one does not answer, and that one only once', async () => {
    await add('slow', '10.30.253.1')
    await add('quick', '10.30.253.2')
    const asked = { slow: 0, quick: 0 }
    poll(async ({ address }, _oid, { signal }) => {
      const slow = address === '10.30.253.1'
      asked[slow ? 'slow' : 'quick']++
      if (slow) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return one(1)
    })
    await until(() => asked.quick >= 3)
    assert.equal(asked.slow, 1)
  })

  it('says once that a switch cannot be read, and once that it can again', async () => {
    await add('sw01', '10.30.253.1')
    let asked = 0
    poll(() => {
      asked++
      const broken = asked <= 3
      return broken
        ? Promise.reject(new LunaError('unavailable', 'no answer', { fix: null }))
        : Promise.resolve(one(1))
    })
    await until(() => asked >= 6)
    assert.deepEqual(lines, [
      'WARNING:luna:a switch cannot be read switch=sw01 why="no answer"',
      'INFO:luna:a switch was read switch=sw01 macs=1',
    ])
  })

  it('says that another table may be right where this one is empty', async () => {
    await add('sw01', '10.30.253.1')
    poll(() => Promise.resolve({ seen: [], rows: 0, cut: false }))
    await until(() => lines.length > 0)
    assert.match(lines[0] ?? '', /tells of no MAC addresses switch=sw01 .*luna switch change sw01 -o OID/)
  })

  it('says how many rows there are where none tells a port, once, and sends nobody to another table', async () => {
    await add('sw01', '10.30.253.1')
    let asked = 0
    poll(() => Promise.resolve({ seen: [], rows: 520 + asked++, cut: false }))
    await until(() => asked >= 3)
    assert.deepEqual(lines, [
      'WARNING:luna:a switch tells of no MAC addresses switch=sw01 ' +
        'why="the table .1.3.6.1.2.1.17.7.1.2.2.1.2 has 520 rows, and none of them tells a port"',
    ])
  })

  it('asks nobody on a passive head', async () => {
    await add('sw01', '10.30.253.1')
    const [cluster] = await store.list('cluster')
    assert(cluster)
    await store.update('cluster', cluster.id, {
      cluster_ips: '192.0.2.1,192.0.2.2',
      frontend_address: '192.0.2.3',
    })
    let asked = 0
    poll(() => {
      asked++
      return Promise.resolve(one(1))
    })
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(asked, 0)
  })

  it('goes on when the store is back', async () => {
    await add('sw01', '10.30.253.1')
    let tries = 0
    const open = () => {
      tries++
      return tries <= 2
        ? Promise.reject(new LunaError('unavailable', 'gone', { fix: null }))
        : Promise.resolve(store)
    }
    poll(() => Promise.resolve(one(1)), { store: open })
    await until(() => lines.length > 2)
    assert.deepEqual(lines.sort(), [
      'INFO:luna:a switch was read switch=sw01 macs=1',
      'INFO:luna:store reachable again',
      'WARNING:luna:store not reachable why=gone',
    ])
  })

  it('writes what is behind an uplink every few rounds, and what is new at once', async () => {
    await add('sw01', '10.30.253.1')
    const many = Array.from({ length: 20 }, (_, n) => ({ mac: mac(n), port: '1', portname: 'up' }))
    const written: number[] = []
    const counting: Store = {
      ...store,
      learn: (seen) => store.learn(seen).then(() => void written.push(seen.length)),
    }
    let [time, asked] = [Date.now() - 100_000, 0]
    const read = () => {
      asked++
      time += 20_000
      return Promise.resolve({
        seen: [...many.slice(0, asked < 3 ? 19 : 20), ...one(99).seen],
        rows: 21,
        cut: false,
      })
    }
    poll(read, { store: () => Promise.resolve(counting), now: () => new Date(time) })
    await until(() => written.length >= 4)
    assert.deepEqual(written.slice(0, 4), [20, 1, 2, 20])
  })

  it('ends what is under way when it is stopped', async () => {
    await add('sw01', '10.30.253.1')
    let ended = false
    poll(async (_access, _oid, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
      throw new LunaError('unavailable', 'interrupted', { fix: null })
    })
    await until(async () => (await store.list('switch')).length === 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await stop()
    assert.equal(ended, true)
    assert.deepEqual(lines, [])
    assert.deepEqual(await store.learned(), [])
  })
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2))
}
