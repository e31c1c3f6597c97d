// The page: how soon a browser shows all nodes, and what it costs to go on watching.
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Boot } from '../../lib/object/record/boot.ts'
import { renderNginx } from '../../lib/render/nginx.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { withoutKey } from '../ha/serving.ts'
import { type Page, serveBrowser } from '../web/browser.ts'
import { freePort, startNginx, stopProcess } from '../web/nginx.ts'
import { type Bench, figure, median, type Place, ratio, type Table } from './bench.ts'
import { cpuSeconds, familyOf } from './cpu.ts'
import { embeddedStage, type Stage } from './stage.ts'
import { fillNodes } from './web-stage.ts'

export const bench: Bench = {
  about: 'first paint of the page and what watching costs, beside a page with nothing on it',
  limit: 400,
  network: 'host',
  run,
}

const count = Number(process.env.LUNA_BENCH_NODES ?? 10_000)
const seconds = Number(process.env.LUNA_BENCH_SECONDS ?? 30)
const rounds = 3

interface Served {
  readonly url: string
  readonly lweb: ChildProcess
}

async function run(place: Place): Promise<readonly Table[]> {
  const stage = embeddedStage(place)
  place.say(`  filling ${count} nodes`)
  await fillNodes(stage, count)
  const store = await openStore(stage.config)
  await giveBoots(store)
  const served = await serve(place, stage, store)
  const { browser, pid, close } = await serveBrowser()
  place.after(close)
  const open = async () =>
    await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage()
  const painted: Record<'page' | 'nothing', number[]> = { page: [], nothing: [] }
  for (let round = 0; round < rounds; round++) {
    for (const what of ['nothing', 'page'] as const) {
      const page = await open()
      painted[what].push(await (what === 'page' ? paint(page, served.url) : paintNothing(page, served.url)))
      await page.context().close()
    }
  }
  const page = await open()
  await paint(page, served.url)
  const used = () => [cpuSeconds(familyOf(pid)), cpuSeconds(familyOf(served.lweb.pid ?? 0))] as const
  const watching = async (work: () => Promise<void>) => {
    const before = used()
    const began = performance.now()
    while (performance.now() - began < 1000 * seconds) await work()
    const took = (performance.now() - began) / 1000
    const after = used()
    return [0, 1].map((at) => (100 * ((after[at] ?? 0) - (before[at] ?? 0))) / took)
  }
  place.say('  watching')
  await delay(2000)
  const quiet = await watching(() => delay(500))
  const some = await watching(() => step(store, 20))
  const busy = await watching(() => step(store, 200))
  const stop = new AbortController()
  const others = Array.from({ length: 9 }, () => watch(served.url, stop.signal))
  const crowded = await watching(() => step(store, 200))
  stop.abort()
  await Promise.all(others)
  await page.goto('about:blank')
  await delay(1000)
  const blank = await watching(() => delay(500))
  await store.close()
  const percent = ([browser = 0, lweb = 0]: number[]) => [`${figure(browser)} %`, `${figure(lweb)} %`]
  return [
    {
      title: `The page with ${count} nodes`,
      columns: ['first paint', 'ms', 'to nothing'],
      rows: [
        ['a picture of nothing', figure(median(painted.nothing)), ''],
        [
          'all nodes as squares',
          figure(median(painted.page)),
          ratio(median(painted.page), median(painted.nothing)),
        ],
      ],
      notes: [
        `From the address to the drawn field, with an empty cache; of ${rounds} the one in the middle.`,
      ],
    },
    {
      title: `Watching ${count} nodes`,
      columns: ['while', 'the browser', 'lweb'],
      rows: [
        ['it shows an empty page', ...percent(blank)],
        ['nothing happens', ...percent(quiet)],
        ['20 nodes a second take a step', ...percent(some)],
        ['200 nodes a second take a step', ...percent(busy)],
        ['and nine more watch', ...percent(crowded)],
      ],
      notes: [
        `Of one processor, for ${seconds} s each; the browser draws in software, and lweb has all of its processes counted.`,
      ],
    },
  ]
}

