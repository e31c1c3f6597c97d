// Torrent files (BEP 3, version 1; web seed: BEP 19; private: BEP 27).
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import createTorrent from 'create-torrent'
import { LunaError } from '../../error.ts'
import { reason } from '../file.ts'

export interface TorrentWish {
  /** The file that the torrent is of. */
  readonly file: string
  /** Its size in bytes. */
  readonly size: number
  /** What it is called for those who download it. */
  readonly name: string
  readonly announce: string
  /** Where the same file can be had by HTTP. */
  readonly webSeed: string
  readonly comment: string
  /** Is told how many bytes have been read, every 16 MiB. */
  readonly onBytes?: (bytes: number) => void
  /** Is given all of the file, in its order: for another hash of it, so that it is read once. */
  readonly onRead?: (bytes: Uint8Array) => void
  readonly signal?: AbortSignal
}

/** What the first Luna wrote into its torrents, and looks for. */
export const createdBy = 'Luna'

/** Reads the file, hashes its pieces and gives the bytes of its torrent. Throws LunaError `failed`. */
export async function makeTorrent(wish: TorrentWish): Promise<Uint8Array> {
  const options = {
    name: wish.name,
    announceList: [[wish.announce]],
    urlList: [wish.webSeed],
    private: true,
    createdBy,
    comment: wish.comment,
    pieceLength: pieceLength(wish.size),
    filterJunkFiles: false,
    ...(wish.onBytes && { onProgress: everyStep(wish.onBytes) }),
  }
  return await new Promise((resolve, reject) => {
    createTorrent(bytesOf(wish), options, (cause, torrent) => {
      if (!cause) return resolve(torrent)
      reject(
        new LunaError('failed', `cannot make the torrent of ${wish.file}`, {
          why: reason(cause),
          fix: 'see that the file can be read whole',
          cause,
        }),
      )
    })
  })
}

// A multiple of each length of a piece: the package joins what comes, and cuts pieces off.
const readSize = 4 * 2 ** 20

function bytesOf({ file, onRead, signal }: TorrentWish): Readable {
  async function* read(): AsyncGenerator<Buffer> {
    const bytes = createReadStream(file, { highWaterMark: readSize, ...(signal && { signal }) })
    for await (const part of bytes as AsyncIterable<Buffer>) {
      onRead?.(part)
      yield part
    }
  }
  return Readable.from(read(), { objectMode: false, highWaterMark: readSize })
}

/**
 * Bytes per piece: one to two thousand pieces, so that nodes have something to give soon, and have not too
 * much to say of it. A power of two, 64 KiB to 4 MiB.
 */
export function pieceLength(size: number): number {
  const exponent = Math.ceil(Math.log2(Math.max(size, 1) / 2048))
  return 2 ** Math.min(Math.max(exponent, 16), 22)
}

const step = 16 * 2 ** 20

function everyStep(tell: (bytes: number) => void): (bytes: number) => void {
  let told = 0
  return (bytes) => {
    if (bytes - told < step) return
    told = bytes
    tell(bytes)
  }
}
