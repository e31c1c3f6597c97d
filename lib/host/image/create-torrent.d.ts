// The part of create-torrent 6 that Luna uses; the package has no types of its own.
declare module 'create-torrent' {
  import type { Readable } from 'node:stream'

  interface Options {
    name: string
    announceList: string[][]
    urlList: string[]
    private: boolean
    createdBy?: string
    comment?: string
    pieceLength: number
    filterJunkFiles?: boolean
    onProgress?: (hashed: number, total: number) => void
  }
  function createTorrent(
    input: string | Readable | (Uint8Array & { name: string }),
    options: Options,
    done: (cause: Error | null, torrent: Uint8Array) => void,
  ): void

  // biome-ignore lint/style/noDefaultExport: that is how the package exports it
  export { createTorrent as default }
}
