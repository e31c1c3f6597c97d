// The seeder as a program, with a store, a tracker and another client that downloads from it.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadConfig } from '../../lib/config.ts'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { dbVersion } from '../../lib/object/cluster.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { fakeSystemd } from '../fake-systemd.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'
import { openTracker, type Tracker } from './tracker.ts'

const ltorrent = join(import.meta.dirname, '../../bin/ltorrent')
const uuid = (digit: string) => `${digit.repeat(8)}-0000-0000-0000-000000000000`
const isRoot = process.getuid?.() === 0

describe('ltorrent', function () {
  // Every test starts programs, some of them several.
  this.timeout(60_000)

  let place: Place
  let tracker: Tracker
  let store: Store
  let daemon: Daemon | undefined
  let env: NodeJS.ProcessEnv

  beforeEach(async () => {
    place = temporaryPlace()
    chmodSync(place.path, 0o755)
    // Given to the user that the seeder becomes, as /var/lib/luna and /opt/luna are.
    if (isRoot) chownSync(place.path, 65534, 65534)
    writeFileSync(join(place.path, 'luna.conf'), `[Embedded]\npath=${place.path}/luna.db\n`)
    env = { ...process.env, LUNA_CONF: join(place.path, 'luna.conf') }
    tracker = await openTracker()
    store = await openStore(loadConfig(env))
  })
  afterEach(async () => {
    await daemon?.stop()
    await store.close()
    await tracker.close()
    place.remove()
  })

  it('gives an image to another client, byte for byte', async () => {
    await makeCluster()
    const tarball = await packed('1', 3_000_000)
    daemon = run()
    await tracker.heard((asked) => asked.get('event') === 'started')
    assert.deepEqual(readFileSync(await download('1')), readFileSync(tarball))
  })

  it('announces address and port, has all of it, and takes leave', async () => {
    await makeCluster()
    await packed('1')
    daemon = run()
    const hello = await tracker.heard(() => true)
    assert.deepEqual([hello.get('ip'), hello.get('left'), hello.get('event')], ['127.0.0.1', '0', 'started'])
    assert.ok(Number(hello.get('port')) >= 27100)
    await daemon.stop()
    assert.equal(tracker.announces.at(-1)?.get('event'), 'stopped')
    assert.equal(existsSync(join(place.path, 'run/ltorrent.pid')), false)
  })

  it('picks up a new image on SIGHUP', async () => {
    await makeCluster()
    daemon = run()
    await daemon.said(/started port=/)
    await packed('1')
    daemon.signal('SIGHUP')
    await tracker.heard((asked) => asked.get('event') === 'started')
  })

  it('keeps systemd informed of how many images it seeds', async () => {
    await makeCluster()
    const systemd = fakeSystemd(place.path)
    env = { ...env, ...systemd.env }
    daemon = run()
    await systemd.heard(/--ready .*--status=seeding 0 images on port/)
    await packed('1')
    daemon.signal('SIGHUP')
    await systemd.heard(/--status=seeding 1 images on port/)
  })

  it('waits for a cluster, says so, and survives SIGHUP meanwhile', async () => {
    daemon = run()
    await daemon.said(/waiting.*there is no cluster yet/)
    daemon.signal('SIGHUP')
    await makeCluster()
    await daemon.said(/started port=/)
  })

  it('skips what it cannot seed with one line, and seeds the rest', async () => {
    await makeCluster()
    await packed('1')
    writeFileSync(join(place.path, `torrents/${uuid('9')}.torrent`), 'rubbish')
    daemon = run()
    await daemon.said(/seeding started torrent=1/)
    daemon.signal('SIGHUP')
    await packed('2')
    daemon.signal('SIGHUP')
    await daemon.said(/seeding started torrent=2/)
    assert.equal(daemon.output().match(/torrent skipped/g)?.length, 1)
  })

  it('goes on without a tracker, and tells it everything when it is back', async () => {
    await makeCluster()
    await packed('1', 300_000)
    const { port } = tracker
    await tracker.close()
    daemon = run()
    await daemon.said(/did not take the announce/)
    tracker = await openTracker(port)
    const hello = await tracker.heard((asked) => asked.get('event') === 'started')
    await daemon.said(/tracker reachable again/)
    assert.equal(hello.get('left'), '0')
  })

  it('takes the next port where one is in use', async () => {
    await makeCluster()
    const other = await openTracker(27100).catch(() => undefined)
    daemon = run()
    const line = await daemon.said(/started port=\d+/)
    assert.ok(Number(/port=(\d+)/.exec(line)?.[1]) > 27100)
    await other?.close()
  })

  it('leaves torrents alone that no osimage refers to, for now', async () => {
    await makeCluster()
    await packed('1')
    await store.update('osimage', (await store.getNamed('osimage', 'image1')).id, {
      tarball: null,
      torrent: null,
    })
    daemon = run()
    await tracker.heard((asked) => asked.get('event') === 'started')
    assert.equal(readdirSync(join(place.path, 'torrents')).length, 2)
  })

  it('starts in the background, says that it runs, reloads and stops', async () => {
    await makeCluster()
    await packed('1')
    const call = async (action: string) =>
      (
        await promisify(execFile)(process.execPath, [ltorrent, action], {
          env: { ...env, LUNA_LOGDIR: place.path },
        })
      ).stdout
    try {
      assert.match(await call('start'), /^ltorrent is seeding 1 images on port \d+\n$/)
      assert.match(await call('start'), /running already/)
      assert.match(await call('reload'), /looks for new images/)
    } finally {
      assert.match(await call('stop'), /has stopped/)
    }
    assert.match(await call('stop'), /not running/)
    assert.match(readFileSync(join(place.path, 'ltorrent.log'), 'utf8'), /INFO started port=/)
    await assert.rejects(call('reload'), /ltorrent is not running/)
  })

  it('explains itself', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [ltorrent, '--help'])
    assert.match(stdout, /^usage: ltorrent/)
    const wrong = promisify(execFile)(process.execPath, [ltorrent, 'sing'])
    await assert.rejects(wrong, (error: Error & { code?: unknown }) => error.code === 2)
  })

  it('becomes the user of the cluster', async function () {
    if (!isRoot) this.skip()
    await makeCluster()
    daemon = run()
    await daemon.said(/started port=/)
    const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8')
    assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m)
  })

  async function makeCluster(): Promise<void> {
    mkdirSync(join(place.path, 'torrents'))
    if (isRoot) chownSync(join(place.path, 'torrents'), 65534, 65534)
    await store.insert('cluster', {
      ...{
        name: 'general',
        user: isRoot ? 'nobody' : String(process.env.USER),
        path: place.path,
        db_version: dbVersion,
      },
      ...{ frontend_address: '127.0.0.1', frontend_port: tracker.port },
      ...{ torrent_listen_port_min: 27100, torrent_listen_port_max: 27180 },
      torrent_pidfile: join(place.path, 'run/ltorrent.pid'),
    })
  }

  /**
   * What pack leaves: a tarball, its torrent, an osimage that refers to both. Gives the path of the tarball.
   */
  async function packed(digit: string, size = 1000): Promise<string> {
    const [file, torrent] = [
      join(place.path, `torrents/${uuid(digit)}.tgz`),
      join(place.path, `torrents/${uuid(digit)}.torrent`),
    ]
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * index) >> 3))
    writeFileSync(file, bytes)
    const urls = { announce: tracker.url, webSeed: 'http://127.0.0.1:9/nothing' }
    writeFileSync(
      torrent,
      await makeTorrent({ file, size, name: `${uuid(digit)}.tgz`, comment: '', ...urls }),
    )
    await store.insert('osimage', { name: `image${digit}`, tarball: uuid(digit), torrent: uuid(digit) })
    return file
  }

  async function download(digit: string): Promise<string> {
    const dir = join(place.path, 'download')
    const options = [
      '--no-conf',
      '--quiet',
      '--enable-dht=false',
      '--bt-enable-lpd=false',
      '--seed-time=0',
      `--dir=${dir}`,
    ]
    await promisify(execFile)('aria2c', [...options, join(place.path, `torrents/${uuid(digit)}.torrent`)])
    return join(dir, `${uuid(digit)}.tgz`)
  }

  function run(): Daemon {
    return watched(spawn(process.execPath, [ltorrent, 'run'], { env, stdio: ['ignore', 'ignore', 'pipe'] }))
  }
})

interface Daemon {
  readonly pid: number | undefined
  output(): string
  /** Waits for a line; the limit is mocha's. */
  said(line: RegExp): Promise<string>
  signal(name: NodeJS.Signals): void
  /** Ends it, and sees that it ended well. */
  stop(): Promise<void>
}

function watched(child: ChildProcess): Daemon {
  let output = ''
  let heard = () => {}
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
    heard()
  })
  const exited = once(child, 'exit')
  exited.then(() => heard())
  return {
    pid: child.pid,
    output: () => output,
    said: async (line) => {
      for (;;) {
        const found = line.exec(output)
        if (found) return found[0]
        if (child.exitCode !== null) throw new Error(`it ended, having said:\n${output}`)
        await new Promise<void>((done) => {
          heard = done
        })
      }
    },
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGTERM')
      const [status] = await exited
      assert.equal(status, 0, output)
    },
  }
}
