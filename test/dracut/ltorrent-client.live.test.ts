import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, Swarm } from './swarm.ts'

describe('ltorrent-client', function () {
  this.timeout(60_000)
  let swarm: Swarm

  before(function () {
    if (spawnSync('aria2c', ['--version']).error) {
      console.log('      torrent client: not tested, there is no aria2c here')
      this.skip()
    }
  })
  beforeEach(async () => {
    swarm = await Swarm.start()
  })
  afterEach(async () => {
    await swarm?.stop()
  })

  async function fetched(client: Client): Promise<void> {
    await client.signalled()
    assert.ok(readFileSync(client.file).equals(swarm.content), 'the file is not what was seeded')
  }

  it('fetches from a peer, takes nothing from the web seed, and signals', async () => {
    await swarm.seed(6971)
    const client = await swarm.client([], {})
    await fetched(client)
    assert.deepEqual(swarm.ranges, [])
    assert.equal(client.said(), 'luna: download: by aria2\n')
    assert.equal(readFileSync(client.pidfile, 'utf8').trim(), String(client.process.pid))
  })

  it('shows its host name, right-aligned in twenty bytes, as peer id', async () => {
    await swarm.seed(6972)
    await fetched(await swarm.client([], { LTORRENT_NAME: 'node001.cluster' }))
    assert.equal(swarm.announced[0], '-----node001.cluster')
  })

  it('shows the beginning of a longer host name, and what tells it from others', async () => {
    const shown = async (name: string) => {
      swarm.announced.length = 0
      await fetched(await swarm.client([], { LTORRENT_NAME: name }, 'sh', name))
      return swarm.announced[0] ?? ''
    }
    await swarm.seed(6973)
    const names = ['compute-rack01-node001.cluster', 'compute-rack01-node002.cluster']
    const [one = '', other] = [await shown(names[0] ?? ''), await shown(names[1] ?? '')]
    assert.match(one, /^compute-r-[0-9a-f]{10}$/)
    assert.match(other, /^compute-r-[0-9a-f]{10}$/)
    assert.notEqual(one, other)
  })

  it('shows all of a host name of twenty characters', async () => {
    await swarm.seed(6975)
    await fetched(await swarm.client([], { LTORRENT_NAME: 'node001.provisioning' }))
    assert.equal(swarm.announced[0], 'node001.provisioning')
  })

  it('gives to a node whose name begins with the same twenty characters', async () => {
    swarm.introduces = true
    mkdirSync(join(swarm.dir, 'full'))
    writeFileSync(join(swarm.dir, 'full/image.tgz'), swarm.content)
    await fetched(await swarm.client([], { LTORRENT_NAME: 'compute-rack01-node001.cluster' }, 'sh', 'full'))
    const second = await swarm.client([], { LTORRENT_NAME: 'compute-rack01-node002.cluster' })
    await fetched(second)
    assert.deepEqual(swarm.ranges, [])
  })

  it('seeds until SIGTERM and leaves no pid file and no process behind', async () => {
    await swarm.seed(6974)
    const client = await swarm.client(['-b', '127.0.0.1'], {})
    await fetched(client)
    assert.equal(client.process.exitCode, null)
    client.process.kill('SIGTERM')
    assert.deepEqual(await once(client.process, 'exit'), [0, null])
    assert.equal(existsSync(client.pidfile), false)
    assert.deepEqual(aria2Of(swarm.dir), [])
    assert.deepEqual(readdirSync(join(swarm.dir, 'node')), ['image.tgz'])
  })

  it('ends at SIGTERM while it downloads', async () => {
    const client = await swarm.client([], {})
    while (swarm.announced.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    client.process.kill('SIGTERM')
    assert.deepEqual(await once(client.process, 'exit'), [0, null])
    assert.deepEqual(aria2Of(swarm.dir), [])
  })

  it('takes the file by HTTP when no peer gives anything', async () => {
    const client = await swarm.client([], { LTORRENT_STALL: '2' })
    await fetched(client)
    assert.notEqual(swarm.ranges.length, 0)
  })

  it('takes the file by HTTP when the tracker is gone', async () => {
    swarm.trackerGone = true
    await fetched(await swarm.client([], {}, 'bash'))
    assert.deepEqual(swarm.announced, [])
  })

  it('keeps its promise to the swarm before it ends', async () => {
    await swarm.seed(6976)
    const client = await swarm.client(['-d', '6'], {})
    await fetched(client)
    client.process.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.notDeepEqual(aria2Of(swarm.dir), [])
    assert.deepEqual(await once(client.process, 'exit'), [0, null])
  })

  it('works without aria2, and goes on where an earlier download ended', async () => {
    writeFileSync(join(swarm.dir, 'node/image.tgz.http'), swarm.content.subarray(0, 1_000_000))
    const client = await swarm.client([], { PATH: swarm.toolsWithoutAria2() })
    await fetched(client)
    assert.deepEqual(swarm.ranges, ['bytes=1000000-'])
    client.process.kill('SIGTERM')
    assert.deepEqual(await once(client.process, 'exit'), [0, null])
    assert.equal(existsSync(client.pidfile), false)
  })

  it('ends where there is no room for the file', async () => {
    symlinkSync('/dev/full', join(swarm.dir, 'node/image.tgz.http'))
    const client = await swarm.client([], { PATH: swarm.toolsWithoutAria2() })
    assert.deepEqual(await once(client.process, 'exit'), [1, null])
    assert.match(client.said(), /image\.tgz cannot be written, is there no room left\?/)
    assert.deepEqual(readdirSync(join(swarm.dir, 'node')), [])
  })

  it('says how it is used when it is called wrongly', () => {
    const { status, stderr } = spawnSync('sh', [
      join(import.meta.dirname, '../../dracut/95luna/ltorrent-client'),
    ])
    assert.equal(status, 2)
    assert.match(String(stderr), /^usage: ltorrent-client -t FILE/)
  })
})

/** The aria2 processes that download into that folder. */
function aria2Of(dir: string): string[] {
  const { stdout } = spawnSync('pgrep', ['-fa', `aria2c.*--dir=${join(dir, 'node')}`], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean)
}
