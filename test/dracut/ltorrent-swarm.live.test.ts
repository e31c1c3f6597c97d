// The torrent client of the nodes where they have libtorrent.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type Client, client, Swarm } from './swarm.ts'

const build = join(import.meta.dirname, '../../packaging/swarm/build')

describe('ltorrent-client over libtorrent', function () {
  this.timeout(60_000)
  let swarm: Swarm
  const folder = mkdtempSync(join(tmpdir(), 'luna-client-'))
  const programs = join(folder, 'luna')

  before(function () {
    this.timeout(120_000)
    mkdirSync(programs)
    const built = spawnSync(build, ['own', join(programs, 'ltorrent-swarm')], { encoding: 'utf8' })
    if (/g\+\+: (command )?not found|libtorrent\/.*: No such file/.test(built.stderr)) {
      console.log('      torrent client: not tested, there is no C++ compiler or no libtorrent-rasterbar-dev')
      this.skip()
    }
    assert.equal(built.status, 0, built.stderr)
    copyFileSync(client, join(programs, 'ltorrent-client'))
  })
  beforeEach(async () => {
    swarm = await Swarm.start()
    swarm.program = join(programs, 'ltorrent-client')
  })
  afterEach(async () => {
    await swarm?.stop()
  })
  after(() => rmSync(folder, { recursive: true }))

  async function fetched(node: Client): Promise<void> {
    await node.signalled()
    assert.ok(readFileSync(node.file).equals(swarm.content), 'the file is not what was seeded')
  }

  it('takes the file by HTTP when no other node is there', async () => {
    const node = await swarm.client([], {})
    await fetched(node)
    assert.notEqual(swarm.ranges.length, 0)
    assert.equal(node.said(), 'luna: download: by libtorrent\n')
  })

  it('takes nothing by HTTP where many download', async () => {
    swarm.downloading = 30
    await swarm.seed(6981)
    await fetched(await swarm.client([], {}))
    assert.deepEqual(swarm.ranges, [])
  })

  it('takes the file by HTTP when others are said to be there, and none gives anything', async () => {
    swarm.downloading = 30
    await fetched(await swarm.client([], {}))
    assert.notEqual(swarm.ranges.length, 0)
  })

  it('takes the file by HTTP when the tracker is gone', async () => {
    swarm.trackerGone = true
    await fetched(await swarm.client([], {}, 'bash'))
  })

  it('lets go of the head while HTTP alone gives, and comes back when it no longer does', async () => {
    swarm.slowly = true
    await swarm.seed(6983, '--peer-id-prefix=lunalunalunalunaluna', '--max-upload-limit=300K')
    const node = await swarm.client([], {})
    const connections = () => {
      const ss = spawnSync('ss', ['-Htn', 'state', 'established', 'dport = :6983'], { encoding: 'utf8' })
      return ss.stdout.split('\n').filter(Boolean).length
    }
    await until(() => swarm.ranges.length > 0 && connections() === 0)
    swarm.slowly = false
    await until(() => connections() === 1)
    await fetched(node)
  })

  it('is in one swarm with nodes that have aria2', async () => {
    swarm.introduces = true
    swarm.downloading = 30
    mkdirSync(join(swarm.dir, 'full'))
    writeFileSync(join(swarm.dir, 'full/image.tgz'), swarm.content)
    await fetched(await swarm.client([], { LTORRENT_NAME: 'node001' }, 'sh', 'full'))
    swarm.program = client
    await fetched(await swarm.client([], { LTORRENT_NAME: 'node002' }, 'sh', 'other'))
    assert.deepEqual(swarm.ranges, [])
  })

  it('shows its host name, right-aligned in twenty bytes, as peer id', async () => {
    await fetched(await swarm.client([], { LTORRENT_NAME: 'node001.cluster' }))
    assert.equal(swarm.announced[0], '-----node001.cluster')
  })

  it('seeds until SIGTERM and leaves no pid file and no process behind', async () => {
    const node = await swarm.client(['-b', '127.0.0.1'], {})
    await fetched(node)
    assert.equal(node.process.exitCode, null)
    node.process.kill('SIGTERM')
    assert.deepEqual(await once(node.process, 'exit'), [0, null])
    assert.equal(existsSync(node.pidfile), false)
    assert.deepEqual(processesOf(folder), [])
    assert.deepEqual(readdirSync(join(swarm.dir, 'node')), ['image.tgz'])
  })

  it('passes on the bytes in their order', async () => {
    const pipe = join(swarm.dir, 'pipe')
    spawnSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] })
    const passed = buffer(reader.stdout)
    await fetched(await swarm.client([], { LTORRENT_STREAM: pipe }))
    assert.ok((await passed).equals(swarm.content))
  })

  it('goes on by HTTP when nothing has come that could be passed on', async () => {
    swarm.trackerGone = true
    swarm.rootOnly = true
    const pipe = join(swarm.dir, 'pipe')
    spawnSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(reader, 'exit')
    await fetched(await swarm.client([], { LTORRENT_STREAM: pipe, LTORRENT_STALL: '2' }))
    assert.deepEqual(await ended, [0, null])
  })

  for (const [status, says] of [
    [403, 'Forbidden'],
    [404, 'Not Found'],
  ] as const)
    it(`leaves it to another way within seconds when nothing comes and the web seed answers ${status}`, async () => {
      swarm.refuses = status
      const node = await swarm.client([], { LTORRENT_STALL: '300', PATH: swarm.toolsWithoutAria2() })
      await fetched(node)
      assert.match(
        node.said(),
        new RegExp(`^luna: download: .*the web seed refuses: ${status} ${says}$`, 'm'),
      )
    })

  it('waits for nobody else where the web seed refuses and others give', async () => {
    swarm.refuses = 403
    await swarm.seed(6982)
    await fetched(await swarm.client([], { LTORRENT_STALL: '300' }))
    assert.deepEqual(swarm.ranges, [])
  })

  it('says so, and does nothing, where libtorrent is of another release than it was compiled for', () => {
    const other = join(folder, 'other.so')
    const text = 'namespace libtorrent { char const *version() { return "2.0.0.0"; } }'
    const compiled = spawnSync('c++', ['-shared', '-fPIC', '-o', other, '-x', 'c++', '-'], { input: text })
    assert.equal(compiled.status, 0, String(compiled.stderr))
    const env = { ...process.env, LD_PRELOAD: other }
    const ran = spawnSync(join(programs, 'ltorrent-swarm'), [], { env, encoding: 'utf8' })
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /^ltorrent-swarm: compiled for libtorrent 2\.0\.\d+\.\d+, this is 2\.0\.0\.0\n$/)
  })

  it('goes on by HTTP where libtorrent cannot', async () => {
    swarm.program = clientWith(join(folder, 'broken'), 'exit 1')
    await fetched(await swarm.client([], { LTORRENT_STALL: '2' }))
  })

  it('has libtorrent trust the certificates that curl trusts', async function () {
    const bundle = '/etc/ssl/certs/ca-certificates.crt'
    if (!existsSync(bundle)) this.skip()
    swarm.program = clientWith(join(folder, 'trusting'), 'echo "$SSL_CERT_FILE" >../trusted; exit 1')
    await fetched(await swarm.client([], { LTORRENT_STALL: '2', SSL_CERT_FILE: '' }))
    assert.equal(readFileSync(join(swarm.dir, 'trusted'), 'utf8'), `${bundle}\n`)
  })
})

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 100))
}

/** The client with another program instead of that over libtorrent. */
function clientWith(folder: string, commands: string): string {
  mkdirSync(folder)
  const program = join(folder, 'ltorrent-client')
  copyFileSync(client, program)
  writeFileSync(join(folder, 'ltorrent-swarm'), `#!/bin/sh\n${commands}\n`, { mode: 0o755 })
  return program
}

/** Processes of the client that are left. */
function processesOf(folder: string): string[] {
  const { stdout } = spawnSync('pgrep', ['-fa', `^${folder}/luna/ltorrent-swarm`], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean)
}