/** A boot of every node; the last step is the `at`th. */
async function giveBoots(store: Store, from = 0, to = count, until = 11): Promise<void> {
  const steps = [
    'boot.request',
    'boot.kernel',
    'boot.initramfs',
    'install.request',
    'install.prescript',
    'install.partscript',
    'install.download',
    'install.unpack',
    'install.setnet',
    'install.postscript',
    'install.success',
    'up',
  ]
  const nodes = (await store.list('node')).slice(from, to)
  const began = Date.now() - 120_000
  const told = steps.slice(0, until + 1).map((step, second) => ({ step, time: began + 10_000 * second }))
  const boot: Boot = {
    number: 1,
    began,
    steps: told,
    image: 'compute',
    asker: { address: '10.30.0.1', by: 'mac' },
  }
  for (let at = 0; at < nodes.length; at += 500)
    await store.keepBoots(nodes.slice(at, at + 500).map(({ id }) => ({ node: id, past: false, boot })))
}

/** Asks as a browser does, without drawing anything. */
async function watch(url: string, stop: AbortSignal): Promise<void> {
  let tag = ''
  while (!stop.aborted) {
    const since = tag && `?since=${tag.replace(/^W\/|"/g, '')}`
    const answer = await fetch(`${url}/ui/data/nodes${since}`, {
      headers: tag ? { 'If-None-Match': tag } : {},
    })
    await answer.arrayBuffer()
    tag = answer.headers.get('etag') ?? tag
    await delay(1000, undefined, { signal: stop }).catch(() => undefined)
  }
}

let turn = 0

/** Has some nodes take a step, within a second. */
async function step(store: Store, some: number): Promise<void> {
  const began = performance.now()
  const from = (turn * some) % count
  await giveBoots(store, from, from + some, turn++ % 11)
  await delay(Math.max(0, 1000 - (performance.now() - began)))
}

async function serve(place: Place, stage: Stage, store: Store): Promise<Served> {
  const [port, serverPort] = [await freePort(), await freePort()]
  const [cluster] = await store.list('cluster')
  if (!cluster) throw new Error('no cluster')
  const here = { server_port: serverPort, lweb_pidfile: join(stage.dir, 'lweb.pid'), lweb_num_proc: 2 }
  await store.update('cluster', cluster.id, here)
  const own = ['127.0.0.0/8']
  const who = { networks: own, heads: own, watchers: own, rootOnly: false }
  const facts = {
    path: stage.dir,
    port,
    ipv6: false,
    tls: null,
    serverPort,
    keepConnections: true,
    keyFile: '',
  }
  const nginx = await startNginx(join(stage.dir, 'home'), withoutKey(renderNginx({ ...facts, ...who })), port)
  const log = openSync(join(stage.dir, 'log/lweb.log'), 'a')
  const program = join(import.meta.dirname, '../../bin/lweb')
  const env = { ...stage.env, RUNTIME_DIRECTORY: join(stage.dir, 'run') }
  const lweb = spawn(process.execPath, [program, 'run'], { env, stdio: ['ignore', log, log] })
  place.after(async () => {
    for (const child of [nginx, lweb]) await stopProcess(child)
  })
  const url = `http://127.0.0.1:${port}`
  while ((await fetch(`${url}/luna?step=boot`)).status !== 200) await delay(50)
  return { url, lweb }
}

/** Milliseconds until all nodes are drawn. */
async function paint(page: Page, url: string): Promise<number> {
  const began = performance.now()
  await page.goto(`${url}/ui/`, { waitUntil: 'commit' })
  await page.locator(`#field canvas[aria-label*="${count.toLocaleString('en')}"]`).waitFor()
  return performance.now() - began
}

async function paintNothing(page: Page, url: string): Promise<number> {
  const began = performance.now()
  await page.goto(`${url}/ui/moon.svg`, { waitUntil: 'commit' })
  await page.locator('path').waitFor()
  return performance.now() - began
}
