import assert from 'node:assert/strict'
import { Announcer } from '../../lib/seed/announcer.ts'
import { openTracker } from './tracker.ts'

describe('Announcer', () => {
  it('announces what is due when the clock was set back meanwhile', async () => {
    const tracker = await openTracker()
    const quiet = () => undefined
    const announcer = new Announcer({ debug: quiet, info: quiet, warning: quiet, error: quiet })
    const offered = { file: 'a.torrent', tarball: 'a.tgz', infoHash: '0a'.repeat(20), uploaded: 0, peers: 0 }
    const where = { url: tracker.url, address: '10.1.1.1', port: 7052, interval: 10 }
    const [now, date] = [performance.now, Date.now]
    try {
      await announcer.tell([offered], where)
      Date.now = () => date() - 3_600_000
      await announcer.tell([offered], where)
      assert.equal(tracker.announces.length, 1)
      performance.now = () => now.call(performance) + 5000
      await announcer.tell([offered], where)
      assert.equal(tracker.announces.length, 2)
    } finally {
      Date.now = date
      performance.now = now
      await tracker.close()
    }
  })
})
