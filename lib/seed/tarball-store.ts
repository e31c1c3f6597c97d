// Pieces of a tarball for webtorrent. The file is opened for reading only: nothing that peers send changes
// it.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChunkStore, Done, Part, StoreOptions } from 'webtorrent'

export class TarballStore implements ChunkStore {
  readonly chunkLength: number
  readonly #file: Promise<FileHandle>

  constructor(pieceLength: number, options: StoreOptions) {
    this.chunkLength = pieceLength
    this.#file = open(join(options.path, options.files[0]?.path ?? ''), 'r')
    // The next read rejects with it.
    this.#file.catch(() => undefined)
  }

  /** A piece, or a part of it; `done` may stand in place of the range. */
  get(index: number, range: Part | Done<Uint8Array> | null, whenDone?: Done<Uint8Array>): void {
    const part = typeof range === 'function' ? {} : (range ?? {})
    const done = typeof range === 'function' ? range : (whenDone ?? (() => {}))
    const start = part.offset ?? 0
    const length = part.length ?? this.chunkLength - start
    this.#read(index * this.chunkLength + start, length).then(
      (bytes) => done(null, bytes),
      (cause: unknown) => done(cause instanceof Error ? cause : new Error(String(cause))),
    )
  }

  put(_index: number, _piece: Uint8Array, done: Done<never>): void {
    done(new Error('tarballs are only read'))
  }

  close(done: Done<never>): void {
    this.#file
      .then((file) => file.close())
      .then(
        () => done(null),
        () => done(null),
      )
  }

  destroy(done: Done<never>): void {
    this.close(done)
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    const file = await this.#file
    const bytes = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(bytes, 0, length, position)
    return bytes.subarray(0, bytesRead)
  }
}
