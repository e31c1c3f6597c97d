// Makes what is offered equal to what the store and the directory say, and clears away what nobody needs any more.
import { sentence } from '../error.ts'
import {
  readTorrents,
  removeTorrentFiles,
  type TorrentFile,
  type TorrentFolder,
} from '../host/image/torrents.ts'
import type { Log } from '../log.ts'
import { nameOf, type Offer, planSweep, type SeedPlan, type Unused } from '../task/torrent/seed-plan.ts'
import { Herald, type Where } from './announcer.ts'
import type { Swarm } from './client.ts'

export class Seeder {
  readonly #swarm: Swarm
  readonly #log: Log
  readonly #herald: Herald
  #where: Where | undefined
  #unused: Unused = new Map()
  /** What was said about files that are skipped, so that it is said once. */
  #said: ReadonlyMap<string, string> = new Map()

  constructor(swarm: Swarm, log: Log) {
    this.#swarm = swarm
    this.#log = log
    this.#herald = new Herald(log)
  }

  /** Brings everything in line with the plan. Rejects when the directory cannot be read. */
  async follow(plan: SeedPlan, now: number = Date.now()): Promise<void> {
    const { announce: url, address, interval } = plan
    this.#where = { url, address, interval, port: this.#swarm.port }
    const found = await readTorrents(plan.folder)
    this.#saySkipped(found.skipped)
    await this.#withdrawAllBut(found.torrents)
    for (const torrent of found.torrents) await this.#offer(plan.folder, torrent)
    await this.tell()
    await this.#sweep(plan, found, now)
  }

  /** Announces what is due. */
  async tell(): Promise<void> {
    if (this.#where) await this.#herald.tell(this.#swarm.offered(), this.#where)
  }

  async close(): Promise<void> {
    if (this.#where) await this.#herald.stop(this.#swarm.offered(), this.#where)
    await this.#swarm.close()
  }

  async #offer(folder: string, torrent: TorrentFile): Promise<void> {
    if (this.#swarm.offered().some(({ file }) => file === torrent.file)) return
    try {
      await this.#swarm.offer(folder, torrent)
      this.#log.info('seeding', { torrent: torrent.file, tarball: torrent.tarball })
    } catch (error) {
      this.#log.warning('not seeded', { torrent: torrent.file, error: sentence(error) })
    }
  }

  async #withdrawAllBut(torrents: readonly TorrentFile[]): Promise<void> {
    const there = new Set(torrents.map(({ file }) => file))
    await this.#withdraw(
      this.#swarm
        .offered()
        .filter(({ file }) => !there.has(file))
        .map(({ file }) => file),
    )
  }

  async #withdraw(files: readonly string[]): Promise<void> {
    const gone = this.#swarm.offered().filter(({ file }) => files.includes(file))
    if (this.#where && gone.length > 0) await this.#herald.stop(gone, this.#where)
    for (const { file } of gone) {
      await this.#swarm.withdraw(file)
      this.#log.info('seeding no longer', { torrent: file })
    }
  }

  async #sweep(plan: SeedPlan, found: TorrentFolder, now: number): Promise<void> {
    const offers: Offer[] = [
      ...found.torrents.map(({ file, tarball }) => ({ files: [file, tarball] })),
      ...found.lone.map((file) => ({ files: [file] })),
    ]
    const lastUpload = (offer: Offer) => this.#swarm.lastUpload(nameOf(offer))
    const { unused, remove } = planSweep(offers, plan.used, this.#unused, lastUpload, now)
    this.#unused = unused
    for (const { files } of remove) {
      await this.#withdraw(files)
      await removeTorrentFiles(plan.folder, files)
      this.#log.info('removed, as no osimage refers to it', { files: files.join(' ') })
    }
  }

  #saySkipped(skipped: ReadonlyMap<string, string>): void {
    for (const [torrent, why] of skipped) {
      if (this.#said.get(torrent) !== why) this.#log.warning('torrent skipped', { torrent, why })
    }
    this.#said = skipped
  }
}
