// Torrent files (BEP 3, version 1; web seed: BEP 19; private: BEP 27).
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
    createTorrent(wish.file, options, (cause, torrent) => {
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
