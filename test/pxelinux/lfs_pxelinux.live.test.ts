// lfs_pxelinux as a program: what a TFTP client is given while the store changes.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { bootScript } from '../../lib/task/boot/boot.ts'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { fakeSystemd } from '../fake-systemd.ts'
import { mac } from '../help.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'
import { fillBoot } from '../scenario/boot.ts'
import { call, type Daemon, runDaemon, serveTftp, type TftpServer } from './daemon.ts'

const isRoot = process.getuid?.() === 0
const [first, second] = ['pxelinux.cfg/01-52-54-00-00-00-01', 'pxelinux.cfg/01-52-54-00-00-00-02']

describe('lfs_pxelinux', function () {
  this.timeout(60_000)
  let place: Place
  let store: Store
  let env: NodeJS.ProcessEnv
  let daemon: Daemon | undefined
  const at = (name: string) => join(place.path, name)

  beforeEach(async () => {
    place = temporaryPlace()
    chmodSync(place.path, 0o755)
    // Given to the user that the program becomes, as /var/lib/luna is.
    if (isRoot) chownSync(place.path, 65534, 65534)
    writeFileSync(at('luna.conf'), `[Embedded]\npath=${at('luna.db')}\n[Paths]\ntftp_root=${at('tftp')}\n`)
    env = { ...process.env, LUNA_CONF: at('luna.conf'), RUNTIME_DIRECTORY: at('run') }
    env = { ...env, LUNA_LOGDIR: at('log') }
    store = await openStore(loadConfig(env))
  })
  afterEach(async () => {
    await daemon?.stop()
    daemon = undefined
    await store.close()
    place.remove()
  })

  describe('behind a TFTP server', () => {
    let tftp: TftpServer
    before(function () {
      skipUnless(this, isRoot ? lackingProgram(['in.tftpd', 'tftp']) : 'needs root, for in.tftpd')
    })
    beforeEach(async () => {
      mkdirSync(at('tftp'))
      tftp = await serveTftp(at('tftp'))
    })
    afterEach(() => tftp.stop())

    it('gives every known machine what lweb would answer, from the beginning', async () => {
      await makeSite()
      daemon = runDaemon(env)
      await daemon.said(/started folder=\S+ menus=1/)
      assert.equal(await tftp.fetch(first), await answer('node001'))
      assert.equal(await tftp.fetch(second), undefined)
    })

    it('follows changes: a new address, another setting, an address that goes', async () => {
      await makeSite()
      daemon = runDaemon(env)
      await daemon.said(/started folder/)
      const node = await store.getNamed('node', 'node002')
      await store.setMac(node.id, mac(2))
      await until(async () => (await tftp.fetch(second)) === (await answer('node002')))
      await store.update('node', node.id, { localboot: true })
      await until(async () => (await tftp.fetch(second))?.includes('LOCALBOOT -1') ?? false)
      assert.equal(await tftp.fetch(second), await answer('node002'))
      await store.clearMac(node.id)
      await until(async () => (await tftp.fetch(second)) === undefined)
    })

    it('gives machines that are not known the file of --def_file, as it is now', async () => {
      await makeSite()
      writeFileSync(at('menu'), 'DEFAULT local\n')
      daemon = runDaemon(env, '--def_file', at('menu'))
      await daemon.said(/started folder/)
      assert.equal(await tftp.fetch('pxelinux.cfg/default'), 'DEFAULT local\n')
      writeFileSync(at('menu'), 'DEFAULT other\n')
      await until(async () => (await tftp.fetch('pxelinux.cfg/default')) === 'DEFAULT other\n')
    })
  })

  it('waits for a cluster, says so, and begins when there is one', async () => {
    daemon = runDaemon(env)
    await daemon.said(/waiting.*there is no cluster yet/)
    await makeSite()
    await daemon.said(/started folder=\S+ menus=1/)
    assert.equal(readFileSync(at(`tftp/${first}`), 'utf8'), await answer('node001'))
  })

  it('keeps systemd informed of how many menus it keeps', async () => {
    await makeSite()
    const systemd = fakeSystemd(place.path)
    daemon = runDaemon({ ...env, ...systemd.env })
    await systemd.heard(/--ready .*--status=keeping 1 menus in/)
    await store.setMac((await store.getNamed('node', 'node002')).id, mac(2))
    await systemd.heard(/--status=keeping 2 menus in/)
    const dump = await store.dump()
    await store.drop()
    await daemon.said(/update failed/)
    await store.restore(dump)
    await daemon.said(/updated again/)
    assert.equal(systemd.told().length, 2)
  })

  it('leaves the files as they are when it ends, and when the cluster is gone', async () => {
    await makeSite()
    daemon = runDaemon(env)
    await daemon.said(/started folder/)
    const dump = await store.dump()
    await store.drop()
    await daemon.said(/update failed.*there is no cluster yet/)
    assert.equal(existsSync(at(`tftp/${first}`)), true)
    await store.restore(dump)
    await daemon.said(/updated again/)
    assert.equal(await daemon.stop(), 0)
    assert.equal(existsSync(at(`tftp/${first}`)), true)
  })

  it('starts in the background with its options, says what it keeps, and stops', async () => {
    await makeSite()
    writeFileSync(at('menu'), 'DEFAULT local\n')
    try {
      const kept = /^lfs_pxelinux is keeping 1 menus in \S+pxelinux\.cfg\n$/m
      assert.match(await call(env, '--def_file', at('menu'), 'start'), kept)
      assert.match(await call(env, 'start'), /running already/)
      assert.equal(readFileSync(at('tftp/pxelinux.cfg/default'), 'utf8'), 'DEFAULT local\n')
      assert.match(await call(env, 'restart'), kept)
    } finally {
      assert.match(await call(env, 'stop'), /has stopped/)
    }
    assert.match(await call(env, 'stop'), /not running/)
    assert.match(readFileSync(at('log/lfs_pxelinux.log'), 'utf8'), /INFO started folder=/)
    assert.equal(existsSync(at('tftp/pxelinux.cfg/default')), false)
  })

  it('becomes the user of the cluster', async function () {
    if (!isRoot) this.skip()
    await makeSite()
    daemon = runDaemon(env)
    await daemon.said(/started folder/)
    const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8')
    assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m)
  })

  it('explains itself, and refuses what it does not understand', async () => {
    assert.match(await call(env, '--help'), /^usage: lfs_pxelinux/)
    const wrong = [['sing'], ['run', 'stop'], ['--def_file'], ['--def_file='], ['--sing']]
    for (const args of wrong) await assert.rejects(call(env, ...args), { code: 2 })
    await assert.rejects(call(env, 'run', '--def_file', at('nothing')), /there is no file/)
  })

  async function makeSite(): Promise<void> {
    await fillBoot(store)
    const [cluster] = await store.list('cluster')
    assert.ok(cluster)
    await store.update('cluster', cluster.id, { user: isRoot ? 'nobody' : String(process.env.USER) })
  }

  async function answer(node: string): Promise<string> {
    return await bootScript(store, await store.getNamed('node', node), 'syslinux')
  }

  /** Waits until it is so; the limit is mocha's. */
  async function until(so: () => Promise<boolean>): Promise<void> {
    while (!(await so())) await delay(50)
  }
})
