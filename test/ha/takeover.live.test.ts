// A node downloads its image with the programs of a real installation, and the head that serves it goes away.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { inStore, makeCluster } from './cluster.ts'
import { makePair, type Pair } from './pair.ts'
import { download, frontend, ports, serve, slow } from './serving.ts'

const uuid = '11111111-0000-0000-0000-000000000000'
const image = randomBytes(24_000_000)

describe('a head that takes over', function () {
  this.timeout(180_000)
  let pair: Pair

  before(function () {
    const programs = ['ip', 'tc', 'nginx', 'aria2c', 'rsync', 'ssh', 'sshd', 'nsenter', 'unshare']
    skipUnless(this, process.getuid?.() === 0 ? lackingProgram(programs) : 'needs root, for namespaces')
  })
  beforeEach(async () => {
    pair = await makePair()
    await pair.moveTo('a')
    await makeCluster(pair)
    await pack()
    const synced = await pair.a.luna('cluster', 'sync')
    assert.equal(synced.status, 0, synced.output)
    for (const name of ['a', 'b'] as const) await serve(pair, name)
    for (const head of [pair.a, pair.b]) await slow(head, '16mbit')
  })
  afterEach(() => pair?.remove())

  it('has the frontend address move in the middle of a download, which comes to its end', async () => {
    const node = await halfway()
    await pair.moveTo('b')
    assert.ok((await node.whole()).equals(image))
    assert.match(await discovery(), /luna\.node=node001/)
  })

  it('has the other head die in the middle of a download, which comes to its end', async () => {
    const node = await halfway()
    await pair.a.end()
    await pair.moveTo('b')
    assert.ok((await node.whole()).equals(image))
    assert.match(await discovery(), /luna\.node=node001/)
  })

  /** A download that is not over for a long time yet. */
  async function halfway() {
    const node = await download(pair, pair.of('a', `luna/torrents/${uuid}.torrent`), `${uuid}.tgz`)
    while ((await node.received()) < image.length / 4) await delay(100)
    assert.ok((await node.received()) < image.length * 0.75, 'it was too fast for this test')
    return node
  }

  /** What a node is told that asks now. */
  async function discovery(): Promise<string> {
    const url = `${frontend}/luna?step=discovery&hwdata=52:54:00:00:00:01`
    return await pair.client.must('curl', '-sSf', '--retry', '5', '--retry-connrefused', url)
  }

  /** What pack leaves. */
  async function pack(): Promise<void> {
    mkdirSync(pair.of('a', 'luna/torrents'))
    const file = pair.of('a', `luna/torrents/${uuid}.tgz`)
    writeFileSync(file, image)
    const urls = { announce: `${frontend}/announce`, webSeed: `${frontend}/torrents/${uuid}.tgz` }
    const torrent = await makeTorrent({
      ...{ file, size: image.length, name: `${uuid}.tgz`, comment: uuid, ...urls },
    })
    writeFileSync(pair.of('a', `luna/torrents/${uuid}.torrent`), torrent)
    await inStore(pair, async (store) => {
      const compute = await store.getNamed('osimage', 'compute')
      await store.update('osimage', compute.id, {
        tarball: uuid,
        torrent: uuid,
        kernfile: 'k',
        initrdfile: 'i',
      })
      const files = {
        lweb_pidfile: `${pair.dir}/here/run/lweb.pid`,
        torrent_pidfile: `${pair.dir}/here/run/t.pid`,
      }
      const { id } = await getCluster(store)
      await store.update('cluster', id, { ...files, lweb_num_proc: 1, server_port: ports.server })
    })
  }
})
