// The part of webtorrent 3 that Luna uses; the package has no types of its own.
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events'
  import type { Server } from 'node:net'

  namespace WebTorrent {
    interface Options {
      /** 40 hexadecimal digits. */
      peerId: string
      torrentPort: number
      maxConns: number
      tracker: false
      dht: false
      lsd: false
      utPex: false
      natUpnp: false
      natPmp: false
      utp: false
      webSeeds: false
      seedOutgoingConnections: false
    }

    interface AddOptions {
      path: string
      skipVerify: true
      store: new (pieceLength: number, options: StoreOptions) => ChunkStore
      storeCacheSlots: number
      uploads: number
    }

    interface StoreOptions {
      readonly path: string
      readonly files: readonly { readonly path: string }[]
    }

    interface Part {
      readonly offset?: number
      readonly length?: number
    }

    type Done<T> = (cause: Error | null, value?: T) => void

    interface ChunkStore {
      readonly chunkLength: number
      get(index: number, part: Part | Done<Uint8Array> | null, done?: Done<Uint8Array>): void
      put(index: number, piece: Uint8Array, done: Done<never>): void
      close(done: Done<never>): void
      destroy(done: Done<never>): void
    }

    interface Torrent extends EventEmitter {
      readonly infoHash: string
      readonly length: number
      readonly uploaded: number
      readonly numPeers: number
      readonly pieceLength: number
      readonly lastPieceLength: number
      readonly pieces: readonly unknown[]
      on(event: 'wire', listener: (wire: Wire) => void): this
      on(event: string, listener: (...args: never[]) => void): this
    }

    /**
     * The connection to a peer (bittorrent-protocol 4). Once the handshakes are done, webtorrent says what it
     * has by haveAll() or bitfield(). Events: bitfield, have (a piece), have-all, request (piece, offset,
     * length), close.
     */
    interface Wire extends EventEmitter {
      readonly peerPieces: { get(piece: number): boolean }
      readonly peerRequests: readonly unknown[]
      /** Reads the length of the next message, four bytes. */
      _onMessageLength: (length: Uint8Array) => void
      /** What is called with the next bytes, and how many these have to be. */
      _parser: ((bytes: Uint8Array) => void) | null
      readonly _parserSize: number
      haveAll(): void
      haveNone(): void
      bitfield(pieces: unknown): void
      have(piece: number): void
    }
  }

  class WebTorrent extends EventEmitter {
    constructor(options: WebTorrent.Options)
    readonly destroyed: boolean
    /** What listens; there from the first moment on. */
    readonly _connPool: { readonly tcpServer: Server }
    add(
      torrent: Uint8Array,
      options: WebTorrent.AddOptions,
      ready: (torrent: WebTorrent.Torrent) => void,
    ): WebTorrent.Torrent
    remove(torrent: WebTorrent.Torrent): Promise<void>
    destroy(done: (cause?: Error) => void): void
  }

  export = WebTorrent
}
