import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  RecordReader,
  readPairs,
  recordType,
  writePairs,
  writeRecord,
} from '../../lib/web/fastcgi/records.ts'
import { type FastcgiServer, fastcgiServer, type Responder } from '../../lib/web/fastcgi/server.ts'

const { begin, abort, end, params, stdin, stdout, data, getValues, getValuesResult, unknownType } = recordType

/** The other side of a connection: what was said by request id, as it came. */
class Peer {
  readonly socket: Socket
  readonly said: { type: number; id: number; content: Buffer }[] = []
  readonly closed: Promise<unknown>
  readonly #reader = new RecordReader()

  constructor(path: string) {
    this.socket = connect(path)
    this.socket.on('error', () => undefined)
    this.closed = once(this.socket, 'close')
    this.socket.on('data', (chunk) => {
      this.#reader.read(
        chunk,
        (type, id, content) => this.said.push({ type, id, content: Buffer.from(content) }) > 0,
      )
    })
  }

  send(...records: Buffer[]): void {
    this.socket.write(Buffer.concat(records))
  }

  /** Resolves when that many requests have ended. */
  async ended(count: number): Promise<void> {
    while (this.of(end).length < count) await once(this.socket, 'data')
  }

  of(type: number, id?: number) {
    return this.said.filter((one) => one.type === type && (id === undefined || one.id === id))
  }

  text(id: number): string {
    return Buffer.concat(this.of(stdout, id).map(({ content }) => content)).toString('latin1')
  }
}

function begun(id: number, { role = 1, keep = true } = {}): Buffer {
  return writeRecord(begin, id, Buffer.of(0, role, keep ? 1 : 0, 0, 0, 0, 0, 0))
}

function request(id: number, uri: string, options = {}): Buffer {
  const pairs = writePairs([['REQUEST_URI', uri]])
  const records = [begun(id, options), writeRecord(params, id, pairs), writeRecord(params, id)]
  return Buffer.concat([...records, writeRecord(stdin, id)])
}

