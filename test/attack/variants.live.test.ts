// The same things asked for in other words: whatever spelling nginx, lweb or the file system could take for
// one that is let in.
import assert from 'node:assert/strict'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bmcPassword, needsStage, type Seat, Stage, url } from './stage.ts'

const asWritten = ['--path-as-is']

describe('what is asked for in other words', function () {
  this.timeout(120_000)
  let stage: Stage
  let tarball = ''
  before(async function () {
    needsStage(this)
    stage = await Stage.start()
    tarball = readdirSync(join(stage.dir, 'luna/torrents')).find((file) => file.endsWith('.tgz')) ?? ''
    await stage.setStep('node001', 'install.prescript')
  })
  after(() => stage?.close())

  const get = (seat: Seat, path: string, options: readonly string[] = []) =>
    stage.get(seat, path, { options: [...asWritten, ...options] })

  it('is no script or password of another node', () => {
    const asks = [
      ...[
        '/luna?step=install&node=node001',
        '/luna/?step=install&node=node001',
        '//luna?step=install&node=node001',
      ],
      ...[
        '/luna?node=node001&step=install',
        '/luna?step=install&node=%6eode001',
        '/luna?step=install&node=node001+',
      ],
      ...['/luna?step=install&node=node002&node=node001', '/luna?step=install&node=node001&node=node001'],
      ...[
        '/luna?step=boot&step=install&node=node001',
        '/luna?step=install&node=node001%00',
        '/%6cuna?step=install&node=node001',
      ],
      ...[
        '/boot/../luna?step=install&node=node001',
        '/luna/x/..?step=install&node=node001',
        '/LUNA?step=install&node=node001',
      ],
      ...[
        '/luna?step=bmc&node=node001',
        '/luna?step=bmc&node=node002&node=node001',
        '/lunatic?step=bmc&node=node001',
      ],
      ...[
        '/announce?step=install&node=node001',
        '/torrents/?step=install&node=node001',
        '/metrics/../luna?step=bmc&node=node001',
      ],
    ]
    const ways = [
      [],
      ['-I'],
      ['-X', 'POST'],
      ['-d', 'step=install&node=node001'],
      ['-r', '0-100'],
      ['--http1.0'],
      [
        '-H',
        'Host: 127.0.0.1',
        '-H',
        'X-Real-IP: 127.0.0.1',
        '-H',
        'Forwarded: for=127.0.0.1',
        '-H',
        'X-Forwarded-For: 10.30.0.1',
      ],
      [
        '-H',
        'REMOTE-ADDR: 10.30.0.1',
        '-H',
        'REMOTE_ADDR: 10.30.0.1',
        '-H',
        'Luna-Key: x',
        '-H',
        'Remote-Port: 600',
      ],
      ['-x', url],
    ]
    for (const seat of ['neighbour', 'node002', 'far'] as const)
      for (const path of asks)
        for (const options of seat === 'neighbour' ? ways : [[]]) {
          const { status, body } = get(seat, path, options)
          const said = `${seat} ${options.join(' ')} ${path}: ${status}`
          assert.doesNotMatch(body, /Installs the node/, said)
          assert.ok(!body.includes(bmcPassword), said)
        }
    const mapped = `http://[::ffff:10.30.255.254]:7050/luna?step=install&node=node001`
    assert.doesNotMatch(get('neighbour', mapped).body, /Installs the node/)
  })

  it('is no status of another node, nor its MAC address', async () => {
    const { id } = await stage.store((store) => store.getNamed('node', 'node002'))
    const before = await stage.store((store) => store.macOf(id))
    for (const path of [
      '/luna?step=install&node=node001&status=install.success',
      '/luna?step=install&node=node001&status=x&status=install.success',
      '/luna?step=install&status=install.success&node=node002&node=node001',
      '/luna?step=report&node=node001&at=install.unpack&exit=1',
      '/luna?step=discovery&node=node002&hwdata=%7C52:54:00:00:00:66',
      '/luna?step=discovery&node=node001&node=node002&hwdata=%7C52-54-00-00-00-66',
    ])
      for (const options of [[], ['-X', 'POST'], ['-x', url]])
        assert.notEqual(get('neighbour', path, options).status, 200, path)
    assert.equal(await stage.stepOf('node001'), 'install.prescript')
    assert.equal(await stage.store((store) => store.macOf(id)), before)
  })

  it('is no file of the head but boot files, torrents and tarballs', () => {
    writeFileSync(join(stage.dir, 'luna/secret'), 'of the head\n')
    symlinkSync('../secret', join(stage.dir, 'luna/boot/up'))
    for (const path of [
      ...[
        '/secret',
        '/boot/up',
        '/boot/../secret',
        '/boot/..%2fsecret',
        '/boot/%2e%2e/secret',
        '/boot//../secret',
      ],
      ...[
        '/boot../secret',
        '/boot/.%2e/secret',
        '/torrents/../secret',
        '/torrents/..;/secret',
        '/ui/../secret',
      ],
      ...['/ui../secret', '/ui/..%2f..%2f..%2fluna/secret', '/boot/..%c0%afsecret', '/boot/..%255csecret'],
      ...[
        '/conf.d/.luna.key',
        '/.luna.key',
        '/boot/../../conf.d/.luna.key',
        '/ui/data.js/../../../../db/luna.db',
      ],
      ...['/templates/', '/boot/', '/torrents/', '/torrents', '/boot'],
    ]) {
      const { status, body } = get('neighbour', path)
      assert.ok([301, 400, 403, 404].includes(status), `${path}: ${status}`)
      assert.doesNotMatch(body, /of the head|luna_key|SQLite/, path)
    }
  })

  it('is no page, and no metrics', () => {
    for (const path of [
      ...[
        '/ui/data/nodes',
        '//ui/data/nodes',
        '/ui/%64ata/nodes',
        '/luna/../ui/data/nodes',
        '/ui/data/../data/nodes',
      ],
      ...[
        '/luna%2f..%2fui%2fdata%2fnodes',
        '/announce/..%2fui/data/nodes',
        '/UI/data/nodes',
        '/metrics',
        '/metrics/',
      ],
      ...[
        '/luna/../metrics',
        '/metrics?x',
        '/%6detrics',
        '/announce/%2e%2e/metrics',
        '/ui/index.html',
        '/scrape/../metrics',
      ],
    ]) {
      const { status, body } = get('neighbour', path)
      assert.ok([403, 404].includes(status), `${path}: ${status} ${body.slice(0, 80)}`)
    }
  })

  it('is no tarball for a user where boot_access is root, by whatever name', async () => {
    stage.luna('cluster', 'change', '--boot_access', 'root')
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    await delay(1000)
    const hash = 'A'.repeat(22)
    const later = String(Math.floor(Date.now() / 1000) + 3600)
    const names = [
      ...[`/torrents/${tarball}`, `//torrents/${tarball}`, `/torrents//${tarball}`, `/torrents/./${tarball}`],
      ...[
        `/%74orrents/${tarball}`,
        `/torrents%2f${tarball}`,
        `/boot/../torrents/${tarball}`,
        `/boot/..%2ftorrents/${tarball}`,
      ],
      ...[
        `/torrents/${tarball}?x`,
        `/torrents/${tarball}%00`,
        `/torrents/${tarball}/`,
        `/torrents/x/../${tarball}`,
      ],
      ...[
        `/torrents/${hash}/${later}/${tarball}`,
        `/torrents/${hash}/99999999999/${tarball}`,
        `/torrents/${hash}/0/${tarball}`,
      ],
      ...[
        `/torrents/x.torrent/../${tarball}`,
        `/torrents/x.torrent/..%2f${tarball}`,
        `/ui/../torrents/${tarball}`,
      ],
      ...[
        `/torrents/${tarball}.torrent/../${tarball}`,
        `/luna/../torrents/${tarball}`,
        `/TORRENTS/${tarball}`,
      ],
    ]
    for (const path of names)
      for (const options of [
        ['-o', '/dev/null'],
        ['-I'],
        ['-r', '0-9'],
        ['-x', url],
        ['-X', 'POST', '-o', '/dev/null'],
      ]) {
        const { status } = get('node001', path, options)
        assert.ok([400, 403, 404, 405].includes(status), `${options.join(' ')} ${path}: ${status}`)
      }
  })
})
