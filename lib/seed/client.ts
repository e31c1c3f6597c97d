// The BitTorrent client of the seeder: webtorrent, over TCP only. It offers tarballs to peers that connect,
// and neither connects nor downloads.
import type { Socket } from 'node:net'
import WebTorrent from 'webtorrent'
import { LunaError } from '../error.ts'
import type { TorrentFile } from '../host/image/torrents.ts'
import type { Prefix } from '../object/net/address.ts'
import { Doorkeeper, guardWire } from './guard.ts'
import { SuperSeed } from './super-seed.ts'
import { TarballStore } from './tarball-store.ts'
import { peerId } from './tracker-client.ts'

export interface Offered {
  /** The torrent's file. */
  readonly file: string
  readonly tarball: string
  /** 40 hexadecimal digits. */
  readonly infoHash: string
  readonly uploaded: number
  /** How many clients are connected for it. */
  readonly peers: number
}

export interface TorrentClient {
  readonly port: number
  /** Who may connect; before the first call nobody. The heads may have as many connections as they like. */
  serve(networks: readonly Prefix[], heads: readonly Prefix[]): void
  /** Offers a torrent of a directory; does nothing when it is offered already. Rejects when it cannot be. */
  offer(folder: string, torrent: TorrentFile): Promise<void>
  /** Ends the offer of a torrent file. */
  withdraw(file: string): Promise<void>
  offered(): Offered[]
  /** When a peer last got a part of it, in milliseconds of performance.now(); undefined for never. */
  lastUpload(file: string): number | undefined
  close(): Promise<void>
}

interface Entry {
  readonly tarball: string
  readonly torrent: WebTorrent.Torrent
  lastUpload?: number
}

// Several racks of nodes may boot at once, and each node connects to the seeder first.
const maxConns = 500
const uploads = 40

/** Opens a client on the first free port of the range. Throws LunaError `failed` when none is free. */
export async function openTorrentClient(
  min: number,
  max: number,
  broken: (why: string) => void,
): Promise<TorrentClient> {
  for (let port = min; port <= max; port++) {
    const door = new Doorkeeper()
    const client = await listen(port, door)
    if (client) return wrap(client, port, door, broken)
  }
  throw new LunaError('failed', `no port from ${min} to ${max} is free`, {
    fix: 'luna cluster change --torrent_listen_port_min PORT --torrent_listen_port_max PORT',
  })
}

/** The client, or undefined when the port is in use. */
async function listen(torrentPort: number, door: Doorkeeper): Promise<WebTorrent | undefined> {
  const client = new WebTorrent({
    ...{ peerId: Buffer.from(peerId).toString('hex'), torrentPort, maxConns },
    ...{ tracker: false, dht: false, lsd: false, utPex: false, natUpnp: false, natPmp: false, utp: false },
    ...{ webSeeds: false, seedOutgoingConnections: false },
  })
  client._connPool.tcpServer.prependListener('connection', gatherWrites)
  door.watch(client._connPool.tcpServer)
  return await new Promise((resolve, reject) => {
    client.once('listening', () => {
      client.removeAllListeners('error')
      resolve(client)
    })
    client.once('error', (cause: Error) => {
      const used = 'code' in cause && (cause.code === 'EADDRINUSE' || cause.code === 'EACCES')
      if (used) resolve(undefined)
      else reject(cause)
    })
  })
}

/**
 * Has what is written to a socket in one turn of the event loop sent by one system call: webtorrent writes
 * the head of a block and the block by themselves.
 */
function gatherWrites(socket: Socket): void {
  const { write } = socket
  let gathers = false
  const release = () => {
    gathers = false
    socket.uncork()
  }
  socket.write = (...args: unknown[]) => {
    if (!gathers) {
      gathers = true
      socket.cork()
      setImmediate(release)
    }
    return Reflect.apply(write, socket, args)
  }
}

function wrap(
  client: WebTorrent,
  port: number,
  door: Doorkeeper,
  broken: (why: string) => void,
): TorrentClient {
  const entries = new Map<string, Entry>()
  // An error of the client itself, or one that no listener of its torrent took: seeding cannot go on.
  client.on('error', (cause: Error) => broken(cause.message))
  return {
    port,
    serve: (networks, heads) => door.serve(networks, heads),
    offer: async (folder, file) => {
      if (!entries.has(file.file)) entries.set(file.file, await add(client, folder, file))
    },
    withdraw: async (file) => {
      const entry = entries.get(file)
      entries.delete(file)
      if (entry) await client.remove(entry.torrent)
    },
    offered: () =>
      [...entries].map(([file, { tarball, torrent }]) => {
        const { infoHash, uploaded, numPeers: peers } = torrent
        return { file, tarball, infoHash, uploaded, peers }
      }),
    lastUpload: (file) => entries.get(file)?.lastUpload,
    close: () => new Promise((done) => (client.destroyed ? done() : client.destroy(() => done()))),
  }
}

async function add(client: WebTorrent, folder: string, file: TorrentFile): Promise<Entry> {
  return await new Promise((resolve, reject) => {
    const options = {
      path: folder,
      skipVerify: true,
      store: TarballStore,
      storeCacheSlots: 8,
      uploads,
    } as const
    const torrent = client.add(file.bytes, options, () => resolve(entry))
    const entry: Entry = { tarball: file.tarball, torrent }
    torrent.once('ready', () => superSeed(torrent))
    torrent.on('upload', () => {
      entry.lastUpload = performance.now()
    })
    torrent.once('error', reject)
  })
}

/**
 * Tells each peer of some pieces only (SuperSeed). webtorrent has no setting for it: the methods by which it
 * tells that a seeder has all pieces are replaced for each connection.
 */
function superSeed(torrent: WebTorrent.Torrent): void {
  const { pieces, pieceLength, lastPieceLength } = torrent
  const seed = new SuperSeed<WebTorrent.Wire>(pieces.length, pieceLength)
  const lengthOf = (piece: number) => (piece === pieces.length - 1 ? lastPieceLength : pieceLength)
  torrent.on('wire', (wire) => {
    guardWire(wire, pieces.length)
    const tell = (news: readonly number[]) => {
      for (const piece of news) wire.have(piece)
    }
    const begin = () => tell(seed.join(wire))
    const haveNone = () => {
      wire.haveNone()
      begin()
    }
    Object.assign(wire, { haveAll: haveNone, bitfield: begin })
    wire.on('bitfield', () => tell(seed.has(wire, everyPiece(pieces.length, wire))))
    wire.on('have-all', () => tell(seed.has(wire, pieces.keys())))
    wire.on('have', (piece: number) => tell(seed.has(wire, [piece])))
    wire.on('request', (piece: number, offset: number, length: number) => {
      if (offset + length >= lengthOf(piece)) tell(seed.asked(wire, piece))
    })
    wire.once('close', () => seed.leave(wire))
  })
}

function* everyPiece(count: number, { peerPieces }: WebTorrent.Wire): Generator<number> {
  for (let piece = 0; piece < count; piece++) if (peerPieces.get(piece)) yield piece
}
