// The data of the page and the metrics, asked without any web server: what is in them, for whom, and how they
// stay cheap.
import assert from 'node:assert/strict'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { RememberedAnswer } from '../../lib/web/page/remembered.ts'
import { mac } from '../help.ts'
import { type Asking, asking, now } from './ask.ts'
import { cases, fillPage } from './page-stage.ts'

const head = { remote: '127.0.0.1' }

describe('the data of the page', () => {
  let store: Store
  let web: Asking
  beforeEach(async () => {
    store = openMemoryStore({ now: () => now })
    await fillPage(store, now.getTime())
    web = asking(() => Promise.resolve(store))
  })
  afterEach(() => store.close())

  const get = async (what: string) => {
    const { status, type, body } = await web.ask(`/ui/data/${what}`, 'GET', head)
    assert.deepEqual([status, type], [200, 'application/json'], body)
    return JSON.parse(body)
  }

  it('has every node with its state, and leaves out what it has not', async () => {
    const { nodes } = await get('nodes')
    const byName = new Map(nodes.map((node: { name: string }) => [node.name, node]))
    assert.equal(nodes.length, Object.keys(cases).length + 3)
    const since = new Date(now.getTime() - 222_000).toISOString()
    const error = 'mkfs.ext4: /dev/sda1: No such file or directory'
    const kin = { group: 'compute', image: 'compute' }
    assert.deepEqual(byName.get('failed'), {
      ...{ name: 'failed', ...kin, step: 'install.error.partscript', since, outcome: 'failed', error },
    })
    assert.deepEqual(byName.get('none'), { name: 'none', ...kin })
    const { percent, rate, step } = byName.get('installing') as Record<string, unknown>
    assert.deepEqual([step, percent, typeof rate], ['install.download', 65, 'number'])
  })

  it('has the boots of a node, the last one or another as a timeline, and its words', async () => {
    const last = await get('node?name=failed')
    assert.deepEqual([last.boots.length, last.timeline.boot, last.timeline.outcome], [3, 3, 'failed'])
    assert.match(last.timeline.lines.join('\n'), /<script>/)
    assert.equal(last.facts.mac, mac(10))
    assert.equal((await get('node?name=failed&boot=2')).timeline.boot, 2)
    for (const [query, status] of [
      ['', 400],
      ['?name=nope', 404],
      ['?name=failed&boot=77', 404],
      ['?name=failed&boot=x', 400],
    ] as const)
      assert.equal((await web.ask(`/ui/data/node${query}`, 'GET', head)).status, status, query)
  })

  it('says at which link a node stops, by what root found last', async () => {
    const none = (await get('node?name=none')).why
    const stop = none.links.find(({ link }: { link: string }) => link === none.missing)
    // The only machine that asks and is no node.
    const fix = `luna node change none --mac ${mac(0x99)}; luna cluster make`
    assert.deepEqual([none.missing, stop.fix], ['MAC address', fix])
    assert.equal(none.looked, new Date(now.getTime() - 120_000).toISOString())
    const seen = (why: typeof none) =>
      why.links.map(({ link, state }: Record<string, string>) => `${link} ${state}`)
    assert.ok(seen(none).includes('dhcpd.conf missing'))
    // The files of its image are not there, and it asked in spite of dhcpd.conf.
    const failed = (await get('node?name=failed')).why
    assert.equal(failed.missing, 'image')
    assert.ok(seen(failed).includes('dhcpd.conf doubtful'), seen(failed).join())
    assert.ok(seen(failed).includes('installation missing'), seen(failed).join())
    assert.ok(!seen(failed).some((text: string) => /^(?:power|reservation) /.test(text)))
  })

  it('says what has a node try again, and that it is by hand where there is no BMC', async () => {
    const { missing, links } = (await get('node?name=none')).why
    const { retry } = links.find(({ link }: { link: string }) => link === missing)
    assert.match(
      retry,
      /^if it does not try again by itself within a minute: switch it off and on by hand \(/,
    )
  })

  it('has what the BMC of a node said last, until that is too long ago', async () => {
    const powerOf = async (name: string) => {
      const { links } = (await get(`node?name=${name}`)).why
      return links.find(({ link }: { link: string }) => link === 'power')
    }
    const keep = async (ago: number) => {
      const time = now.getTime() - 1000 * ago
      const told = { none: 'off', stuck: 'on', booting: 'no answer from 10.31.0.12' }
      await store.keepHeadReport({ topic: 'power', head: 'head1', time, told })
    }
    assert.equal(await powerOf('none'), undefined)
    await keep(200)
    const { state, seen, fix } = await powerOf('none')
    assert.deepEqual([state, seen, fix], ['missing', 'its BMC says off', 'lpower on none'])
    assert.equal((await powerOf('stuck')).state, 'seen')
    const { state: silent, seen: why } = await powerOf('booting')
    assert.deepEqual([silent, why], ['doubtful', 'no answer from 10.31.0.12'])
    assert.equal(await powerOf('failed'), undefined)
    await keep(1000)
    assert.equal(await powerOf('none'), undefined)
  })

  it('has images, and the command for those that are not packed', async () => {
    const { images } = await get('images')
    const [compute, gpu] = images
    // The files of the first one are not there.
    assert.deepEqual(
      [compute.name, compute.groups.includes('compute'), compute.packed],
      ['compute', true, false],
    )
    assert.deepEqual(gpu, { name: 'gpu', groups: [], packed: false, command: 'luna osimage pack gpu' })
  })

  it('has machines that are no node with the command that makes them one', async () => {
    const { unknown } = await get('machines')
    const [one] = unknown
    assert.deepEqual([unknown.length, one.mac, one.times], [1, mac(0x99), 31])
    assert.deepEqual(one.commands, [`luna node change node002 --mac ${mac(0x99)}`])
    await store.setMac((await store.getNamed('node', 'none')).id, mac(0x99))
    assert.deepEqual(
      (await asking(() => Promise.resolve({ ...store })).ask('/ui/data/machines', 'GET', head)).body.includes(
        'commands',
      ),
      false,
    )
  })

  it('has what the doctor found as root, with its time, and what is due', async () => {
    const { heads, due } = await get('findings')
    assert.deepEqual([heads[0].head, heads[0].findings.length], ['head1', 3])
    assert.equal(heads[0].time, new Date(now.getTime() - 120_000).toISOString())
    assert.deepEqual(due, [
      {
        command: 'luna cluster make',
        why: 'head1: dhcpd.conf: not what the database says: /etc/dhcp/dhcpd.conf',
      },
    ])
  })

  it('has no secret in it', async () => {
    const bmc = await store.insert('bmcsetup', { name: 'base', user: 'admin', password: 'S3cret-BMC' })
    const group = await store.getNamed('group', 'compute')
    await store.update('group', group.id, { bmcsetup: bmc, postscript: 'S3cret-script' })
    await store.insert('switch', { name: 'switch1', read: 'S3cret-read' })
    for (const what of ['nodes', 'node?name=failed', 'images', 'machines', 'findings'])
      assert.doesNotMatch(JSON.stringify(await get(what)), /S3cret/, what)
  })

  it('is for heads and the networks that were named, and so are the metrics', async () => {
    const ask = async (remote: string) =>
      [await web.ask('/ui/data/nodes', 'GET', { remote }), await web.ask('/metrics', 'GET', { remote })].map(
        ({ status }) => status,
      )
    assert.deepEqual(await ask('10.30.0.1'), [403, 403])
    assert.deepEqual(await ask('10.30.255.254'), [200, 200])
    assert.deepEqual(await ask('::1'), [200, 200])
    const [cluster] = await store.list('cluster')
    await store.update('cluster', cluster?.id as never, {
      ui_from: '192.168.7.0/24, 10.30.0.1',
      cluster_ips: '10.30.255.1,10.30.255.2',
    })
    await new Promise((resolve) => setTimeout(resolve, 1001))
    assert.deepEqual(await ask('10.30.0.1'), [200, 200])
    assert.deepEqual(await ask('192.168.7.200'), [200, 200])
    assert.deepEqual(await ask('::ffff:192.168.7.200'), [200, 200])
    assert.deepEqual(await ask('10.30.255.2'), [200, 200])
    assert.deepEqual(await ask('192.168.8.1'), [403, 403])
  })

  it('is not sent to who has it, and is only read', async () => {
    const before = JSON.stringify(await store.dump({ records: true }))
    const first = await web.ask('/ui/data/findings', 'GET', head)
    const again = await web.ask('/ui/data/findings', 'GET', { ...head, match: `W/${first.etag}` })
    assert.deepEqual([again.status, again.body, again.etag], [304, '', first.etag])
    const other = await web.ask('/ui/data/findings', 'GET', { ...head, match: '"other"' })
    assert.equal(other.status, 200)
    assert.equal((await web.ask('/ui/data/nodes', 'POST', head)).status, 405)
    assert.equal((await web.ask('/ui/data/nothing', 'GET', head)).status, 404)
    assert.equal((await web.ask('/ui/data/constructor', 'GET', head)).status, 404)
    assert.equal(JSON.stringify(await store.dump({ records: true })), before)
  })

  it('has of nodes what changed, for who says what it has', async () => {
    const asked = asking(() => Promise.resolve(store))
    const nodes = async (query: string, match = '') =>
      await asked.ask(`/ui/data/nodes${query}`, 'GET', { ...head, match })
    const { etag = '', body } = await nodes('')
    const since = `?since=${etag.replaceAll('"', '')}`
    assert.deepEqual(JSON.parse((await nodes(since)).body), { changed: [] })
    assert.deepEqual([(await nodes(since, etag)).status, (await nodes('', etag)).status], [304, 304])
    for (const other of ['?since=', '?since=x', `${since}0`, '?since=%00', '?since=1&since=2'])
      assert.equal((await nodes(other)).body, body, other)
    const { id } = await store.getNamed('node', 'none')
    const boot = { number: 1, began: 1, steps: [{ step: 'boot.request', time: now.getTime() }] }
    await store.keepBoots([{ node: id, past: false, boot }])
    await new Promise((resolve) => setTimeout(resolve, 901))
    const { changed } = JSON.parse((await nodes(since, etag)).body)
    assert.deepEqual([changed.length, changed[0].name, changed[0].step], [1, 'none', 'boot.request'])
  })

  it('says that machines ask that are no node', async () => {
    await web.ask(`/luna?step=discovery&hwdata=%7C${mac(0x77)}`, 'GET', { remote: '10.30.0.9' })
    await web.ask(`/luna?step=discovery&hwdata=%7C${mac(10)}`, 'GET', { remote: '10.30.1.10' })
    assert.deepEqual(web.unknown, [{ mac: mac(0x77), address: '10.30.0.9', time: now.getTime() }])
  })
})

describe('an answer that is remembered', () => {
  it('is made again for another version, at most once in a while, by one at a time', async () => {
    let [time, version, made, reads] = [0, 'a', 0, 0]
    const answer = new RememberedAnswer(() => time)
    const ask = () =>
      answer.get(
        async () => {
          reads++
          return version
        },
        async () => ({ value: { made: ++made } }),
      )
    const [one, two] = await Promise.all([ask(), ask()])
    assert.deepEqual([one.etag === two.etag, made], [true, 1])
    reads = 0
    await ask()
    assert.deepEqual([made, reads], [1, 0])
    time = 1000
    await ask()
    assert.deepEqual([made, reads], [1, 1])
    version = 'b'
    assert.notEqual((await ask()).etag, one.etag)
    version = 'c'
    await ask()
    assert.equal(made, 2)
    time = 2000
    await ask()
    assert.equal(made, 3)
    time = 60_000
    await ask()
    assert.equal(made, 4)
  })

  it('takes a share of the time only, however long it takes', async () => {
    let time = 0
    let made = 0
    const answer = new RememberedAnswer(() => time)
    const ask = () =>
      answer.get(
        async () => String(time),
        async () => {
          time += 1000
          return { value: { made: ++made }, moving: true }
        },
      )
    await ask()
    time = 3900
    await ask()
    assert.equal(made, 1)
    time = 4100
    await ask()
    assert.equal(made, 2)
  })

  it('that fails is made again, and is no answer', async () => {
    const answer = new RememberedAnswer(() => 0)
    const version = async () => 'a'
    await assert.rejects(answer.get(version, () => Promise.reject(new Error('away'))))
    assert.ok((await answer.get(version, async () => ({ value: {} }))).etag)
  })
})
