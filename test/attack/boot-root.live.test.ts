// What only root of a node gets: scripts from level `root` on, images there, and passwords of BMCs always.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readNginxKey, readSeedKey } from '../../lib/host/service/nginx-key.ts'
import { expiringUrl } from '../../lib/task/torrent/served.ts'
import { type Asking, bmcPassword, needsStage, Stage, url } from './stage.ts'

const script = '/luna?step=install&node=node001'
const password = '/luna?step=bmc&node=node001'
/** Root of a node, who asks as an initramfs does. */
const root: Asking = { uid: 0, options: ['--local-port', '600-1023'] }
/** Root who asks as everybody may: an initramfs of a former release. */
const former: Asking = { uid: 0 }

describe('root of a node', () => {
  let stage: Stage
  before(async function () {
    needsStage(this)
    this.timeout(90_000)
    stage = await Stage.start()
  })
  after(async () => await stage?.close())

  const level = async (name: string) => {
    stage.luna('cluster', 'change', '--boot_access', name)
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    await delay(1000)
  }
  const statusOf = (path: string, how?: Asking) => stage.get('node001', path, how).status

  describe('at level node', () => {
    it('gets a script without the password of the BMC; heads get it with that', () => {
      assert.doesNotMatch(stage.get('node001', script, former).body, new RegExp(bmcPassword))
      assert.match(stage.get('head', script).body, new RegExp(`local password=${bmcPassword}`))
      assert.match(stage.luna('node', 'show', 'node001', '-s', 'install'), new RegExp(bmcPassword))
    })

    it('gets the password while the node is installed, and nobody else ever', async () => {
      await stage.setStep('node001', 'install.prescript')
      assert.deepEqual(stage.get('node001', password, root), { status: 200, body: bmcPassword })
      assert.equal(statusOf(password), 403)
      assert.equal(statusOf(password, former), 403)
      assert.equal(stage.get('neighbour', password, root).status, 403)
      for (const step of ['boot.request', 'install.success', 'up']) {
        await stage.setStep('node001', step)
        assert.equal(statusOf(password, root), 403, step)
      }
      assert.equal(stage.get('head', password).status, 200)
    })

    it('gets it by the function of its script', async () => {
      const { body } = stage.get('node001', script, root)
      const file = join(stage.dir, 'functions.sh')
      writeFileSync(file, body.replace(/^main$[\s\S]*/m, 'fetch_bmc_password node001\n'))
      const { stdout, stderr } = stage.run('node001', 'env', ['LUNA_CONSOLE=/nowhere', 'bash', file], {
        uid: 0,
      })
      assert.equal(stdout, bmcPassword, stderr)
    })
  })

  describe('at level root', () => {
    before(async function () {
      this.timeout(30_000)
      await level('root')
      await stage.setStep('node001', 'boot.request')
    })

    it('gets the script, and no user does', () => {
      assert.equal(statusOf(script), 403)
      const { status, body } = stage.get('node001', script, former)
      assert.equal(status, 403)
      assert.match(
        body,
        /an initramfs of a former release .*luna osimage pack IMAGE --boot; .*--boot_access node/,
      )
      assert.equal(statusOf(script, root), 200)
      assert.equal(stage.get('neighbour', script, root).status, 403)
    })

    it('says how the installation goes, and no user does', async () => {
      assert.equal(statusOf(`${script}&status=install.success`), 403)
      assert.equal(await stage.stepOf('node001'), 'install.request')
      assert.equal(statusOf(`${script}&status=install.prescript`, root), 200)
    })

    it('gets image and torrent; a user gets neither', () => {
      const files = readdirSync(join(stage.dir, 'luna/torrents'))
      assert.equal(files.length, 3)
      for (const file of files) {
        assert.equal(statusOf(`/torrents/${file}`), 403, file)
        assert.equal(statusOf(`/torrents/${file}`, root), 200, file)
      }
      assert.equal(statusOf('/torrents/..%2fboot%2fx.torrent', root), 404)
      assert.equal(statusOf('/torrents/.x.torrent', root), 404)
    })

    it('has a web seed in its torrent that clients can use, until it expires', async () => {
      const files = readdirSync(join(stage.dir, 'luna/torrents'))
      const torrent = files.find((file) => file.endsWith('.torrent')) ?? ''
      const tarball = files.find((file) => file.endsWith('.tgz')) ?? ''
      const { body } = stage.get('node001', `/torrents/${torrent}`, root)
      const seed = /8:url-list\d+:(http:.*\.tgz)e$/.exec(body)?.[1] ?? ''
      assert.match(seed, new RegExp(`^${url}/torrents/[\\w-]{22}/\\d{10}/${tarball}$`))
      assert.equal(statusOf(seed), 200)
      assert.equal(statusOf(seed.replace(/\d\/(?=[^/]*$)/, '9/')), 403)
      assert.equal(
        statusOf(seed.replace(/torrents\/./, (text) => `torrents/${text.endsWith('A') ? 'B' : 'A'}`)),
        403,
      )
      const key = (await readSeedKey(join(stage.dir, 'conf.d/.luna.key'))) ?? ''
      const now = expiringUrl(`${url}/torrents/${tarball}`, key, new Date())
      const late = expiringUrl(`${url}/torrents/${tarball}`, key, new Date(Date.now() - 5 * 3600_000))
      assert.deepEqual([statusOf(now), statusOf(late)], [200, 403])
    })

    it('goes on with a web seed on the head that takes over, which has a key of its own for lweb', async () => {
      const files = readdirSync(join(stage.dir, 'luna/torrents'))
      const torrent = files.find((file) => file.endsWith('.torrent')) ?? ''
      const seed = () =>
        /8:url-list\d+:(http:.*\.tgz)e$/.exec(stage.get('node001', `/torrents/${torrent}`, root).body)?.[1]
      const [given, file] = [seed() ?? '', join(stage.dir, 'conf.d/.luna.key')]
      const former = await readNginxKey(file)
      rmSync(file)
      stage.luna('cluster', 'makenginx')
      await stage.reloadNginx()
      assert.notEqual(await readNginxKey(file), former)
      assert.deepEqual([statusOf(given), statusOf(seed() ?? '')], [200, 200])
    })

    it('downloads the image by the script, where no seeder is', function () {
      this.timeout(60_000)
      const dirs = ['node-luna', 'node-root'].map((name) => join(stage.dir, name))
      for (const dir of dirs) mkdirSync(dir)
      const [luna = '', place = ''] = dirs
      copyFileSync(
        join(import.meta.dirname, '../../dracut/95luna/ltorrent-client'),
        join(luna, 'ltorrent-client'),
      )
      const { body } = stage.get('node001', script, root)
      const file = join(stage.dir, 'download.sh')
      writeFileSync(file, body.replace(/^main$[\s\S]*/m, 'in_step install.download download\nstop_client\n'))
      const env = [`LUNA_DIR=${luna}`, `LUNA_ROOT=${place}`, 'LTORRENT_STALL=2', 'LTORRENT_NAME=node001']
      const { stdout, stderr } = stage.run('node001', 'env', [...env, 'bash', file], { uid: 0 })
      const [tarball = ''] = readdirSync(place)
      assert.match(tarball, /\.tgz$/, stdout + stderr)
      assert.deepEqual(
        readFileSync(join(place, tarball)),
        readFileSync(join(stage.dir, 'luna/torrents', tarball)),
      )
    })
  })
})
