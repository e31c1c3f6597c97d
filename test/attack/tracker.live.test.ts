// Rows A7 to A10: crowds in the tracker, scrapes as a lever, false seeders, addresses of others.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seederId } from '../../lib/task/torrent/swarm.ts'
import { addresses, needsStage, type Seat, Stage } from './stage.ts'

describe('what the tracker does not believe', function () {
  this.timeout(120_000)
  let stage: Stage
  before(async function () {
    needsStage(this)
    stage = await Stage.start({ seeder: true })
  })
  after(() => stage?.close())

  const announced = (seat: Seat, query: string) => stage.get(seat, `/announce?${query}`)
  const peers = () => stage.store((store) => store.peers())
  const hash = (n: number) => n.toString(16).padStart(40, '0').replace(/../g, '%$&')
  const client = (n: number, more = '') =>
    `info_hash=${hash(n)}&peer_id=aaaaaaaaaaaaaaaaaaaa&port=7060&left=1&event=started${more}`

  it('keeps few of many endpoints and torrents that one machine makes up', async () => {
    // At a rate that nginx lets through.
    const queries = Array.from({ length: 150 }, (_, n) => client(n < 100 ? 1 : n, `&port=${1000 + n}`))
    const config = join(stage.dir, 'announces')
    const lines = queries.map(
      (query) => `url="http://${addresses.head}:7050/announce?${query}"\noutput=/dev/null\n`,
    )
    writeFileSync(config, lines.join(''))
    const { stdout } = stage.run('neighbour', 'curl', ['-s', '-w', '%{http_code}\n', '-K', config])
    assert.equal(stdout.trim().split('\n').length, 150)
    const own = (await peers()).filter(({ ip }) => ip === addresses.neighbour)
    assert.equal(own.filter(({ infoHash }) => infoHash === '1'.padStart(40, '0')).length, 8)
    assert.equal(new Set(own.map(({ infoHash }) => infoHash)).size, 5)
  })

  it('sends nobody to an address that somebody else says', async () => {
    for (const ip of ['10.30.0.1', '8.8.8.8', '127.0.0.1'])
      announced('neighbour', client(1, `&port=22&ip=${ip}`))
    assert.deepEqual(
      (await peers()).filter(({ port }) => port === 22),
      [],
    )
    assert.equal(announced('head', client(1, '&port=7061&ip=10.30.0.9')).status, 200)
    assert.ok((await peers()).some(({ ip, port }) => ip === '10.30.0.9' && port === 7061))
  })

  it('takes nobody for the seeder but a head', async () => {
    const query = client(1).replace('aaaaaaaaaaaaaaaaaaaa', 'lunalunalunalunaluna')
    assert.match(announced('neighbour', query).body, /14:failure reason/)
    const seeders = (await peers()).filter(({ peerId }) => peerId === seederId)
    assert.deepEqual([...new Set(seeders.map(({ ip }) => ip))], [addresses.head])
  })

  it('tells a node of the real seeder meanwhile', async () => {
    const [seeder] = (await peers()).filter(({ peerId }) => peerId === seederId)
    assert.ok(seeder)
    const query = `info_hash=${seeder.infoHash.replace(/../g, '%$&')}&peer_id=bbbbbbbbbbbbbbbbbbbb&port=7062`
    const { body } = announced('node001', query)
    assert.ok(body.includes(`2:ip${addresses.head.length}:${addresses.head}`), body)
  })
})
