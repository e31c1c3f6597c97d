// Offers the torrents of the directory torrents/, and removes files that no image needs any more.
import { sentence } from '../error.ts'
import {
  readTorrents,
  removeTorrentFiles,
  type TorrentFile,
  type TorrentFolder,
} from '../host/image/torrents.ts'
import type { Log } from '../log.ts'
import { nameOf, type Offer, planSweep, type SeedPlan, type Unused } from '../task/torrent/seed-plan.ts'
import { Announcer, type TrackerTarget } from './announcer.ts'
import type { TorrentClient } from './client.ts'

export class Seeder {
  readonly #client: TorrentClient
  readonly #log: Log
  readonly #announcer: Announcer
  #tracker: TrackerTarget | undefined
  #unused: Unused = new Map()
  /** Reasons for skipped files that were logged, so that each is logged once. */
  #said: ReadonlyMap<string, string> = new Map()

  constructor(client: TorrentClient, log: Log) {
    this.#client = client
    this.#log = log
    this.#announcer = new Announcer(log)
  }

  /** Offers, withdraws and removes what the plan says. Rejects when the directory cannot be read. */
  async follow(plan: SeedPlan, now: number = performance.now()): Promise<void> {
    const { announce: url, address, interval } = plan
    this.#client.serve(plan.networks, plan.heads)
    this.#tracker = { url, address, interval, port: this.#client.port }
    const found = await readTorrents(plan.folder)
    this.#saySkipped(found.skipped)
    await this.#withdrawAllBut(found.torrents)
    for (const torrent of found.torrents) await this.#offer(plan.folder, torrent)
    await this.tell()
    await this.#sweep(plan, found, now)
  }

  /** Announces what is due. */
  async tell(): Promise<void> {
    if (this.#tracker) await this.#announcer.tell(this.#client.offered(), this.#tracker)
  }

  async close(): Promise<void> {
    if (this.#tracker) await this.#announcer.stop(this.#client.offered(), this.#tracker)
    await this.#client.close()
  }

  async #offer(folder: string, torrent: TorrentFile): Promise<void> {
    if (this.#client.offered().some(({ file }) => file === torrent.file)) return
    try {
      await this.#client.offer(folder, torrent)
      this.#log.info('seeding started', { torrent: torrent.file, tarball: torrent.tarball })
    } catch (error) {
      this.#log.warning('torrent not seeded', { torrent: torrent.file, why: sentence(error) })
    }
  }

  async #withdrawAllBut(torrents: readonly TorrentFile[]): Promise<void> {
    const there = new Set(torrents.map(({ file }) => file))
    await this.#withdraw(
      this.#client
        .offered()
        .filter(({ file }) => !there.has(file))
        .map(({ file }) => file),
    )
  }

  async #withdraw(files: readonly string[]): Promise<void> {
    const gone = this.#client.offered().filter(({ file }) => files.includes(file))
    if (this.#tracker && gone.length > 0) await this.#announcer.stop(gone, this.#tracker)
    for (const { file } of gone) {
      await this.#client.withdraw(file)
      this.#log.info('seeding stopped', { torrent: file })
    }
  }

  async #sweep(plan: SeedPlan, found: TorrentFolder, now: number): Promise<void> {
    const offers: Offer[] = [
      ...found.torrents.map(({ file, tarball }) => ({ files: [file, tarball] })),
      ...found.lone.map((file) => ({ files: [file] })),
    ]
    const lastUpload = (offer: Offer) => this.#client.lastUpload(nameOf(offer))
    const { unused, remove } = planSweep(offers, plan.used, this.#unused, lastUpload, now)
    this.#unused = unused
    for (const { files } of remove) {
      await this.#withdraw(files)
      await removeTorrentFiles(plan.folder, files)
      this.#log.info('unused files removed', { files: files.join(' ') })
    }
  }

  #saySkipped(skipped: ReadonlyMap<string, string>): void {
    for (const [torrent, why] of skipped) {
      if (this.#said.get(torrent) !== why) this.#log.warning('torrent skipped', { torrent, why })
    }
    this.#said = skipped
  }
}
