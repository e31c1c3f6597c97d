// The metrics, judged by Prometheus' own tool where it is there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { LunaError } from '../../lib/error.ts'
import type { Boot } from '../../lib/object/record/boot.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { RequestCounter, routeOf } from '../../lib/web/metrics/count.ts'
import { LeaderMetrics } from '../../lib/web/metrics/leader-metrics.ts'
import { asking, now } from './ask.ts'
import { cases, fillPage } from './page-stage.ts'

const away = () => new LunaError('unavailable', 'the store is away', { fix: 'wait' })
const id = 'a'.repeat(24) as never

/** What promtool has against a text; nothing where there is no promtool. */
function complaints(text: string): string {
  const { error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  if (error && process.env.CI === 'true') throw error
  return error ? '' : `${stdout}${stderr}`
}

describe('metrics', () => {
  let store: Store
  beforeEach(async () => {
    store = openMemoryStore({ now: () => now })
    await fillPage(store, now.getTime())
  })
  afterEach(() => store.close())

  const get = async (from = () => Promise.resolve(store)) => {
    const { status, type, body } = await asking(from).ask('/metrics', 'GET', { remote: '127.0.0.1' })
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    return body
  }

  it('count nodes by step, images, peers, and what is told of heads', async () => {
    const text = await get()
    for (const line of [
      '# what the leader has counted',
      'luna_store_up 1',
      'luna_nodes{step="install.error.partscript"} 1',
      'luna_nodes{step="install.download"} 1',
      'luna_nodes{step="starting"} 1',
      'luna_nodes{step="up"} 1',
      'luna_images{state="unpacked"} 1',
      'luna_tracker_peers{state="incomplete"} 1',
      'luna_seeder_uploaded_bytes{head="head1"} 123456789',
      'luna_seeder_age_seconds{head="head1"} 3',
      'luna_doctor_findings{head="head1",state="wrong"} 1',
      'luna_doctor_age_seconds{head="head1"} 120',
    ])
      assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`)
    const nodes = [...text.matchAll(/^luna_nodes\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
    assert.equal(nodes, Object.keys(cases).length + 3)
    assert.equal(complaints(text.replace('# what the leader has counted\n', '')), '')
  })

  it('have few labels, whatever nodes tell of themselves', async () => {
    const { id: node } = await store.getNamed('node', 'none')
    for (const step of ['my.own', 'install.error.my', 'install.x"} 1', 'boot.error.image']) {
      await store.setStatus(node, { step, time: now })
      assert.match(await get(), /^luna_nodes\{step="(?:other|boot\.error\.image)"\} 1$/m)
    }
  })

  it('are there without a store, and say so', async () => {
    const text = await get(() => Promise.reject(away()))
    assert.match(text, /^luna_store_up 0$/m)
    assert.doesNotMatch(text, /luna_nodes/)
    const far = await asking(() => Promise.reject(away())).ask('/metrics', 'GET', { remote: '10.30.0.1' })
    assert.equal(far.status, 503)
  })

  it('sum up what workers have answered', async () => {
    const [metrics, one, other] = [new LeaderMetrics(), new RequestCounter(), new RequestCounter()]
    one.add('boot', 200, 0.5)
    one.add('boot', 200, 0.25)
    other.add('boot', 200, 0.25)
    other.add('boot', 503, 1)
    metrics.answered(one.take())
    metrics.answered([...other.take(), ...one.take()])
    const text = await metrics.text()
    assert.match(text, /^luna_requests_total\{route="boot",status="200"\} 3$/m)
    assert.match(text, /^luna_requests_total\{route="boot",status="503"\} 1$/m)
    assert.match(text, /^luna_request_seconds_total\{route="boot"\} 2$/m)
    assert.equal(complaints(text), '')
  })

  it('count boots, failures, and the seconds of each phase', async () => {
    const metrics = new LeaderMetrics()
    const boot = (steps: Boot['steps']): Boot => ({ number: 1, began: 0, steps })
    metrics.seen({ node: id, step: 'boot.request', time: 0 }, undefined)
    const asked = boot([{ step: 'boot.request', time: 0 }])
    metrics.seen({ node: id, step: 'boot.kernel', time: 1500, bytes: 9_000_000 }, asked)
    metrics.seen({ node: id, step: 'install.error.my own', time: 9000 }, asked)
    const failed = boot([{ step: 'install.error.unpack', time: 0 }])
    metrics.seen({ node: id, step: 'install.error.unpack', time: 9000 }, failed)
    metrics.seen({ node: id, step: 'install.error.unpack', time: 9000 }, asked)
    const text = await metrics.text()
    assert.match(text, /^luna_boots_total 1$/m)
    assert.match(text, /^luna_boot_failures_total\{step="other"\} 1$/m)
    assert.match(text, /^luna_boot_failures_total\{step="install.unpack"\} 1$/m)
    assert.match(text, /^luna_boot_phase_seconds_bucket\{le="1",step="boot.request"\} 0$/m)
    assert.match(text, /^luna_boot_phase_seconds_bucket\{le="2",step="boot.request"\} 1$/m)
    assert.match(text, /^luna_boot_bytes_total\{step="boot.kernel"\} 9000000$/m)
    assert.equal(complaints(text), '')
  })

  for (const [url, route] of [
    ['/luna?step=boot', 'boot'],
    ['/luna?hwdata=x&step=discovery', 'discovery'],
    ['/luna?step=install&node=a', 'install'],
    ['/luna?step=install&node=a&status=up', 'status'],
    ['/luna?step=bogus', 'other'],
    ['/announce?x', 'announce'],
    ['/ui/data/nodes', 'ui'],
    ['/x', 'other'],
  ] as const)
    it(`call ${url} ${route}`, () => {
      const [path = '', query = ''] = url.split('?')
      assert.equal(routeOf({ path, query }), route)
    })
})
