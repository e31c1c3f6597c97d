// nginx itself, on the file that makenginx writes: what it serves, what it passes on, and
// what it keeps to itself.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxAround } from '../../lib/render/nginx.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import { makeNginx } from '../../lib/task/generate/nginx.ts'
import { useFakeBin } from '../fake-bin.ts'
import { addCluster } from '../scenario/boot.ts'
import { hostIn } from '../task/host.ts'
import { lacking, makePair, type Pair, runIn, startIn, stop } from './namespace.ts'
import { skipUnless } from './skip.ts'

describe('nginx on the generated file', function () {
  this.timeout(60_000)
  const fake = useFakeBin()
  const at = (name: string) => join(fake.dir, name)
  let pair: Pair | undefined
  let nginx: ChildProcess | undefined

  before(function () {
    skipUnless(this, lacking(['ip', 'nginx', 'curl']))
  })
  beforeEach(async () => {
    for (const dir of ['conf.d', 'boot', 'torrents', 'os']) mkdirSync(at(dir))
    chmodSync(fake.dir, 0o755)
    writeFileSync(at('boot/kernel'), '0123456789')
    writeFileSync(at('torrents/x.torrent'), 'd4:infode')
    writeFileSync(at('os/secret'), 'secret')
    const store = openMemoryStore()
    await addCluster(store, { path: fake.dir })
    await makeNginx(store, hostIn(fake.dir))
    await store.close()
    writeFileSync(at('nginx.conf'), `daemon off;\n${nginxAround(at('conf.d/luna.conf'), fake.dir)}`)
    pair = makePair('10.30.255.254/16')
    // Standard error says nothing when all is well but this, at the level of notice.
    const args = ['-p', fake.dir, '-c', at('nginx.conf'), '-g', 'error_log stderr notice;']
    nginx = await startIn(pair.server, 'nginx', args, /start worker process/)
  })
  afterEach(async () => {
    await stop(nginx)
    pair?.remove()
  })

  it('serves boot files and torrents, parts of them too', () => {
    assert.deepEqual(get('/boot/kernel'), { status: 200, body: '0123456789' })
    assert.deepEqual(get('/boot/kernel', '-r', '2-4'), { status: 206, body: '234' })
    const torrent = get('/torrents/x.torrent', '-i')
    assert.match(torrent.body, /Content-Type: application\/x-bittorrent/i)
  })

  it('serves nothing else, and lists nothing', () => {
    for (const path of [
      '/',
      '/os/secret',
      '/boot/../os/secret',
      '/boot/%2e%2e/os/secret',
      '/conf.d/luna.conf',
      '/boot/no',
    ])
      assert.equal(get(path).status, 404, path)
    for (const path of ['/boot/', '/torrents/']) assert.equal(get(path).status, 403, path)
  })

  it('shows the page to a head, and neither that nor its data or metrics to a node', () => {
    const page = get('/ui/', '-i')
    assert.match(page.body, /<title>Luna<\/title>/)
    assert.match(page.body, /^Content-Security-Policy: default-src 'none';/m)
    assert.match(get('/ui/main.js', '-i').body, /^Content-Type: text\/javascript/m)
    assert.equal(get('/ui').status, 301)
    for (const path of ['/ui/nothing', '/ui/../ui/%2e%2e/worker.ts', '/ui../worker.ts'])
      assert.equal(get(path).status, 404, path)
    for (const path of ['/ui/data/nodes', '/metrics']) assert.equal(get(path).status, 502, path)
    runIn(pair?.server ?? '', 'ip', ['address', 'add', '10.30.0.5/16', 'dev', 'lo'])
    for (const path of ['/ui/', '/ui/main.js', '/ui/data/nodes', '/metrics'])
      assert.equal(get(path, '--interface', '10.30.0.5').status, 403, path)
  })

  it('asks lweb about the rest, and says so when that is down', () => {
    for (const path of ['/luna?step=boot', '/lunatic', '/announce?info_hash=x', '/scrape'])
      assert.equal(get(path).status, 502, path)
  })

  function get(path: string, ...more: string[]): { status: number; body: string } {
    const args = ['-s', '--path-as-is', '-w', '\n%{http_code}', ...more, `http://10.30.255.254:7050${path}`]
    const said = runIn(pair?.server ?? '', 'curl', args)
    const cut = said.lastIndexOf('\n')
    return { status: Number(said.slice(cut + 1)), body: said.slice(0, cut) }
  }
})
