import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Server } from 'node:net'
import { heardHttp } from '../../lib/web/fastcgi/heard-http.ts'
import { recordType, writeRecord } from '../../lib/web/fastcgi/records.ts'
import { fastcgiServer } from '../../lib/web/fastcgi/server.ts'

describe('HTTP at a FastCGI port', () => {
  let server: Server
  let heard: number

  async function listen(every: number): Promise<void> {
    heard = 0
    server = fastcgiServer([], () => Promise.reject(new Error('nobody asks'))).server
    heardHttp(server, () => heard++, every)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  }
  afterEach(() => server.close())

  /**
   * Sends that and waits until the server has closed the connection, which it does with what is no FastCGI.
   */
  async function send(...bytes: (string | Buffer)[]): Promise<void> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => {})
    for (const part of bytes) socket.write(part)
    await once(socket, 'close')
  }

  for (const method of ['GET', 'HEAD', 'POST']) {
    it(`is heard of ${method}`, async () => {
      await listen(60_000)
      await send(`${method} /luna?step=boot HTTP/1.0\r\n\r\n`)
      assert.equal(heard, 1)
    })
  }

  it('is told once in a while, however often it comes', async () => {
    await listen(60_000)
    for (let at = 0; at < 5; at++) await send('GET / HTTP/1.0\r\n\r\n')
    assert.equal(heard, 1)
  })

  it('is told again after a while', async () => {
    await listen(0)
    for (let at = 0; at < 5; at++) await send('GET / HTTP/1.0\r\n\r\n')
    assert.equal(heard, 5)
  })

  it('is not heard of FastCGI, nor of what is neither', async () => {
    await listen(60_000)
    await send(writeRecord(recordType.stdin, 1), 'GET / HTTP/1.0\r\n\r\n')
    await send('GETTING\r\n')
    await send('\x16\x03\x01\x02\x00')
    assert.equal(heard, 0)
  })
})
