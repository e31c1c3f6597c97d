// A tree grabbed from another "node": rsync over ssh for real, with an sshd of the test's own on loopback.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { LunaError } from '../../lib/error.ts'
import { dbVersion } from '../../lib/object/cluster.ts'
import { openMemoryStore, openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { grabOsimage } from '../../lib/task/image/grab.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'

const sshd = '/usr/sbin/sshd'
const luna = join(import.meta.dirname, '../../bin/luna')

describe('grabOsimage', function () {
  this.timeout(60_000)
  let place: Place
  let store: Store
  let server: ChildProcess | undefined
  const path = process.env.PATH
  const tree = (name: string) => join(place.path, 'image', place.path, 'node', name)
  const node = (name: string) => join(place.path, 'node', name)

  before(function () {
    if (existsSync(sshd)) return
    assert.notEqual(process.env.CI, 'true', 'CI must have sshd')
    if (this.test) this.test.title += ' (skipped: there is no sshd)'
    this.skip()
  })
  beforeEach(async () => {
    place = temporaryPlace()
    for (const dir of ['image', 'node/proc', 'bin']) mkdirSync(join(place.path, dir), { recursive: true })
    writeFileSync(node('file'), 'of the node', { mode: 0o640 })
    writeFileSync(node('proc/kcore'), 'excluded')
    server = await startSshd(place.path)
    process.env.PATH = `${place.path}/bin:${path}`
    store = openMemoryStore()
    await store.insert('cluster', { name: 'general', path: place.path, db_version: dbVersion })
    const grab_exclude_list = `- ${place.path}/node/proc/*`
    const grab_filesystems = `${place.path}/node`
    await store.insert('osimage', {
      name: 'compute',
      path: join(place.path, 'image'),
      grab_filesystems,
      grab_exclude_list,
    })
  })
  afterEach(async () => {
    process.env.PATH = path
    server?.kill()
    if (server && server.exitCode === null) await once(server, 'exit')
    await store?.close()
    place?.remove()
  })

  const grab = (more: { dryRun?: boolean; acceptNewHostKey?: boolean }, lines: string[] = []) => {
    const wish = { name: 'compute', host: 'node001', dryRun: false, verbose: false, ...more }
    const signal = new AbortController().signal
    return grabOsimage(store, wish, { onLine: (line) => lines.push(line), signal })
  }

  it('refuses a node whose host key it does not know', async () => {
    await assert.rejects(grab({}), (error) => {
      assert.ok(error instanceof LunaError)
      assert.match(
        `${error.message}: ${error.why}`,
        /^cannot copy .* of node001: .*Host key verification failed/,
      )
      assert.doesNotMatch(`${error.message}${error.why}`, /rsync -|\r|StrictHostKeyChecking/)
      assert.match(error.fix ?? '', /ssh node001 true/)
      return true
    })
    assert.equal(existsSync(tree('file')), false)
  })

  it('learns the key when told to, and then knows it', async () => {
    await grab({ acceptNewHostKey: true })
    writeFileSync(node('file'), 'changed')
    await grab({})
    assert.equal(readFileSync(tree('file'), 'utf8'), 'changed')
  })

  it('makes the tree equal, but for what the exclude list names', async () => {
    mkdirSync(tree(''), { recursive: true })
    writeFileSync(tree('gone from the node'), '')
    await grab({ acceptNewHostKey: true })
    assert.equal(statSync(tree('file')).mode & 0o777, 0o640)
    assert.deepEqual([existsSync(tree('gone from the node')), existsSync(tree('proc/kcore'))], [false, false])
    assert.equal(existsSync(tree('proc')), true)
  })

  it('shows in a dry run what would change, and changes nothing', async () => {
    mkdirSync(tree(''), { recursive: true })
    const lines: string[] = []
    assert.deepEqual(await grab({ acceptNewHostKey: true, dryRun: true }, lines), [join(place.path, 'node')])
    assert.ok(lines.some((line) => line.includes('file')))
    assert.deepEqual([existsSync(tree('file')), existsSync(join(place.path, 'known'))], [false, false])
  })

  it('does not go on without its lock when it is killed', async () => {
    const conf = join(place.path, 'luna.conf')
    writeFileSync(conf, `[Embedded]\npath=${place.path}/luna.db\n`)
    const env = { ...process.env, LUNA_CONF: conf }
    const image = { path: join(place.path, 'image'), grab_filesystems: '/' }
    const own = await openStore(loadConfig(env))
    await own.insert('osimage', { name: 'compute', ...image })
    await own.close()
    // A node that never answers.
    writeFileSync(join(place.path, 'bin/ssh'), '#!/bin/sh\ncat >/dev/null\n:\n', { mode: 0o755 })
    const args = [luna, 'osimage', 'grab', 'compute', '-H', 'node001']
    const command = spawn(process.execPath, args, { env, stdio: 'ignore' })
    while (copiesFrom('node001') === '') await delay(20)
    command.kill('SIGKILL')
    await once(command, 'exit')
    // The limit is mocha's.
    while (copiesFrom('node001') !== '') await delay(20)
  })

  it('takes no option for a host', async () => {
    const wish = { name: 'compute', host: '-oProxyCommand=x', dryRun: false, verbose: false }
    const means = { onLine: () => {}, signal: new AbortController().signal }
    await assert.rejects(grabOsimage(store, wish, means), /not a host name/)
  })
})

/** The processes of rsync(1) that copy from a node. */
function copiesFrom(node: string): string {
  return spawnSync('pgrep', ['-f', `^rsync .*${node}:/`], { encoding: 'utf8' }).stdout
}

/** An sshd, and an `ssh` in bin/ that finds it under the name node001. */
async function startSshd(dir: string): Promise<ChildProcess> {
  const port = await freePort()
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, key)])
  const settings = {
    ...{ Port: port, ListenAddress: '127.0.0.1', HostKey: join(dir, 'host'), PidFile: 'none', UsePAM: 'no' },
    ...{ AuthorizedKeysFile: join(dir, 'user.pub'), StrictModes: 'no', PermitRootLogin: 'yes' },
  }
  writeFileSync(join(dir, 'sshd_config'), lines(settings))
  const client = {
    HostName: '127.0.0.1',
    Port: port,
    IdentityFile: join(dir, 'user'),
    UserKnownHostsFile: join(dir, 'known'),
  }
  writeFileSync(join(dir, 'ssh_config'), `Host node001\n${lines(client)}`)
  writeFileSync(join(dir, 'bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${dir}/ssh_config "$@"\n`, {
    mode: 0o755,
  })
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const server = spawn(sshd, ['-D', '-f', join(dir, 'sshd_config')], { stdio: 'ignore' })
  while (!(await answers(port)));
  return server
}

function lines(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return await new Promise((done) => {
    socket.once('connect', () => done(true)).once('error', () => done(false))
  }).then((up) => {
    socket.destroy()
    return up === true
  })
}
