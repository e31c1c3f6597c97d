// The head's tracker (lweb behind nginx) and seeder with a BitTorrent client that nobody
// here has written and that Luna does not use: transmission. It takes no peer of
// loopback, so head and nodes have namespaces of their own.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { lacking, makePair, type Pair, stop } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { fillPlace, makePlace, openPlace, type Place, serverOf } from '../web/lweb.ts'

const bin = join(import.meta.dirname, '../../bin')
const client = join(import.meta.dirname, '../../dracut/95luna/ltorrent-client')
const head = '10.30.255.254'
const [node, other] = ['10.30.0.1', '10.30.0.2']
const image = '11111111-0000-0000-0000-000000000000'

describe('transmission and the swarm of an image', function () {
  this.timeout(120_000)
  let pair: Pair
  let place: Place
  const children: ChildProcess[] = []

  before(function () {
    skipUnless(this, lacking(['ip', 'nginx', 'curl', 'aria2c', 'transmission-cli']))
  })
  beforeEach(async () => {
    pair = makePair(`${head}/16`)
    for (const address of [node, other]) {
      await promisify(execFile)('ip', ['-n', pair.client, 'addr', 'add', `${address}/16`, 'dev', 'eth0'])
    }
    place = await makePlace()
  })
  afterEach(async () => {
    for (const child of children.splice(0).reverse()) await stop(child)
    pair.remove()
    rmSync(place.dir, { recursive: true })
  })

  it('takes the image from the seeder, and is known to the tracker', async () => {
    const content = randomBytes(3_000_000)
    const torrent = await pack(content)
    await startHead()
    const taken = startTransmission(torrent)
    await until(() => same(taken, content))
    await announced(node)
  })

  const orders = {
    'gives the image to a node that comes when the seeder is gone': [startTransmission, startNode],
    'takes the image from a node when the seeder is gone': [startNode, startTransmission],
  } as const
  for (const [what, [first, second]] of Object.entries(orders)) {
    it(what, async () => {
      const content = randomBytes(3_000_000)
      const torrent = await pack(content)
      const seeder = await startHead()
      const given = first(torrent)
      await until(() => same(given, content))
      await stop(seeder)
      const taken = second(torrent)
      await until(() => same(taken, content))
      for (const address of [node, other]) await announced(address)
    })
  }

  /** What pack leaves. Its web seed is nowhere, so that the swarm is all there is. */
  async function pack(content: Buffer): Promise<string> {
    mkdirSync(join(place.dir, 'torrents'))
    const [file, torrent] = [
      join(place.dir, `torrents/${image}.tgz`),
      join(place.dir, `torrents/${image}.torrent`),
    ]
    writeFileSync(file, content)
    const urls = { announce: `http://${head}:${place.port}/announce`, webSeed: `http://${head}:9/nothing` }
    const made = { file, size: content.length, name: `${image}.tgz`, comment: image, ...urls }
    writeFileSync(torrent, await makeTorrent(made))
    await fillPlace(place, {
      ...{ frontend_address: head, frontend_port: place.port },
      ...{ torrent_listen_port_min: 27200, torrent_listen_port_max: 27280 },
      torrent_pidfile: join(place.dir, 'ltorrent.pid'),
    })
    const store = await openPlace(place)
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { tarball: image, torrent: image })
    await store.close()
    return torrent
  }

  /** Gives the seeder. */
  async function startHead(): Promise<ChildProcess> {
    const folders = ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi']
    for (const name of folders) mkdirSync(join(place.dir, name))
    const temp = folders.map((name) => `${name}_temp_path ${place.dir}/${name};`).join(' ')
    const conf = join(place.dir, 'nginx.conf')
    writeFileSync(join(place.dir, 'server.conf'), serverOf(place))
    writeFileSync(
      conf,
      `daemon off; pid ${place.dir}/nginx.pid; error_log ${place.dir}/error.log; user root; events {}
       http { access_log off; ${temp} include ${place.dir}/server.conf; }`,
    )
    start(pair.server, 'nginx', ['-c', conf, '-e', join(place.dir, 'error.log')])
    start(pair.server, process.execPath, [join(bin, 'lweb'), 'run'])
    const tracker = ['netns', 'exec', pair.client, 'curl', '-sf', `http://${head}:${place.port}/scrape`]
    await until(() => promisify(execFile)('ip', tracker).then(Boolean, () => false))
    const seeder = start(pair.server, process.execPath, [join(bin, 'ltorrent'), 'run'])
    await announced(head)
    return seeder
  }

  /** Waits until the tracker knows a peer at that address. */
  async function announced(address: string): Promise<void> {
    const store = await openPlace(place)
    await until(async () => (await store.peers()).some(({ ip }) => ip === address))
    await store.close()
  }

  function start(namespace: string, program: string, args: readonly string[], cwd = place.dir): ChildProcess {
    const env = { ...place.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }
    const command = ['netns', 'exec', namespace, program, ...args]
    const child = spawn('ip', command, { env, cwd, stdio: 'ignore' })
    children.push(child)
    return child
  }

  /** The client of the initramfs, which is aria2. Gives where the image comes. */
  function startNode(torrent: string): string {
    const dir = join(place.dir, 'node')
    mkdirSync(dir)
    const script = `trap : USR1; sh "$1" -t "$2" -p $$ -f ${dir}.pid -b ${other} & while :; do wait; done`
    start(pair.client, 'sh', ['-c', script, 'sh', client, torrent], dir)
    return join(dir, `${image}.tgz`)
  }

  /** Gives where the image comes. */
  function startTransmission(torrent: string): string {
    const [dir, config] = [join(place.dir, 'taken'), join(place.dir, 'transmission')]
    for (const folder of [dir, config]) mkdirSync(folder)
    const alone = { 'dht-enabled': false, 'lpd-enabled': false, 'utp-enabled': false, encryption: 0 }
    writeFileSync(join(config, 'settings.json'), JSON.stringify(alone))
    const options = [
      '--config-dir',
      config,
      '--download-dir',
      dir,
      '--port',
      '27300',
      '--no-portmap',
      torrent,
    ]
    start(pair.client, 'transmission-cli', options)
    return join(dir, `${image}.tgz`)
  }
})

function same(file: string, content: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  return existsSync(file) && digest(readFileSync(file)) === digest(content)
}

/** Waits; the limit is mocha's. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(100)
}
