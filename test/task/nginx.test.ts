import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeNginx } from '../../lib/task/generate/nginx.ts'
import { useFakeBin } from '../fake-bin.ts'
import { addCluster } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

describe('makeNginx', () => {
  const fake = useFakeBin()
  let store: Store
  const make = (wish = {}) => makeNginx(store, hostIn(fake.dir), wish)
  const conf = () => readFileSync(join(fake.dir, 'conf.d/luna.conf'), 'utf8')

  beforeEach(() => {
    store = openMemoryStore()
    mkdirSync(join(fake.dir, 'conf.d'))
  })
  afterEach(() => store.close())

  it('writes what nginx accepts, and has it read', async () => {
    await addCluster(store, { path: fake.dir })
    assert.deepEqual((await make()).changed, [join(fake.dir, 'conf.d/luna.conf')])
    assert.match(conf(), /listen 7050;/)
    assert.match(conf(), /server "127\.0\.0\.1:7051";/)
    assert.deepEqual(fake.calls(), ['is-active nginx', 'reload nginx', 'is-active nginx'])
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), ['luna.conf'])
  })

  it('listens on IPv6 for an IPv6 frontend, and talks to the socket when there is no port', async () => {
    await addCluster(store, { path: fake.dir, frontend_address: 'fd00::1', server_port: 0 })
    await make()
    assert.match(conf(), /listen \[::\]:7050;/)
    assert.match(conf(), /server "unix:\/run\/luna\/lweb\.sock";/)
  })

  it('keeps no connections to lweb when its responder is node-fastcgi', async () => {
    await addCluster(store, { path: fake.dir })
    await make()
    assert.match(conf(), /keepalive 64;[\s\S]*fastcgi_keep_conn on;/)
    const { paths, services } = hostIn(fake.dir)
    await makeNginx(store, { paths, services: { ...services, responder: 'node-fastcgi' } })
    assert.doesNotMatch(conf(), /keep|^\s*#\s*$/m)
    assert.match(conf(), /upstream luna_lweb \{\n {4}server "127\.0\.0\.1:7051";\n\}/)
  })

  it('only shows it when asked to', async () => {
    await addCluster(store, { path: fake.dir })
    assert.match((await make({ dryRun: true })).diff, /\+ {4}listen 7050;/)
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), [])
  })

  it('writes nothing where https has no certificate', async () => {
    await addCluster(store, { path: fake.dir, frontend_https: true })
    await assert.rejects(make(), { code: 'invalid', fix: /frontend\.crt/ })
  })

  it('cannot be broken out of by a path', async () => {
    await addCluster(store, { path: '/x"; } evil { "\\' })
    await make()
    assert.match(conf(), /root "\/x\\"; } evil \{ \\"\\\\";/)
  })

  it('refuses a path that nginx cannot say', async () => {
    await addCluster(store, { path: '/x$y' })
    await assert.rejects(make(), { code: 'invalid' })
  })

  it('takes the old file back when nginx does not', async () => {
    await addCluster(store, { path: fake.dir })
    fake.fail('reload')
    await assert.rejects(make(), { code: 'failed', message: /not taken/ })
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), [])
  })
})
