import assert from 'node:assert/strict'
import type { Peer } from '../../lib/store/store.ts'
import { parseQuery } from '../../lib/web/query.ts'
import {
  announceAnswer,
  failureAnswer,
  parseAnnounce,
  parseScrape,
  scrapeAnswer,
} from '../../lib/web/tracker.ts'

const hash = '%01%02%03%04%05%06%07%08%09%10%11%12%13%14%15%16%17%18%19%20'
const good = `info_hash=${hash}&peer_id=%20%20%20%20%20node001.cluster&port=7061`

const announced = (query: string, remote = '10.30.0.1', head = true) =>
  parseAnnounce(parseQuery(query), { remote, head })

describe('parseAnnounce', () => {
  it('reads what a client says, to the byte', () => {
    const query = `${good}&uploaded=1&downloaded=2&left=3&event=started&compact=1&numwant=9&trackerid=abc`
    assert.deepEqual(announced(query), {
      peer: {
        infoHash: '0102030405060708091011121314151617181920',
        peerId: '20202020206e6f64653030312e636c7573746572',
        ip: '10.30.0.1',
        port: 7061,
        uploaded: 1,
        downloaded: 2,
        left: 3,
        status: 'started',
      },
      numwant: 9,
      compact: true,
      trackerId: 'abc',
    })
  })

  it('has defaults for what a client leaves out', () => {
    const { peer, numwant, compact, trackerId } = announced(good)
    assert.deepEqual([numwant, compact, trackerId], [50, false, ''])
    assert.deepEqual([peer.uploaded, peer.downloaded, peer.left, peer.status], [0, 0, 0, null])
  })

  for (const [ip, remote, expected] of [
    ['', '10.30.0.9', '10.30.0.9'],
    ['10.30.0.2', '10.30.0.9', '10.30.0.2'],
    ['0.0.0.0', '10.30.0.9', '10.30.0.9'],
    ['::', '10.30.0.9', '10.30.0.9'],
    ['node001', '10.30.0.9', '10.30.0.9'],
    ['::ffff:10.30.0.2', '10.30.0.9', '10.30.0.2'],
    ['', '::ffff:10.30.0.9', '10.30.0.9'],
    ['FD00::1', '10.30.0.9', 'fd00::1'],
  ] as const) {
    it(`takes ${expected} for a client at ${remote} that says "${ip}"`, () => {
      assert.equal(announced(`${good}&ip=${ip}`, remote).peer.ip, expected)
    })
  }

  it('takes no other address than its own from who is no head', () => {
    for (const ip of ['10.30.0.2', '8.8.8.8', '127.0.0.1'])
      assert.equal(announced(`${good}&ip=${ip}`, '10.30.0.9', false).peer.ip, '10.30.0.9')
  })

  it('takes the peer id of the seeder from heads only', () => {
    const seeder = `info_hash=${hash}&peer_id=lunalunalunalunaluna&port=7052`
    assert.equal(announced(seeder).peer.port, 7052)
    assert.throws(() => announced(seeder, '10.30.0.9', false), { code: 'invalid', message: /of the heads/ })
  })

  for (const [query, reason] of [
    ['', 'missing info_hash'],
    ['info_hash=short', 'info_hash is not 20 bytes'],
    [`info_hash=${hash}`, 'missing peer_id'],
    [`info_hash=${hash}&peer_id=short`, 'peer_id is not 20 bytes'],
    [`info_hash=${hash}&peer_id=${'a'.repeat(20)}`, 'missing port'],
    [`${good}&port=x`, 'port is not a number in 0..65535'],
    [`${good}&port=65536`, 'port is not a number in 0..65535'],
    [`${good}&left=-1`, /^left is not a number/],
    [`${good}&numwant=-1`, /^numwant is not a number/],
    [`${good}&uploaded=99999999999999999`, /^uploaded is not a number/],
  ] as const) {
    it(`refuses ${query.slice(-30) || 'nothing'}`, () => {
      assert.throws(() => announced(query), { code: 'invalid', message: reason })
    })
  }

  it('needs some address', () => assert.throws(() => announced(good, 'unix:'), { code: 'invalid' }))

  it('takes no event that is not a word', () => {
    for (const event of ['%00', 'x'.repeat(21), 'a%20b'])
      assert.equal(announced(`${good}&event=${event}`).peer.status, null)
  })
})

describe('parseScrape', () => {
  it('reads several torrents, each once', () => {
    const query = `info_hash=${hash}&info_hash=${'a'.repeat(20)}&info_hash=${hash}`
    assert.deepEqual(parseScrape(parseQuery(query)), [
      '0102030405060708091011121314151617181920',
      '61'.repeat(20),
    ])
  })

  it('refuses what is no info hash, and too many', () => {
    assert.throws(() => parseScrape(parseQuery('info_hash=x')), { code: 'invalid' })
    const many = Array.from({ length: 51 }, () => `info_hash=${hash}`).join('&')
    assert.throws(() => parseScrape(parseQuery(many)), { code: 'invalid' })
  })
})

describe('announceAnswer', () => {
  const peers = ['10.30.0.2', 'fd00::1'].map((ip): Peer => {
    const peer = {
      infoHash: '',
      ip,
      port: 7052,
      peerId: '61'.repeat(20),
      uploaded: 0,
      downloaded: 0,
      left: 0,
    }
    return { ...peer, status: null, updated: new Date(0) }
  })
  const told = { interval: 10, minInterval: 5, complete: 1, incomplete: 2, peers }
  const answer = (compact: boolean, some = peers) =>
    announceAnswer({ ...told, peers: some }, { ...announced(good), compact, trackerId: 'abc' }).toString(
      'latin1',
    )
  const head = 'd8:completei1e10:incompletei2e8:intervali10e12:min intervali5e'

  it('packs addresses by IP version', () => {
    const six = `\u00fd${'\0'.repeat(14)}\u0001\u001b\u008c`
    assert.equal(
      answer(true),
      `${head}5:peers6:\n\u001e\0\u0002\u001b\u008c6:peers618:${six}10:tracker id3:abce`,
    )
  })

  it('says nothing of IPv6 where there is none', () => {
    assert.equal(answer(true, []), `${head}5:peers0:10:tracker id3:abce`)
  })

  it('lists peers one by one', () => {
    const id = `7:peer_id20:${'a'.repeat(20)}4:porti7052ee`
    assert.equal(answer(false), `${head}5:peersld2:ip9:10.30.0.2${id}d2:ip7:fd00::1${id}e10:tracker id3:abce`)
  })
})

describe('scrapeAnswer', () => {
  it('is an empty dictionary when nothing was asked for', () => {
    assert.equal(scrapeAnswer(new Map(), false).toString(), 'de')
  })

  it('has the figures by info hash', () => {
    const figures = new Map([['ff'.repeat(20), { complete: 1, downloaded: 2, incomplete: 3 }]])
    const files = `d20:${'\u00ff'.repeat(20)}d8:completei1e10:downloadedi2e10:incompletei3eee`
    assert.equal(scrapeAnswer(figures, true).toString('latin1'), `d5:files${files}e`)
  })
})

describe('failureAnswer', () => {
  it('says why', () => assert.equal(failureAnswer('no').toString(), 'd14:failure reason2:noe'))
})
