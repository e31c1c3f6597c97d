import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Responder } from '../../lib/config.ts'
import type { Handler, Listener, Request } from '../../lib/web/fastcgi/handler.ts'
import { serve } from '../../lib/web/fastcgi/serve.ts'
import { responders } from './lweb.ts'
import { freePort, needsNginx, startNginx, stopProcess } from './nginx.ts'

for (const responder of responders) contract(responder)

function contract(responder: Responder): void {
  describe(`serve by ${responder}`, () => {
    let dir: string
    let nginx: ChildProcess
    let listener: Listener
    let url: string
    let port: number
    let handler: Handler
    const asked: Request[] = []

    before(async function () {
      needsNginx(this)
      dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
      port = await freePort()
      url = `http://127.0.0.1:${port}`
      const params = [
        'REQUEST_METHOD $request_method',
        'REQUEST_URI $request_uri',
        'QUERY_STRING $query_string',
        'REMOTE_ADDR $remote_addr',
        'REMOTE_PORT $remote_port',
        'LUNA_KEY secret',
      ]
      const server = `server { listen 127.0.0.1:${port}; fastcgi_buffering off;
      ${params.map((param) => `fastcgi_param ${param};`).join(' ')}
      location / { fastcgi_pass unix:${dir}/socket; } }`
      listener = await serve(responder, (request) => handler(request), { path: join(dir, 'socket') })
      nginx = await startNginx(dir, server, port)
    })
    after(async () => {
      if (nginx) await stopProcess(nginx)
      await listener?.close()
      if (dir) rmSync(dir, { recursive: true })
    })
    beforeEach(() => {
      asked.length = 0
      handler = async (request) => {
        asked.push(request)
        return { status: 200, type: 'text/plain', body: 'ok' }
      }
    })

    it('takes a request apart as it was sent', async () => {
      await fetch(`${url}/luna/x?a=%01%ff&b=c+d?e`, { headers: { 'If-None-Match': '"a"' } })
      const [one] = asked
      assert(one && one.port > 0)
      const sent = {
        method: 'GET',
        path: '/luna/x',
        query: 'a=%01%ff&b=c+d?e',
        remote: '127.0.0.1',
        key: 'secret',
        match: '"a"',
        token: '',
      }
      assert.deepEqual(asked, [{ ...sent, port: one.port }])
    })

    it('hands over the beginning of a body, and reads the rest of it', async () => {
      for (const sent of ['why: \u00e4\n', 'x'.repeat(40_000)]) {
        const answer = await fetch(`${url}/luna`, { method: 'POST', body: sent })
        assert.equal(await answer.text(), 'ok')
        assert.equal(asked.at(-1)?.body?.toString(), sent.slice(0, 16_384))
      }
    })

    it('hands over requests without a query, and with a body that nobody reads', async () => {
      const answer = await fetch(`${url}/luna`, { method: 'POST', body: 'x'.repeat(10_000) })
      assert.equal(await answer.text(), 'ok')
      const [one] = asked
      assert.deepEqual([one?.method, one?.path, one?.query, one?.remote], ['POST', '/luna', '', '127.0.0.1'])
    })

    for (const [what, body] of [
      ['nothing', Buffer.alloc(0)],
      ['every byte', Buffer.from(Array.from({ length: 256 }, (_, at) => at))],
      ['more than a record holds', Buffer.alloc(3_000_000, 'x')],
    ] as const) {
      it(`answers ${what} with its length`, async () => {
        handler = async () => ({ status: 200, type: 'text/plain', body })
        const answer = await fetch(`${url}/`)
        assert.equal(answer.headers.get('content-length'), String(body.length))
        assert(Buffer.from(await answer.arrayBuffer()).equals(body))
      })
    }

    it('counts bytes and not characters', async () => {
      handler = async () => ({ status: 404, type: 'text/html; charset=UTF-8', body: 'äöü' })
      const answer = await fetch(`${url}/`)
      assert.deepEqual(
        [answer.status, answer.headers.get('content-length'), await answer.text()],
        [404, '6', 'äöü'],
      )
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=UTF-8')
    })

    it('gives the tag of an answer, and says when the client has it already', async () => {
      handler = async ({ match }) =>
        match === '"a"'
          ? { status: 304, type: 'text/plain', body: '', etag: '"a"' }
          : { status: 200, type: 'text/plain', body: 'ok', etag: '"a"' }
      const first = await fetch(`${url}/`)
      assert.deepEqual([first.status, first.headers.get('etag'), await first.text()], [200, '"a"', 'ok'])
      assert.equal(first.headers.get('cache-control'), 'no-cache')
      const again = await fetch(`${url}/`, { headers: { 'If-None-Match': '"a"' } })
      assert.deepEqual([again.status, again.headers.get('etag'), await again.text()], [304, '"a"', ''])
    })

    it('outlives clients that go away before they are answered', async () => {
      let going = () => {}
      const gone = new Promise<void>((resolve) => {
        going = resolve
      })
      handler = async () => {
        await gone
        return { status: 200, type: 'text/plain', body: Buffer.alloc(1_000_000) }
      }
      const clients = Array.from({ length: 20 }, () => {
        const socket = connect(port, '127.0.0.1')
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.destroy())
        return new Promise((resolve) => socket.once('close', resolve))
      })
      await Promise.all(clients)
      going()
      handler = async () => ({ status: 200, type: 'text/plain', body: 'still here' })
      assert.equal(await (await fetch(`${url}/`)).text(), 'still here')
    })

    it('finishes the requests in hand when it is closed', async () => {
      const own = await freePort()
      const [path, begun] = [join(dir, 'other'), Promise.withResolvers<void>()]
      const finish = Promise.withResolvers<void>()
      const other = await serve(
        responder,
        async () => {
          begun.resolve()
          await finish.promise
          return { status: 200, type: 'text/plain', body: 'done' }
        },
        { path },
      )
      const sub = mkdtempSync(join(dir, 'nginx-'))
      const second = await startNginx(
        sub,
        `server { listen 127.0.0.1:${own}; location / { fastcgi_pass unix:${path}; } }`,
        own,
      )
      const answer = fetch(`http://127.0.0.1:${own}/`)
      await begun.promise
      const closed = other.close()
      finish.resolve()
      assert.equal(await (await answer).text(), 'done')
      await closed
      assert.equal((await fetch(`http://127.0.0.1:${own}/`)).status, 502)
      await stopProcess(second)
    })

    it('says that an address is taken', async () => {
      await assert.rejects(serve(responder, handler, { path: join(dir, 'socket') }), { code: 'EADDRINUSE' })
    })
  })
}

