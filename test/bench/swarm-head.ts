// The head of the swarm bench: nginx, lweb and ltorrent over the embedded store, and one image that every
// case gets under a name, and so a swarm, of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import type { Change } from '../../lib/object/objects.ts'
import { openStore } from '../../lib/store/open.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import { nginxConfiguration, ports, temporary } from '../ha/serving.ts'
import type { Place } from './bench.ts'
import { familyOf } from './cpu.ts'
import { bin, embeddedStage, type Stage } from './stage.ts'
import { headAddress } from './swarm-net.ts'
import { fillNodes } from './web-stage.ts'

type Service = 'nginx' | 'lweb' | 'ltorrent'

/** What the nodes of one case download. */
export interface Offered {
  readonly name: string
  /** With a web seed, as Luna makes it; and without. */
  readonly torrent: string
  readonly bare: string
  readonly url: string
}

const url = `http://${headAddress}:${ports.frontend}`

export class Head {
  readonly image: Buffer
  readonly #stage: Stage
  readonly #running = new Map<Service, ChildProcess>()

  private constructor(stage: Stage, image: Buffer) {
    this.#stage = stage
    this.image = image
  }

  /** Starts everything; the image has so many random bytes. */
  static async start(place: Place, size: number, fields: Change<'cluster'> = {}): Promise<Head> {
    const stage = embeddedStage(place)
    const head = new Head(stage, randomBytes(size))
    for (const folder of ['torrents', 'run', ...temporary]) mkdirSync(join(stage.dir, folder))
    writeFileSync(head.#at('image'), head.image)
    writeFileSync(head.#at('nginx.conf'), nginxConfiguration(stage.dir, stage.dir))
    await fillNodes(stage, 100)
    await head.#inStore(async (store) => {
      const pids = { lweb_pidfile: head.#at('run/lweb.pid'), torrent_pidfile: head.#at('run/t.pid') }
      const { id } = await getCluster(store)
      await store.update('cluster', id, { ...pids, lweb_num_proc: 1, server_port: ports.server, ...fields })
    })
    place.after(() => Promise.all(services.map((service) => head.kill(service))))
    for (const service of services) await head.ensure(service)
    return head
  }

  /** Puts the image there under a new name, as pack does, and waits until it is seeded. */
  async offer(): Promise<Offered> {
    const id = randomUUID()
    const name = `${id}.tgz`
    const file = this.#at(`torrents/${name}`)
    linkSync(this.#at('image'), file)
    const webSeed = `${url}/torrents/${name}`
    const made = { file, size: this.image.length, name, comment: id, announce: `${url}/announce`, webSeed }
    const torrent = this.#at(`torrents/${id}.torrent`)
    const bare = this.#at(`run/${id}.torrent`)
    const bytes = Buffer.from(await makeTorrent(made))
    writeFileSync(torrent, bytes)
    writeFileSync(bare, Buffer.concat([bytes.subarray(0, bytes.lastIndexOf('8:url-list')), Buffer.from('e')]))
    await this.#inStore(async (store) => {
      const compute = await store.getNamed('osimage', 'compute')
      await store.update('osimage', compute.id, { tarball: id, torrent: id })
    })
    this.#running.get('ltorrent')?.kill('SIGHUP')
    await this.#says('ltorrent', new RegExp(`seeding.*${id}`))
    return { name, torrent, bare, url: webSeed }
  }

  /** Starts a service that is not running. */
  async ensure(service: Service): Promise<void> {
    if (this.#running.has(service)) return
    const log = openSync(this.#log(service), 'w')
    const [program = '', ...args] = commands(this.#stage.dir)[service]
    const env = { ...this.#stage.env, RUNTIME_DIRECTORY: this.#at('run') }
    this.#running.set(service, spawn(program, args, { env, stdio: ['ignore', log, log], detached: true }))
    closeSync(log)
    if (service !== 'nginx') await this.#says(service, /\bstarted \b/)
  }

  /** Kills a service with all its processes. */
  async kill(service: Service): Promise<void> {
    const child = this.#running.get(service)
    this.#running.delete(service)
    if (!child?.pid || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    for (const pid of this.pids(child.pid)) process.kill(pid, 'SIGKILL')
    await gone
  }

  /** All processes of a service. */
  pids(service: Service | number): number[] {
    const pid = typeof service === 'number' ? service : this.#running.get(service)?.pid
    return pid ? familyOf(pid) : []
  }

  /** Forgets what was offered. */
  withdraw({ name }: Offered): void {
    for (const file of [name, name.replace('.tgz', '.torrent')]) rmSync(this.#at(`torrents/${file}`))
  }

  async #inStore(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<void>): Promise<void> {
    const store = await openStore(this.#stage.config)
    await work(store)
    await store.close()
  }

  async #says(service: Service, words: RegExp): Promise<void> {
    for (let waited = 0; !words.test(readFileSync(this.#log(service), 'utf8')); waited += 20) {
      if (waited > 30_000) throw new Error(`${service}:\n${readFileSync(this.#log(service), 'utf8')}`)
      await delay(20)
    }
  }

  #at(file: string): string {
    return join(this.#stage.dir, file)
  }

  #log(service: Service): string {
    return this.#at(`log/${service}.out`)
  }
}

/** What runs on the head. */
export const services: readonly Service[] = ['nginx', 'lweb', 'ltorrent']

function commands(dir: string): Record<Service, string[]> {
  return {
    nginx: ['nginx', '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'log/nginx-error.log')],
    lweb: [process.execPath, join(bin, 'lweb'), 'run'],
    ltorrent: [process.execPath, join(bin, 'ltorrent'), 'run'],
  }
}
