// What an initramfs of a former release asks, which knows nothing of levels, tokens and ports below 1024: its
// nodes go on being installed at the levels `open` and `node`. The script is the head's, and asks as it does
// today, by the curl of that initramfs.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Asking, bmcPassword, macs, needsStage, Stage, url } from './stage.ts'

/** By itself: before there is a script, and its torrent client. */
const former: Asking = { uid: 0 }
/** By the functions of the script. */
const script: Asking = { uid: 0, options: ['--local-port', '600-1023'] }

describe('an initramfs of a former release', function () {
  this.timeout(120_000)
  let stage: Stage
  before(async function () {
    needsStage(this)
    stage = await Stage.start()
  })
  after(() => stage?.close())

  const get = (path: string, how: Asking) => {
    const { status, body } = stage.get('node001', path, how)
    assert.equal(status, 200, `${path}: ${body.slice(0, 200)}`)
    return body
  }

  for (const level of ['node', 'open'])
    it(`is given all that it asks for where boot_access is ${level}`, async () => {
      stage.luna('cluster', 'change', '--boot_access', level)
      stage.luna('cluster', 'makenginx')
      await stage.reloadNginx()
      const menu = get(`/luna?step=discovery&hwdata=%7C${macs.node001}`, former)
      const files = [...menu.matchAll(/\/boot\/[\w.-]+/g)].map(([path]) => path)
      assert.equal(new Set(files).size, 2, menu)
      for (const path of files) get(path, { ...former, options: ['-o', '/dev/null'] })

      const text = get('/luna?step=install&node=node001', former)
      assert.match(text, /^#!\/bin\/bash\n/)
      assert.equal(text.includes(bmcPassword), level === 'open')
      const status = (step: string) => get(`/luna?step=install&node=node001&status=${step}`, script)
      for (const step of ['install.prescript', 'install.setupbmc']) status(step)
      assert.equal(get('/luna?step=bmc&node=node001', script), bmcPassword)
      for (const step of ['install.partscript', 'install.download']) status(step)

      const folder = join(stage.dir, 'luna/torrents')
      const [torrent = '', tarball = ''] = ['.torrent', '.tgz'].map((end) =>
        readdirSync(folder).find((file) => file.endsWith(end)),
      )
      const metainfo = get(`/torrents/${torrent}`, script)
      assert.ok(metainfo.includes(`${url}/torrents/${tarball}`))
      // its torrent client: the tracker, the web seed from any port, in parts, and an end by plain HTTP
      const peer =
        'info_hash=%01%02%03%04%05%06%07%08%09%0a%0b%0c%0d%0e%0f%10%11%12%13%14&peer_id=node001-------------'
      get(`/announce?${peer}&port=6881&uploaded=0&downloaded=0&left=10&compact=1`, former)
      const part = { uid: 0, options: ['-r', '100-199', '-o', '/dev/null'] }
      assert.equal(stage.get('node001', `/torrents/${tarball}`, part).status, 206)
      get(`/torrents/${tarball}`, { ...former, options: ['-o', '/dev/null'] })

      for (const step of ['install.unpack', 'install.setnet', 'install.postscript', 'install.success'])
        status(step)
      assert.equal(await stage.stepOf('node001'), 'install.success')
    })

  it('is told, where boot_access is root, that it is of a former release and what mends that', async () => {
    stage.luna('cluster', 'change', '--boot_access', 'root')
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    const { status, body } = stage.get('node001', '/luna?step=install&node=node001', former)
    assert.equal(status, 403)
    assert.match(body, /an initramfs of a former release .*luna osimage pack IMAGE --boot/)
  })
})
