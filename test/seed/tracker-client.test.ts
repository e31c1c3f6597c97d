import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LunaError } from '../../lib/error.ts'
import { type Announcement, announceTo, announceUrl } from '../../lib/seed/tracker-client.ts'
import { openTracker } from './tracker.ts'

const one: Announcement = {
  url: 'http://127.0.0.1:7050/announce',
  infoHash: '00ff20414243444546474849505152535455565f',
  address: '10.1.1.1',
  port: 7052,
  uploaded: 3,
}

describe('announceUrl', () => {
  it('says who it is, what it has, and that it wants nobody', () => {
    assert.equal(
      announceUrl({ ...one, event: 'started' }).href,
      'http://127.0.0.1:7050/announce?info_hash=%00%ff%20%41%42%43%44%45%46%47%48%49%50%51%52%53%54%55%56%5f' +
        '&peer_id=lunalunalunalunaluna&ip=10.1.1.1&port=7052&uploaded=3&downloaded=0&left=0&compact=1&numwant=0&event=started',
    )
  })
  it('can name an IPv6 address', () => {
    assert.equal(announceUrl({ ...one, address: 'fd00::1' }).searchParams.get('ip'), 'fd00::1')
  })
})

describe('announceTo', () => {
  it('gives the interval that the tracker wants', async () => {
    const tracker = await openTracker()
    assert.equal(await announceTo({ ...one, url: tracker.url }), 5)
    assert.equal(tracker.announces[0]?.get('port'), '7052')
    await tracker.close()
  })

  for (const [what, answer, why] of [
    ['refuses', 'd14:failure reason7:go awaye', /go away/],
    ['talks nonsense', '<html>', /not a bencoded dictionary/],
    ['talks without end', 'x'.repeat(100_000), /too long/],
  ] as const)
    it(`says why when the tracker ${what}`, async () => {
      const tracker = await openTracker(0, answer)
      await assert.rejects(announceTo({ ...one, url: tracker.url }), (error) => {
        assert.ok(error instanceof LunaError && error.code === 'unavailable')
        assert.match(error.why ?? '', why)
        return true
      })
      await tracker.close()
    })

  it('takes an HTTP error for one', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end())
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await assert.rejects(announceTo({ ...one, url: `http://127.0.0.1:${port}/announce` }), /did not take/)
    server.close()
  })
})
