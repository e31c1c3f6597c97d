import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { readNginxKey } from '../../lib/host/service/nginx-key.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeNginx } from '../../lib/task/generate/nginx.ts'
import { useFakeBin } from '../fake-bin.ts'
import { rejectsWith } from '../help.ts'
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
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), ['.luna.key', 'luna.conf'])
  })

  it('gives nginx and lweb a key that nobody else can read, and keeps it', async () => {
    await addCluster(store, { path: fake.dir })
    const path = join(fake.dir, 'conf.d/.luna.key')
    await make()
    const key = await readNginxKey(path)
    assert.match(key ?? '', /^[0-9a-f]{48}$/)
    assert.equal(statSync(path).mode & 0o777, 0o640)
    chmodSync(path, 0o644)
    await make()
    assert.deepEqual([await readNginxKey(path), statSync(path).mode & 0o777], [key, 0o640])
  })

  it('has lweb ask for no key that a template of the site does not hand over', async () => {
    await addCluster(store, { path: fake.dir })
    await make()
    mkdirSync(join(fake.dir, 'templates'))
    const older = conf().replace(/^map "\$status[^}]*}\n/m, '')
    const own = older.replace(/.*(LUNA_KEY|luna\.key|luna_fetched).*\n/g, '')
    writeFileSync(join(fake.dir, 'templates/nginx.conf.mustache'), own)
    const { warnings } = await make()
    assert.match(
      warnings.join(),
      /any account of this head .*nginx\.conf\.mustache does not hand LUNA_KEY over/,
    )
    assert.equal(await readNginxKey(join(fake.dir, 'conf.d/.luna.key')), undefined)
  })

  it('leaves no key where nginx does not take the rest', async () => {
    await addCluster(store, { path: fake.dir })
    mkdirSync(join(fake.dir, 'templates'))
    const own = 'include "{{keyFile}}"; foo bar;\nfastcgi_param LUNA_KEY $luna_key;\n'
    writeFileSync(join(fake.dir, 'templates/nginx.conf.mustache'), own)
    await rejectsWith('failed', make())
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), [])
  })

  it('has images for root of machines alone from level root on', async () => {
    await addCluster(store, { path: fake.dir })
    await make()
    assert.doesNotMatch(conf(), /luna_user_port|secure_link/)
    const [cluster] = await store.list('cluster')
    assert(cluster)
    for (const boot_access of ['root', 'armed']) {
      await store.update('cluster', cluster.id, { boot_access })
      await make()
      assert.match(conf(), /if \(\$luna_user_port\) \{\s+return 403;/)
      assert.match(conf(), /secure_link_md5/)
    }
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
    assert.doesNotMatch(conf(), /keepalive \d|keep_conn|^\s*#\s*$/m)
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

  it('names the template of the site that nginx does not accept, with the line', async () => {
    await addCluster(store, { path: fake.dir })
    const template = join(fake.dir, 'templates/nginx.conf.mustache')
    mkdirSync(join(fake.dir, 'templates'))
    writeFileSync(template, 'server {\n  listen 7050;\n  foo bar;\n}\n')
    const { message, why } = await rejectsWith('failed', make())
    assert.equal(message, `nginx does not accept the site's template ${template}`)
    assert.match(why ?? '', /^"foo bar;": .*unknown directive "foo" in .*\/conf\.d\/luna\.conf:3$/)
  })

  describe('in the whole of its configuration', () => {
    const file = (name: string) => join(fake.dir, 'conf.d', name)
    /** What `nginx -T` reads; other questions are for the real one. */
    function nginxConf(...lines: string[]): void {
      const conf = join(fake.dir, 'nginx.conf')
      writeFileSync(
        conf,
        [
          'worker_rlimit_nofile 140000;',
          'events { worker_connections 70000; }',
          'http {',
          'access_log off;',
          ...lines,
          '}',
          '',
        ].join('\n'),
      )
      const more = `-e stderr -g 'pid ${fake.dir}/pid;' -c ${conf}`
      fake.program('nginx', `PATH=\${PATH#*:}\n[ "$1" = -T ] && exec nginx "$@" ${more}\nexec nginx "$@"`)
    }

    it('finds another server on the port of the cluster', async () => {
      await addCluster(store, { path: fake.dir })
      nginxConf(`include ${fake.dir}/conf.d/*.conf;`)
      writeFileSync(
        file('a-luna.conf'),
        '# listen 7050;\nserver {\n  listen 127.0.0.1:7050 default_server;\n}\n',
      )
      writeFileSync(file('other.conf'), 'server { listen 127.0.0.1:17050; }\n')
      const { warnings } = await make()
      assert.equal(warnings.length, 1)
      assert.match(warnings[0] ?? '', new RegExp(`^${file('a-luna.conf')}:3 has a server on port 7050, too`))
    })

    it('finds that one machine could take all connections', async () => {
      await addCluster(store, { path: fake.dir })
      nginxConf(`include ${fake.dir}/conf.d/*.conf;`)
      const conf = join(fake.dir, 'nginx.conf')
      writeFileSync(conf, readFileSync(conf, 'utf8').replace('70000', '768'))
      const { warnings } = await make()
      assert.match(
        warnings.join('\n'),
        /^nginx takes 768 connections .*write {2}worker_connections 65536; {2}in the events/,
      )
    })

    it('finds that the file is read by nobody', async () => {
      await addCluster(store, { path: fake.dir })
      nginxConf()
      const { warnings } = await make()
      assert.deepEqual(warnings.length, 1)
      assert.match(warnings[0] ?? '', /^nginx does not read .*\/conf\.d\/luna\.conf: add {2}include /)
    })

    const answers: [string, number, string, RegExp | undefined][] = [
      ['the boot menu', 200, '#!ipxe\n', undefined],
      ['what lweb does not say', 200, '<html>', /^another server than that of Luna answers .*status 200/],
      ['nothing of that name', 404, '', /^another server .*status 404/],
      ['that lweb is down', 502, '', /^lweb does not answer yet.*systemctl start lweb/],
      ['that the store is down', 503, '', /^lweb answers .*status 503/],
    ]
    for (const [what, status, body, warning] of answers)
      it(`asks for the boot menu once it is reloaded, and hears ${what}`, async () => {
        const asked: string[] = []
        const server = createServer((request, response) => {
          asked.push(request.url ?? '')
          response.writeHead(status).end(body)
        }).listen(0, '127.0.0.1')
        await once(server, 'listening')
        const { port } = server.address() as AddressInfo
        fake.addresses('127.0.0.1')
        await addCluster(store, { path: fake.dir, frontend_address: '127.0.0.1', frontend_port: port })
        nginxConf(`include ${fake.dir}/conf.d/*.conf;`)
        try {
          const { warnings } = await make()
          assert.equal(asked[0], '/luna?step=boot')
          if (warning) assert.match(warnings.join('\n'), warning)
          else assert.deepEqual([warnings, asked.length], [[], 1])
        } finally {
          server.close()
        }
      })

    it('says that nothing answers', async () => {
      fake.addresses('127.0.0.1')
      await addCluster(store, { path: fake.dir, frontend_address: '127.0.0.1', frontend_port: 1 })
      nginxConf(`include ${fake.dir}/conf.d/*.conf;`)
      assert.match((await make()).warnings.join('\n'), /^nothing answers at http:\/\/127\.0\.0\.1:1\//m)
    })
  })

  it('takes the old file back when nginx does not', async () => {
    await addCluster(store, { path: fake.dir })
    fake.fail('reload')
    await assert.rejects(make(), { code: 'failed', message: /not taken/ })
    assert.deepEqual(readdirSync(join(fake.dir, 'conf.d')), [])
  })
})