describe('serve behind an nginx that keeps its connections', () => {
  let dir: string
  let nginx: ChildProcess | undefined
  let listener: Listener | undefined

  before(function () {
    needsNginx(this)
  })
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
  })
  afterEach(async () => {
    if (nginx) await stopProcess(nginx)
    await listener?.close()
    rmSync(dir, { recursive: true })
  })
  const start = async (path: string) => {
    const port = await freePort()
    const server = `upstream kept { server unix:${path}; keepalive 8; }
      server { listen 127.0.0.1:${port}; fastcgi_keep_conn on; fastcgi_param REQUEST_URI $request_uri;
      location / { fastcgi_pass kept; } }`
    nginx = await startNginx(dir, server, port)
    return `http://127.0.0.1:${port}`
  }

  it('gives each request its own answer, and has nginx complain of nothing', async () => {
    const path = join(dir, 'socket')
    listener = await serve(
      'own',
      async ({ query }) => {
        await new Promise((resolve) => setTimeout(resolve, Number(query.at(-1))))
        const body = Buffer.alloc(Number(query.slice(0, -1)) * 100, query)
        return { status: 200, type: 'text/plain', body }
      },
      { path },
    )
    const url = await start(path)
    const asker = async (first: number) => {
      for (let n = first; n < 1000; n += 8) {
        const text = await (await fetch(`${url}/?${n}`)).text()
        assert(Buffer.from(text).equals(Buffer.alloc(Math.floor(n / 10) * 100, String(n))), `answer to ${n}`)
      }
    }
    await Promise.all([10, 11, 12, 13, 14, 15, 16, 17].map(asker))
    assert.equal(readFileSync(join(dir, 'error.log'), 'utf8'), '')
  })
})
