// The BitTorrent client as a peer sees it, byte for byte. Super-seeding relies on what webtorrent does not
// document: that it calls wire.haveAll or wire.bitfield, which are replaced by ours, to say what a seeder has
// once the handshakes are done.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { openTorrentClient, type TorrentClient } from '../../lib/seed/client.ts'
import { type Place, temporaryPlace } from '../host/small-image.ts'

// Types of messages (BEP 3, BEP 6).
const [have, bitfield, haveAll, haveNone] = [4, 5, 14, 15]
const pieces = 40
const loopback = { version: 4, base: 127n << 24n, length: 8 } as const

describe('openTorrentClient', () => {
  let place: Place
  let client: TorrentClient
  let bytes: Uint8Array
  before(async () => {
    place = temporaryPlace()
    const file = join(place.path, 'x.tgz')
    writeFileSync(file, Buffer.alloc(pieces * 65_536))
    const urls = { announce: 'http://127.0.0.1:9/announce', webSeed: 'http://127.0.0.1:9/x.tgz' }
    bytes = await makeTorrent({ file, size: pieces * 65_536, name: 'x.tgz', comment: '', ...urls })
    writeFileSync(join(place.path, 'x.torrent'), bytes)
    client = await openTorrentClient(27_200, 27_299, (why) => assert.fail(why))
    client.serve([loopback], [])
    await client.offer(place.path, { file: 'x.torrent', bytes, tarball: 'x.tgz' })
  })
  after(async () => {
    await client?.close()
    place?.remove()
  })

  it('offers a torrent under the hash of the original bytes of its info', () => {
    const torrent = readFileSync(join(place.path, 'x.torrent'))
    // `info` is followed by `url-list` only.
    const info = torrent.subarray(torrent.indexOf('4:info') + 6, torrent.indexOf('8:url-list'))
    const [offered] = client.offered()
    assert.equal(offered?.infoHash, createHash('sha1').update(info).digest('hex'))
  })

  for (const [kind, fast] of [
    ['the fast extension', true],
    ['nothing but BEP 3', false],
  ] as const)
    it(`tells a peer with ${kind} of some pieces, and never that it has all`, async () => {
      const types = await firstMessages(fast)
      assert.equal(types.includes(haveAll), false)
      assert.equal(types.includes(bitfield), false)
      assert.equal(types.includes(haveNone), fast)
      assert.equal(types.filter((type) => type === have).length, 16)
    })

  it('ends a connection that announces a message longer than there is', async () => {
    const socket = await shakenHands('cccccccccccc')
    const since = performance.now()
    socket.write(Buffer.from('7fffffff', 'hex'))
    socket.write(Buffer.alloc(1_000_000))
    await closed(socket)
    assert.ok(performance.now() - since < 5000)
  })

  it('ends a connection with more requests than anybody needs', async () => {
    const socket = await shakenHands('dddddddddddd')
    const request = Buffer.from('0000000d06000000000000000000004000', 'hex')
    // Interested, then requests faster than they are answered.
    socket.write(Buffer.concat([Buffer.from('0000000102', 'hex'), ...Array(20_000).fill(request)]))
    await closed(socket)
  })

  it('serves nobody whose network it was not told of, and each address a few times', async () => {
    const tell = (networks: Parameters<TorrentClient['serve']>[0]) => client.serve(networks, [])
    tell([])
    await once(
      connect(client.port, '127.0.0.1').on('error', () => undefined),
      'close',
    )
    tell([loopback])
    const sockets = Array.from({ length: 12 }, () => connect(client.port, '127.0.0.1'))
    let ended = 0
    for (const socket of sockets) socket.on('error', () => undefined).once('close', () => ended++)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(ended, 4)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok((await firstMessages(true)).length > 0)
  })

  async function shakenHands(name: string): Promise<Socket> {
    const socket = connect(client.port, '127.0.0.1')
    const infoHash = Buffer.from(client.offered()[0]?.infoHash ?? '', 'hex')
    const id = Buffer.from(`-XX0000-${name}`)
    socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), Buffer.alloc(8), infoHash, id]))
    await once(socket, 'data')
    return socket
  }

  /** Shakes hands, and gives the types of the messages that come until 16 pieces have been told of. */
  async function firstMessages(fast: boolean): Promise<number[]> {
    const socket = connect(client.port, '127.0.0.1')
    const reserved = Buffer.alloc(8)
    if (fast) reserved[7] = 4
    const infoHash = Buffer.from(client.offered()[0]?.infoHash ?? '', 'hex')
    const id = Buffer.from(fast ? '-XX0000-aaaaaaaaaaaa' : '-XX0000-bbbbbbbbbbbb')
    socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, infoHash, id]))
    try {
      return await typesUntil(socket, (types) => types.filter((type) => type === have).length >= 16)
    } finally {
      socket.destroy()
    }
  }
})

/** Resolves when the other side has ended the connection. */
async function closed(socket: Socket): Promise<void> {
  const end = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined).resume()
  await end
}

/** The types of messages after the handshake of 68 bytes, until there are enough. */
async function typesUntil(socket: Socket, enough: (types: readonly number[]) => boolean): Promise<number[]> {
  const types: number[] = []
  let [buffer, at] = [Buffer.alloc(0), 68]
  while (!enough(types)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const length = at + 4 <= buffer.length ? buffer.readUInt32BE(at) : Number.POSITIVE_INFINITY
      if (at + 4 + length > buffer.length) break
      if (length > 0) types.push(buffer.readUInt8(at + 4))
      at += 4 + length
    }
  }
  return types
}
