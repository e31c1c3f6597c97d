// HTTP as the servers of BMCs really do it.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { Bmc, PowerAction } from '../../lib/host/bmc/bmc.ts'
import { power } from '../../lib/host/bmc/power.ts'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { rejectsWith } from '../help.ts'
import { http, type RawAnswer, type RawRequest, type RawService, startRaw } from './raw-redfish.ts'
import { redfishUser } from './redfish-service.ts'

const systems = '/redfish/v1/Systems'
const system = `${systems}/1`
const resetPath = `${system}/Actions/ComputerSystem.Reset`

const resources: Readonly<Record<string, object>> = {
  '/redfish/v1/': { RedfishVersion: '1.6.0', Systems: { '@odata.id': systems } },
  [systems]: { Members: [{ '@odata.id': system }] },
  [system]: {
    PowerState: 'Off',
    IndicatorLED: 'Off',
    Actions: { '#ComputerSystem.Reset': { target: resetPath } },
  },
}

const usual = ({ method, path }: RawRequest) =>
  method === 'GET' ? http(resources[path] ? 200 : 404, resources[path]) : http(204)

describe('Redfish over HTTP as it is spoken', function () {
  this.timeout(20_000)
  let service: RawService | undefined
  before(function () {
    skipUnless(this, lackingProgram(['openssl']))
  })
  afterEach(() => service?.stop())

  const start = async (answer: (request: RawRequest) => RawAnswer, how?: { plain?: boolean }) => {
    service = await startRaw(answer, how)
    return service
  }
  const ask = (action: PowerAction = 'status', timeout = 10_000, more: Partial<Bmc> = {}) =>
    power(
      {
        ...{ address: '127.0.0.1', port: service?.port ?? 0, protocol: 'redfish', certificate: 'any' },
        ...redfishUser,
        ...more,
      },
      action,
      { timeout },
    )

  for (const after of ['end', 'break'] as const) {
    it(`goes on where each answer is followed by the ${after} of the connection`, async () => {
      await start((request) => ({ bytes: usual(request), after }))
      assert.equal(await ask('status'), 'off')
      assert.equal(await ask('on'), 'on')
    })
  }

  it('asks again on a new connection when a kept one closes, as often as it does so', async () => {
    await start((request) => (request.reused > 0 ? { after: 'break' } : { bytes: usual(request) }))
    assert.equal(await ask('status'), 'off')
    assert.equal(await ask('identify'), 'identify')
  })

  it('uses one connection for all that only looks', async () => {
    const { asked } = await start((request) => {
      assert.equal(request.reused, request.count)
      return { bytes: usual(request) }
    })
    assert.equal(await ask('status'), 'off')
    assert.equal(asked.length, 3)
  })

  it('asks for a change once, and says that nobody knows what became of it when there is no answer', async () => {
    const { asked } = await start((request) =>
      request.method === 'GET' ? { bytes: usual(request) } : { after: 'break' },
    )
    const error = await rejectsWith('unavailable', ask('on'))
    assert.match(error.why ?? '', /127\.0\.0\.1 .*whether "On" was carried out is not known/)
    assert.equal(asked.filter((line) => line.startsWith('POST')).length, 1)
  })

  it('gives up where every connection is closed without an answer, and says so', async () => {
    const { asked } = await start(() => ({ after: 'end' }))
    const error = await rejectsWith('unavailable', ask())
    assert.match(error.why ?? '', /127\.0\.0\.1 port \d+ closes the connection without an answer/)
    assert.equal(asked.length, 3)
  })

  it('asks again for an answer that was cut off', async () => {
    const cut = http(200, resources['/redfish/v1/']).slice(0, -5)
    await start((request) => (request.count === 0 ? { bytes: cut, after: 'end' } : { bytes: usual(request) }))
    assert.equal(await ask(), 'off')
  })

  const answers: readonly (readonly [string, (request: RawRequest) => RawAnswer])[] = [
    ['HTTP/1.0 without a length', (request) => ({ bytes: old(usual(request)), after: 'end' })],
    ['HTTP/1.0 whose connection breaks off', (request) => ({ bytes: old(usual(request)), after: 'break' })],
    [
      'Connection: close',
      (request) => ({ bytes: http(200, resources[request.path], { Connection: 'close' }), after: 'end' }),
    ],
    ['chunks', (request) => ({ bytes: chunked(usual(request)) })],
    [
      'an interim answer before the real one',
      (request) => ({ bytes: `HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n${usual(request)}` }),
    ],
    [
      'a byte order mark',
      (request) => ({ bytes: http(200, `\ufeff${JSON.stringify(resources[request.path])}`) }),
    ],
    ['a charset', (request) => ({ bytes: inCharset(request.path) })],
    ['gzip that nobody asked for', (request) => ({ bytes: gzipped(request) })],
  ]
  for (const [what, answer] of answers) {
    it(`reads ${what}`, async () => {
      await start((request) => (request.method === 'GET' ? answer(request) : { bytes: usual(request) }))
      assert.equal(await ask('status'), 'off')
      assert.equal(await ask('on'), 'on')
    })
  }

  describe('that is carried out later', () => {
    const task = '/redfish/v1/TaskService/Tasks/7'
    const monitor = '/redfish/v1/TaskService/TaskMonitors/7'
    const soon = { 'Retry-After': '0' }
    const taken = http(202, { '@odata.id': task, TaskState: 'New' }, { Location: monitor, ...soon })
    /** The answer to a change, then those of where its outcome is told; the last one stays. */
    const later = async (first: string, ...looks: readonly string[]) => {
      let at = 0
      return await start(({ path, ...rest }) => {
        if (rest.method !== 'GET') return { bytes: first }
        if (path !== task && path !== monitor) return { bytes: usual({ path, ...rest }) }
        return { bytes: looks[Math.min(at++, looks.length - 1)] ?? '' }
      })
    }
    const going = http(202, '', soon)
    const inTask = (TaskState: string, more: object = {}) => http(200, { TaskState, ...more }, soon)

    for (const [what, first, looks] of [
      ['a monitor that is done with 204', taken, [going, going, http(204)]],
      [
        'a monitor that has the Task in it',
        taken,
        [http(202, { TaskState: 'Running' }, soon), http(200, {})],
      ],
      ['a monitor that is gone when it is done', taken, [going, http(410)]],
      [
        'a Task in place of its monitor',
        http(202, '', { Location: task, ...soon }),
        [inTask('Running'), inTask('Completed')],
      ],
      [
        'a Task that only the body names',
        http(202, { '@odata.id': task, TaskState: 'New' }, soon),
        [inTask('Completed')],
      ],
      [
        'a Job',
        http(202, '', { Location: task, ...soon }),
        [http(200, { JobState: 'Running' }, soon), http(200, { JobState: 'Completed' })],
      ],
      [
        'a Task with status 200',
        http(200, { '@odata.id': task, TaskState: 'Running' }, soon),
        [inTask('Completed')],
      ],
    ] as const) {
      it(`waits for ${what}`, async () => {
        const { asked } = await later(first, ...looks)
        assert.equal(await ask('on'), 'on')
        const looked = asked.filter((line) => line === `GET ${task}` || line === `GET ${monitor}`)
        assert.equal(looked.length, looks.length)
      })
    }

    it('takes 202 for an answer where it leads nowhere, or elsewhere', async () => {
      await later(http(202))
      assert.equal(await ask('on'), 'on')
      await service?.stop()
      await later(http(202, '', { Location: 'https://192.0.2.1/redfish/v1/TaskService/TaskMonitors/7' }))
      assert.equal(await ask('identify'), 'identify')
    })

    for (const [what, last, why] of [
      [
        'a Task that ended with an exception',
        inTask('Exception', { Messages: [{ Message: 'Begun.' }, { Message: 'No fan\u0007.' }] }),
        'its task ended with Exception: No fan .',
      ],
      ['a Task that was cancelled', inTask('Cancelled'), 'its task ended with Cancelled'],
      ['a Job that failed', http(200, { JobState: 'Failed' }), 'its task ended with Failed'],
      ['a monitor with an error', http(400, { error: { message: 'No fan.' } }), 'status 400: No fan.'],
    ] as const) {
      it(`tells of ${what}`, async () => {
        await later(taken, going, last)
        assert.equal((await rejectsWith('failed', ask('on'))).why, why)
        assert.equal((await rejectsWith('failed', ask('identify'))).why, why)
      })
    }

    it('says of a Task that does not end in time how it stands', async () => {
      await later(taken, inTask('Running'))
      const error = await rejectsWith('failed', ask('on', 1000))
      assert.match(error.message, /still at it/)
      assert.equal(error.why, `${monitor} is Running`)
    })

    it('says of a BMC that falls silent meanwhile that nobody knows', async () => {
      await start((request) =>
        request.path === monitor
          ? { after: 'break' }
          : { bytes: request.method === 'GET' ? usual(request) : taken },
      )
      assert.match(
        (await rejectsWith('unavailable', ask('on'))).why ?? '',
        /whether "On" was carried out is not known/,
      )
    })
  })

  it('asks for no packing, and not for HTTP/2', async () => {
    await start((request) => {
      assert.equal(request.headers.get('accept-encoding'), 'identity')
      return { bytes: usual(request) }
    })
    assert.equal(await ask(), 'off')
  })

  it('reads no more than a mebibyte, packed or not', async () => {
    const bombs = [
      http(200, 'x'.repeat(1_100_000)),
      packed(gzipSync('x'.repeat(2_000_000))),
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(20)}`,
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    ]
    for (const bytes of bombs) {
      await start(() => ({ bytes }))
      assert.match((await rejectsWith('failed', ask())).message, /more than is ever read/)
      await service?.stop()
    }
  })

  it('waits no longer in all for an answer that comes byte by byte', async () => {
    await start((request) => ({ bytes: usual(request), drip: 20 }))
    assert.match((await rejectsWith('unavailable', ask('status', 400))).why ?? '', /within the time/)
  })

  for (const status of [301, 302, 303, 307, 308]) {
    it(`follows a redirect with status ${status} on the same host`, async () => {
      await start((request) => {
        if (request.path === systems) return { bytes: http(status, '', { Location: `${systems}/` }) }
        const path = request.path.replace(/(?<=Systems)\/$/, '')
        if (path === system) return { bytes: http(status, '', { Location: absolute(`${system}/x`) }) }
        return { bytes: usual({ ...request, path: path.replace(/\/x$/, '') }) }
      })
      assert.equal(await ask(), 'off')
    })
  }

  it('sends a change again after 307 and 308, and after no other redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { asked } = await start((request) => {
        const to = request.path === resetPath && request.method === 'POST'
        return { bytes: to ? http(status, '', { Location: `${resetPath}/` }) : usual(request) }
      })
      if (status < 307)
        assert.match((await rejectsWith('failed', ask('on'))).why ?? '', new RegExp(`status ${status}`))
      else {
        assert.equal(await ask('on'), 'on')
        assert.equal(asked.at(-1), `POST ${resetPath}/`)
      }
      await service?.stop()
    }
  })

  it('follows no redirect to another host, port or scheme, out of the service or in circles', async () => {
    const elsewhere = [
      'https://192.0.2.1/redfish/v1/Systems',
      '//192.0.2.1/redfish/v1/Systems',
      'https://127.0.0.1:1/redfish/v1/Systems',
      'http://127.0.0.1/redfish/v1/Systems',
      '/login.html',
      '../../etc',
    ]
    for (const location of elsewhere) {
      await start(() => ({ bytes: http(302, '', { Location: location }) }))
      assert.match((await rejectsWith('failed', ask())).message, /leads elsewhere/, location)
      await service?.stop()
    }
    const { asked } = await start(() => ({ bytes: http(308, '', { Location: '/redfish/v1/' }) }))
    assert.match((await rejectsWith('failed', ask())).message, /in circles/)
    assert.equal(asked.length, 6)
  })

  it('takes links with scheme and host of the same BMC', async () => {
    await start((request) => {
      const text = JSON.stringify(resources[request.path] ?? {})
      const links = text.replaceAll('"/redfish', `"${absolute('/redfish')}`)
      return { bytes: request.method === 'GET' ? http(200, links) : http(204) }
    })
    assert.equal(await ask('on'), 'on')
  })

  it('asks a busy BMC again when it says so, and says that it is busy when that is too late', async () => {
    let busy = 2
    const { asked } = await start((request) => ({
      bytes: busy-- > 0 ? http(503, '', { 'Retry-After': '0' }) : usual(request),
    }))
    assert.equal(await ask('on'), 'on')
    assert.equal(asked.length, 6)
    await service?.stop()
    await start(() => ({ bytes: http(503, '', { 'Retry-After': '3600' }) }))
    assert.match((await rejectsWith('unavailable', ask('status', 400))).message, /busy/)
  })

  it('logs in by a session where basic login is not taken, and out again', async () => {
    const { asked } = await start((request) => {
      if (request.path.endsWith('/Sessions')) {
        assert.deepEqual(JSON.parse(Buffer.from(request.body, 'latin1').toString()), {
          UserName: redfishUser.user,
          Password: redfishUser.password,
        })
        const location = '/redfish/v1/SessionService/Sessions/5'
        return { bytes: http(201, {}, { 'X-Auth-Token': 'abc', Location: location }) }
      }
      const mayIn = request.path === '/redfish/v1/' || request.headers.get('x-auth-token') === 'abc'
      return { bytes: mayIn ? usual(request) : http(401) }
    })
    assert.equal(await ask('on'), 'on')
    assert.deepEqual(
      asked.filter((line) => !line.startsWith('GET')),
      [
        'POST /redfish/v1/SessionService/Sessions',
        `POST ${resetPath}`,
        'DELETE /redfish/v1/SessionService/Sessions/5',
      ],
    )
  })

  it('logs in by a session that is made elsewhere, and ends it though it has a name of the BMC in it', async () => {
    const sessions = '/redfish/v1/SessionService/Sessions'
    const { asked } = await start((request) => {
      if (request.path === sessions) return { bytes: http(308, '', { Location: `${sessions}/` }) }
      if (request.path === `${sessions}/`) {
        assert.equal(request.headers.get('authorization'), undefined)
        const fields = { 'X-Auth-Token': 'abc', Location: `https://bmc-17.example${sessions}/5` }
        return { bytes: http(201, { '@odata.id': `${sessions}/5` }, fields) }
      }
      const mayIn = request.path === '/redfish/v1/' || request.headers.get('x-auth-token') === 'abc'
      return { bytes: mayIn ? usual(request) : http(401) }
    })
    assert.equal(await ask(), 'off')
    assert.deepEqual(
      asked.filter((line) => !line.startsWith('GET')),
      [`POST ${sessions}`, `POST ${sessions}/`, `DELETE ${sessions}/5`],
    )
  })

  it('tries no session where basic login is on offer: the password is wrong', async () => {
    const fields = { 'WWW-Authenticate': 'Basic realm="BMC"' }
    const { asked } = await start((request) => ({
      bytes: request.path === '/redfish/v1/' ? usual(request) : http(401, '', fields),
    }))
    await rejectsWith('refused', ask())
    assert.equal(asked.length, 2)
  })

  it('tells apart what is no such thing, empty, no JSON, no HTTP and no TLS', async () => {
    for (const [bytes, message] of [
      [http(404), /has no such thing/],
      [http(403), /does not let the user/],
      [
        http(
          403,
          '{"error":{"@Message.ExtendedInfo":[{"MessageId":"Base.1.8.PasswordChangeRequired","Message":"New one"}]}}',
        ),
        /wants the password of the user changed first/,
      ],
      [http(204), /answer is empty/],
      [http(200, '<html>'), /not in JSON/],
      ['SSH-2.0-dropbear\r\n', /not in HTTP/],
      [packed(Buffer.from('no gzip')), /cannot be unpacked/],
    ] as const) {
      await start(() => ({ bytes }))
      assert.match(((await ask().catch((error: Error) => error)) as Error).message, message)
      await service?.stop()
    }
    await start(() => ({ bytes: http(400) }), { plain: true })
    const error = await rejectsWith('failed', ask())
    assert.equal(error.message, 'the BMC does not speak TLS')
    assert.match(error.why ?? '', /127\.0\.0\.1 port \d+ answers, but not by TLS/)
  })

  it('says what is wrong with a certificate, in words of its own', async () => {
    await start((request) => ({ bytes: usual(request) }))
    const error = await rejectsWith('refused', ask('status', 10_000, { certificate: 'known' }))
    assert.equal(error.why, '127.0.0.1: it has signed its certificate itself')
  })

  function absolute(path: string): string {
    return `https://127.0.0.1:${service?.port}${path}`
  }
})

function old(answer: string): string {
  return answer.replace('HTTP/1.1', 'HTTP/1.0').replace(/Content-Length: \d+\r\n/, '')
}

function chunked(answer: string): string {
  const [head = '', body = ''] = answer
    .replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')
    .split('\r\n\r\n')
  const parts = [body.slice(0, 7), body.slice(7)].map(
    (part) => `${part.length.toString(16)};x=y\r\n${part}\r\n`,
  )
  return `${head}\r\n\r\n${parts.join('')}0\r\nTrailer: x\r\n\r\n`
}

function inCharset(path: string): Buffer {
  const body = Buffer.from(JSON.stringify({ ...resources[path], Name: 'Gehäuse' }), 'latin1')
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset="ISO-8859-1"\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

function gzipped({ path }: RawRequest): Buffer {
  return packed(gzipSync(JSON.stringify(resources[path])))
}

function packed(body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}