describe('fastcgiServer', () => {
  let dir: string
  let path: string
  let server: FastcgiServer
  let respond: Responder
  const peers: Peer[] = []
  const call = () => {
    const peer = new Peer(path)
    peers.push(peer)
    return peer
  }

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
    path = join(dir, 'socket')
    respond = async ([uri = '']) => ({ head: 'Status: 200\r\n\r\n', body: [Buffer.from(`to ${uri}`)] })
    const limits = { params: 70_000, requests: 8 }
    server = fastcgiServer(['REQUEST_URI'], (values, body) => respond(values, body), limits)
    server.server.listen(path)
    await once(server.server, 'listening')
  })
  afterEach(async () => {
    for (const { socket } of peers.splice(0)) socket.destroy()
    await server.close()
    rmSync(dir, { recursive: true })
  })
  /** It is there for others after what one did. */
  const stillAnswers = async () => {
    const peer = call()
    peer.send(request(1, '/there'))
    await peer.ended(1)
    assert.equal(peer.text(1), 'Status: 200\r\n\r\nto /there')
  }

  it('answers one request after the other in a connection that is kept', async () => {
    const peer = call()
    for (let n = 1; n <= 50; n++) {
      peer.send(request(1, `/${n}`))
      await peer.ended(n)
    }
    assert.match(peer.text(1), /to \/50$/)
  })

  it('closes the connection after the answer when it is not to be kept', async () => {
    const peer = call()
    peer.send(request(1, '/x', { keep: false }))
    await peer.closed
    assert.match(peer.text(1), /to \/x$/)
  })

  it('answers requests of one connection as they get ready', async () => {
    const first = Promise.withResolvers<void>()
    respond = async ([uri = '']) => {
      if (uri === '/slow') await first.promise
      return { head: '', body: [Buffer.from(uri)] }
    }
    const peer = call()
    peer.send(request(1, '/slow'), request(2, '/quick'))
    await peer.ended(1)
    assert.deepEqual([peer.text(1), peer.text(2)], ['', '/quick'])
    first.resolve()
    await peer.ended(2)
    assert.equal(peer.text(1), '/slow')
  })

  it('takes parameters in many records, byte by byte, mixed with those of others', async () => {
    const pairs = writePairs([['REQUEST_URI', `/${'x'.repeat(60_000)}`]])
    const peer = call()
    peer.send(begun(1), begun(2))
    for (let at = 0; at < pairs.length; at += 10_000) {
      for (const id of [1, 2]) peer.send(writeRecord(params, id, pairs.subarray(at, at + 10_000)))
    }
    const tail = Buffer.concat([1, 2].flatMap((id) => [writeRecord(params, id), writeRecord(stdin, id)]))
    for (const byte of tail) peer.send(Buffer.of(byte))
    await peer.ended(2)
    for (const id of [1, 2]) assert.equal(peer.text(id).length, 'Status: 200\r\n\r\nto /'.length + 60_000)
  })

  it('answers when the body has been sent, and not before', async () => {
    let asked = 0
    respond = async () => {
      asked++
      return { head: '', body: [Buffer.alloc(0)] }
    }
    const peer = call()
    peer.send(begun(1), writeRecord(params, 1), writeRecord(stdin, 1, Buffer.alloc(50_000)))
    peer.send(writeRecord(getValues, 0))
    while (peer.of(getValuesResult).length === 0) await once(peer.socket, 'data')
    assert.equal(asked, 0)
    peer.send(writeRecord(data, 1, Buffer.alloc(9)), writeRecord(stdin, 1))
    await peer.ended(1)
    assert.equal(asked, 1)
  })

  it('ends a request that is aborted, does not answer it later, and takes its number again', async () => {
    const late = Promise.withResolvers<void>()
    respond = async ([uri = '']) => {
      if (uri === '/late') await late.promise
      return { head: '', body: [Buffer.from(uri)] }
    }
    const peer = call()
    peer.send(request(1, '/late'), writeRecord(abort, 1))
    await peer.ended(1)
    late.resolve()
    peer.send(request(1, '/again'))
    await peer.ended(2)
    assert.equal(peer.text(1), '/again')
  })

  it('refuses other roles, and more requests at once than it takes', async () => {
    respond = () => new Promise(() => {})
    const peer = call()
    peer.send(begun(9, { role: 2 }), ...[1, 2, 3, 4, 5, 6, 7, 8, 10].map((id) => request(id, '/x')))
    await peer.ended(2)
    const statuses = peer.of(end).map(({ id, content }) => [id, content[4]])
    assert.deepEqual(statuses, [
      [9, 3],
      [10, 2],
    ])
  })

  it('tells what it is able to do, and that it does not know other questions', async () => {
    const names = ['FCGI_MPXS_CONNS', 'FCGI_MAX_CONNS', 'SECRET'] as const
    const peer = call()
    peer.send(writeRecord(getValues, 0, writePairs(names.map((name) => [name, '']))), writeRecord(99, 0))
    while (peer.of(unknownType).length === 0) await once(peer.socket, 'data')
    const [result] = peer.of(getValuesResult)
    assert(result)
    assert.deepEqual(readPairs(result.content, names), ['1', '4096', undefined])
    assert.deepEqual(
      peer.of(unknownType).map(({ content }) => content[0]),
      [99],
    )
  })

  it('closes the connection when a request cannot be answered', async () => {
    respond = () => Promise.reject(new Error('broken'))
    const peer = call()
    peer.send(request(1, '/x'))
    await peer.closed
    assert.deepEqual(peer.said, [])
  })

  const pairs = writePairs([['REQUEST_URI', '/x']])
  for (const [what, records] of [
    ['another version', [Buffer.of(9, 1, 0, 1, 0, 0, 0, 0)]],
    ['HTTP', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]],
    ['a begin that is too short', [writeRecord(begin, 1, Buffer.of(0, 1))]],
    ['a number that is in use', [begun(1), begun(1)]],
    ['parameters that lie', [begun(1), writeRecord(params, 1, Buffer.of(99, 99)), writeRecord(params, 1)]],
    ['parameters after their end', [begun(1), writeRecord(params, 1), writeRecord(params, 1, pairs)]],
    ['too many parameters', [begun(1), ...[1, 2].map(() => writeRecord(params, 1, Buffer.alloc(40_000)))]],
    ['a body before the end of the parameters', [begun(1), writeRecord(stdin, 1)]],
    ['two ends of a body', [request(1, '/x'), writeRecord(stdin, 1)]],
    ['a question that lies', [writeRecord(getValues, 0, Buffer.of(99))]],
  ] as const) {
    it(`closes the connection at ${what}, and answers others`, async () => {
      const echo = respond
      respond = () => new Promise(() => {})
      const peer = call()
      peer.send(...records)
      await peer.closed
      assert.deepEqual(peer.said, [])
      respond = echo
      await stillAnswers()
    })
  }

  it('does not mind records of requests that it does not have', async () => {
    const peer = call()
    for (const type of [abort, params, stdin, data, 77]) peer.send(writeRecord(type, 5, Buffer.alloc(3)))
    peer.send(request(5, '/x'))
    await peer.ended(1)
    assert.match(peer.text(5), /to \/x$/)
  })

  it('reads no more from who does not read its answers, and goes on when they do', async () => {
    let asked = 0
    respond = async () => {
      asked++
      return { head: '', body: [Buffer.alloc(2_000_000)] }
    }
    const peer = call()
    peer.socket.pause()
    // Each fills the buffers of the connection alone.
    for (let n = 1; n <= 50; n++) {
      const body = writeRecord(stdin, n, Buffer.alloc(60_000))
      const whole = request(n, '/big')
      peer.send(whole.subarray(0, -8), body, whole.subarray(-8))
    }
    while (asked === 0) await turn()
    for (let n = 0; n < 100; n++) await turn()
    assert(asked < 10, `${asked} were asked`)
    peer.socket.resume()
    await peer.ended(50)
    assert.equal(asked, 50)
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('finishes what is in hand when it is closed, and closes what is idle', async () => {
    const ready = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const [busy, idle] = [call(), call()]
    idle.send(request(1, '/x'))
    await idle.ended(1)
    respond = async () => {
      asked.resolve()
      await ready.promise
      return { head: '', body: [Buffer.from('done')] }
    }
    busy.send(request(1, '/x'))
    await asked.promise
    const closed = server.close()
    await idle.closed
    ready.resolve()
    await Promise.all([busy.closed, closed])
    assert.equal(busy.text(1), 'done')
  })

  it('outlives every kind of noise', async () => {
    let seed = 1
    const chance = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (seed >> 8) % below
    }
    for (let round = 0; round < 300; round++) {
      const noise = Buffer.concat([request(chance(4), '/n'), begun(chance(4)), request(chance(4), '/m')])
      for (let n = chance(12); n >= 0; n--) noise[chance(noise.length)] = chance(256)
      const peer = call()
      peer.send(noise.subarray(0, chance(noise.length + 1)))
      peer.socket.end()
      await peer.closed
    }
    await stillAnswers()
  })
})
