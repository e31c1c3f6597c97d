import assert from 'node:assert/strict'
import { existsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTorrents, removeTorrentFiles } from '../../lib/host/image/torrents.ts'
import { type Place, temporaryPlace } from './small-image.ts'

const uuid = (digit: string) => `${digit.repeat(8)}-0000-0000-0000-000000000000`

describe('readTorrents', () => {
  let place: Place
  beforeEach(() => {
    place = temporaryPlace()
  })
  afterEach(() => place.remove())

  const skips: [string, string, RegExp][] = [
    ['not bencoded', 'hello', /not a torrent/],
    ['cut off', torrent(uuid('1')).slice(0, -3), /not a torrent/],
    ['somebody else’s', torrent(uuid('1'), 'mktorrent'), /Luna did not make it/],
    ['of a path that leads elsewhere', torrent('../../etc/passwd', 'Luna', ''), /not of one tarball/],
    ['without its tarball', torrent(uuid('2')), /is missing/],
  ]
  for (const [what, text, why] of skips)
    it(`skips a torrent that is ${what} and says why`, async () => {
      writeFileSync(join(place.path, `${uuid('1')}.tgz`), '12345')
      writeFileSync(join(place.path, `${uuid('a')}.torrent`), text)
      const { torrents, skipped } = await readTorrents(place.path)
      assert.deepEqual(torrents, [])
      assert.match(skipped.get(`${uuid('a')}.torrent`) ?? '', why)
    })

  it('skips one whose tarball has another size', async () => {
    const tarball = join(place.path, `${uuid('1')}.tgz`)
    writeFileSync(tarball, '12345')
    truncateSync(tarball, 4)
    writeFileSync(join(place.path, `${uuid('a')}.torrent`), torrent(uuid('1')))
    assert.match([...(await readTorrents(place.path)).skipped.values()].join(), /another size/)
  })

  it('tells tarballs that no torrent is of, and nothing of other files', async () => {
    for (const name of [`${uuid('1')}.tgz`, 'notes.txt', '.draft-1', `${uuid('1')}.tgz.part`]) {
      writeFileSync(join(place.path, name), 'x')
    }
    assert.deepEqual(await readTorrents(place.path), {
      torrents: [],
      lone: [`${uuid('1')}.tgz`],
      skipped: new Map(),
    })
  })

  it('finds nothing where there is no directory', async () => {
    assert.deepEqual((await readTorrents(join(place.path, 'none'))).torrents, [])
  })

  it('removes files, also such as are gone', async () => {
    writeFileSync(join(place.path, 'a'), '')
    await removeTorrentFiles(place.path, ['a', 'b'])
    assert.equal(existsSync(join(place.path, 'a')), false)
  })
})

/** A torrent of five bytes, by hand. */
function torrent(name: string, maker = 'Luna', ending = '.tgz'): string {
  const text = (value: string) => `${value.length}:${value}`
  const info = `d6:lengthi5e4:name${text(name + ending)}12:piece lengthi262144e6:pieces20:${'x'.repeat(20)}e`
  return `d10:created by${text(maker)}4:info${info}e`
}
