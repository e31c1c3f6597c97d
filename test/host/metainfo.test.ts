import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeTorrent, pieceLength } from '../../lib/host/image/metainfo.ts'
import { readTorrents } from '../../lib/host/image/torrents.ts'
import { temporaryPlace } from './small-image.ts'

const name = '11111111-2222-3333-4444-555555555555.tgz'
const file = 'aaaaaaaa-2222-3333-4444-555555555555.torrent'

describe('makeTorrent', () => {
  it('makes what aria2 reads: private, one file, tracker, web seed', async () => {
    const place = temporaryPlace()
    try {
      const bytes = await torrentOf(join(place.path, name), 300_000)
      writeFileSync(join(place.path, file), bytes)
      const said = execFileSync('aria2c', ['-S', join(place.path, file)], { encoding: 'utf8' })
      for (const line of [
        /^Comment: the comment$/m,
        /^Created By: Luna$/m,
        /^Mode: single$/m,
        /^ http:\/\/10.1.1.1:7050\/announce$/m,
        /^Piece Length: 64KiB$/m,
        /^The Number of Pieces: 5$/m,
        /^Total Length: .*\(300,000\)$/m,
        /^ http:\/\/10.1.1.1:7050\/torrents\/11111111/m,
        /^Name: 11111111-2222-3333-4444-555555555555.tgz$/m,
      ])
        assert.match(said, line)
      assert.match(Buffer.from(bytes).toString('latin1'), /7:privatei1e/)
    } finally {
      place.remove()
    }
  })

  it('is read back by what looks for torrents', async () => {
    const place = temporaryPlace()
    try {
      writeFileSync(join(place.path, file), await torrentOf(join(place.path, name), 300_000))
      const { torrents, lone, skipped } = await readTorrents(place.path)
      assert.deepEqual(
        torrents.map((torrent) => [torrent.file, torrent.tarball]),
        [[file, name]],
      )
      assert.deepEqual([lone, skipped], [[], new Map()])
    } finally {
      place.remove()
    }
  })
})

describe('pieceLength', () => {
  for (const [size, length, why] of [
    [0, 2 ** 16, 'is 64 KiB at least'],
    [100 * 2 ** 20, 2 ** 16, 'stays there for 100 MiB'],
    [2 ** 30, 2 ** 19, 'is 512 KiB for 1 GiB'],
    [2 ** 30 + 1, 2 ** 20, 'doubles from two thousand pieces on'],
    [64 * 2 ** 30, 2 ** 22, 'is 4 MiB at most'],
  ] as const)
    it(why, () => assert.equal(pieceLength(size), length))
})

async function torrentOf(path: string, size: number): Promise<Uint8Array> {
  writeFileSync(path, Buffer.alloc(size, 'abc'))
  return await makeTorrent({
    ...{ file: path, size, name, comment: 'the comment' },
    announce: 'http://10.1.1.1:7050/announce',
    webSeed: `http://10.1.1.1:7050/torrents/${name}`,
  })
}
