// Every URL that lweb answers: path and step, how the query is read, the task, and the answer. Malformed
// values are refused here; tasks take their values as good.
import { type Code, httpStatus, LunaError, sentence } from '../error.ts'
import type { Place } from '../host/wire.ts'
import type { Fields, Log } from '../log.ts'
import { cardOfBusid } from '../object/net/card.ts'
import { macsOfHwdata } from '../object/net/mac.ts'
import type { Node, SteadyNode } from '../object/node.ts'
import type { BootEvent } from '../object/record/boot.ts'
import type { RefusedAsked } from '../object/record/refused.ts'
import type { UnknownAsked } from '../object/record/unknown.ts'
import type { Store } from '../store/store.ts'
import {
  type Asker,
  admit,
  admitRoot,
  refuseUnarmed,
  refuseUntimely,
  refuseUsers,
} from '../task/boot/access.ts'
import { bmcIsSet } from '../task/boot/bmc-mark.ts'
import { type Asked, bootMenu, discover } from '../task/boot/boot.ts'
import { cacheOf } from '../task/boot/cache.ts'
import { bmcToSetUp, installScript } from '../task/boot/install-script.ts'
import { servedTorrent } from '../task/torrent/served.ts'
import { announce, isHead, scrape } from '../task/torrent/tracker.ts'
import type { Leader } from './asked.ts'
import type { Handler, Request, Response } from './fastcgi/handler.ts'
import { metricsAnswer } from './metrics/answer.ts'
import { admitScraper, admitWatcher } from './page/access.ts'
import { dataPath, pageData } from './page/data.ts'
import { parseQuery, type Query, textOf } from './query.ts'
import { failureReported, upSeconds } from './reports.ts'
import { announceAnswer, failureAnswer, parseAnnounce, parseScrape, scrapeAnswer } from './tracker.ts'

/** What the routes depend on. */
export interface RouteContext {
  /** The store, opened when it is first needed; rejects with LunaError `unavailable`. */
  store(): Promise<Store>
  /** `PROTO://IP:PORT` where nodes reach the cluster, as it was when the server started. */
  readonly url: string
  readonly log: Log
  /** Takes down what is seen of a boot. */
  record(event: BootEvent): void
  /** Takes down a machine that asked and is no node. */
  unknown(asked: UnknownAsked): void
  /** Takes down who asked as a node and was refused. */
  refused(asked: RefusedAsked): void
  readonly leader: Leader
  now(): Date
  /** Numbers in 0..1. */
  random(): number
  /** The key that nginx checks the URLs of web seeds with, when it has one. */
  seedKey(): Promise<string | undefined>
  /** Where on the network an address is. */
  place(address: string): Promise<Place>
}

interface Route {
  readonly path: string
  /** The value of `step`; a route without a step takes all other requests of its path. */
  readonly step?: string
  /** GET when absent. */
  readonly method?: 'POST'
  answer(query: Query, request: Request, context: RouteContext): Promise<Response>
}

const routes: readonly Route[] = [
  { path: '/luna', step: 'boot', answer: menu },
  { path: '/luna', step: 'discovery', answer: discovery },
  { path: '/luna', step: 'install', answer: install },
  { path: '/luna', step: 'bmc', answer: password },
  { path: '/luna', step: 'report', method: 'POST', answer: report },
  { path: '/luna', answer: noSuchStep },
  { path: '/torrents/', answer: torrent },
  { path: '/announce', answer: (query, request, context) => tracked(announced(query, request, context)) },
  { path: dataPath, answer: data },
  { path: '/metrics', answer: metrics },
  { path: '/scrape', answer: (query, _request, context) => tracked(scraped(query, context)) },
]

/** The handler of all routes. A request that is refused or fails is answered, and logged in one line. */
export function answerWith(context: RouteContext): Handler {
  return async (request) => {
    try {
      return await answer(request, context)
    } catch (error) {
      const status = statusOf(error)
      const why = sentence(error).slice(0, 500)
      const refused = status === 403 ? await refusedOf(request, context) : {}
      if (error instanceof LunaError && status === 403) tellRefused(error, request, context)
      const fields = { status, remote: request.remote, ...refused, url: shortUrl(request), why }
      if (status >= 500) context.log.error('request failed', fields)
      else context.log.warning('request refused', fields)
      return { status, type: 'text/plain; charset=UTF-8', body: `${status < 500 ? why : broken(status)}\n` }
    }
  }
}

async function answer(request: Request, context: RouteContext): Promise<Response> {
  // Paths match by prefix, as those of the first Luna do.
  const sharing = routes.filter(({ path }) => request.path.startsWith(path))
  if (sharing.length === 0) throw new LunaError('not-found', 'there is nothing at this path', { fix: null })
  const { method } = request
  if (method !== 'GET' && method !== 'POST') throw new MethodRefused()
  const query = parseQuery(request.query)
  const step = textOf(query, 'step')
  const route = sharing.find((one) => one.step === undefined || one.step === step)
  if (method !== (route?.method ?? 'GET')) throw new MethodRefused()
  return (route ?? { answer: noSuchStep }).answer(query, request, context)
}

/** For who asks why that node does not boot. */
function tellRefused({ message, why, fix = '' }: LunaError, request: Request, context: RouteContext): void {
  const node = request.path.startsWith('/luna') && textOf(parseQuery(request.query), 'node')
  if (!node) return
  const said = (why === undefined ? message : `${message}: ${why}`).slice(0, 300)
  const asked = { node, address: request.remote, why: said, fix: fix.slice(0, 300) }
  context.refused({ ...asked, time: context.now().getTime() })
}

async function menu(
  _query: Query,
  _request: Request,
  { store, url, random, log }: RouteContext,
): Promise<Response> {
  const { pieces, leftOut } = await bootMenu(await store(), url, random())
  if (leftOut.length > 0)
    log.warning('nodes left out of the boot menu', { nodes: leftOut.slice(0, 10).join(' ') })
  return html(pieces)
}

async function discovery(query: Query, request: Request, context: RouteContext): Promise<Response> {
  const hwdata = textOf(query, 'hwdata')
  if (!hwdata) throw new LunaError('usage', 'hwdata is missing', { fix: null })
  const store = await context.store()
  const name = textOf(query, 'node')
  const asked: Asked = {
    macs: macsOfHwdata(hwdata),
    type: textOf(query, 'type') ?? 'ipxe',
    ...(name && { node: await namedNode(store, name) }),
    asker: askerOf(request, context),
  }
  const [now, { remote }] = [context.now(), request]
  const discovered = await discover(store, asked, context.url, now).catch((error: unknown) => {
    const [mac] = asked.macs
    const nobody = error instanceof LunaError && error.code === 'not-found' && !asked.node
    if (mac && nobody) context.unknown({ mac, address: remote, time: now.getTime() })
    throw error
  })
  const { script, step, image, kernel, way, ...found } = discovered
  const { node, mac, by, at, takenFrom, itself } = found
  const card = cardOfBusid(textOf(query, 'busid') ?? '')
  const asker = { address: remote, mac, by, ...(at !== undefined && { at }) }
  const seen = { asker, image, ...kernel, ...way, ...(card && { card }) }
  if (itself) context.record({ node: node.id, step, time: now.getTime(), ...seen })
  const who = { remote, ...(!itself && { itself: 'no' }) }
  context.log.info('node discovered', { node: node.name, mac, by, at, takenFrom, ...who })
  return html(script)
}

async function install(query: Query, request: Request, context: RouteContext): Promise<Response> {
  const name = textOf(query, 'node')
  if (!name) throw new LunaError('usage', 'node is missing', { fix: null })
  const store = await context.store()
  const status = textOf(query, 'status')
  if (status !== undefined) return await stepTaken(store, name, status, query, request, context)
  const shared = await cacheOf(store)
  const node = (await shared.nodes.named(name)) ?? noNode(name)
  const asker = askerOf(request, context)
  const { trusted, level } = await admit(store, node, asker)
  if (!trusted && level === 'armed')
    await refuseUnarmed(await namedNode(store, name), asker, request.token, context.now())
  const script = await installScript(shared, node, context.url, trusted, store)
  const [step, time, { remote }] = ['install.request', context.now(), request]
  await store.setStatus(node.id, { step, time })
  context.record({ node: node.id, step, time: time.getTime(), asker: { address: remote } })
  context.log.info('install script sent', { node: node.name, remote })
  return html(script)
}

/** A status that a node reports of itself. */
async function stepTaken(
  store: Store,
  name: string,
  status: string,
  query: Query,
  request: Request,
  context: RouteContext,
): Promise<Response> {
  const node = await namedNode(store, name)
  const { trusted } = await admit(store, node, askerOf(request, context))
  if (!trusted) refuseUntimely(node, status)
  const seconds = upSeconds(query, status)
  if (seconds === undefined) return reported(store, node, status, request, context)
  return up(node, seconds, request, context)
}

/** The password of the BMC, for root of a node that is being installed; or that the BMC has taken it. */
async function password(query: Query, request: Request, context: RouteContext): Promise<Response> {
  const name = textOf(query, 'node')
  if (!name) throw new LunaError('usage', 'node is missing', { fix: null })
  const store = await context.store()
  const node = await namedNode(store, name)
  const asker = askerOf(request, context)
  const { trusted } = await admit(store, node, asker)
  if (!trusted) {
    refuseUsers(node, asker)
    refuseUntimely(node, 'for a password')
  }
  const [bmc, who] = [await bmcToSetUp(store, node), { node: node.name, remote: request.remote }]
  const print = textOf(query, 'set')
  if (print !== undefined) {
    if (await bmcIsSet(store, node, bmc, print)) context.log.info('BMC set up', who)
    return html('')
  }
  context.log.info('BMC password sent', who)
  return plain(Buffer.from(bmc.password ?? ''))
}

async function report(query: Query, request: Request, context: RouteContext): Promise<Response> {
  const store = await context.store()
  const node = await namedNode(store, textOf(query, 'node') ?? '')
  const { trusted } = await admit(store, node, askerOf(request, context))
  if (!trusted) refuseUntimely(node, 'a report')
  const event = await failureReported(store, node, query, request, context.now())
  context.record(event)
  const { step, failure } = event
  const why = failure?.line ?? failure?.command
  context.log.warning('node reports', { node: node.name, step, why, remote: request.remote })
  return html('')
}

function up(node: SteadyNode, upSeconds: number, { remote }: Request, context: RouteContext): Response {
  const [time, step] = [context.now().getTime(), 'up']
  context.record({ node: node.id, step, time, upSeconds })
  context.log.info('node status', { node: node.name, step, remote })
  return html('')
}

async function reported(
  store: Store,
  node: Node,
  step: string,
  { remote }: Request,
  { log, now, record }: RouteContext,
): Promise<Response> {
  if (/^[a-z0-9 ._-]{1,200}$/i.test(step)) {
    const time = now()
    await store.setStatus(node.id, { step, time })
    if (step === 'install.success' && node.armed && !node.armed.continuous) await store.disarm(node.id)
    record({ node: node.id, step, time: time.getTime() })
    log.info('node status', { node: node.name, step, remote })
  }
  return html('')
}

function askerOf({ remote, port }: Request, { place }: RouteContext): Asker {
  return { address: remote, port, place: () => place(remote) }
}

/** For the log: the addresses of the link layer that a request came from, and for which node it asked. */
async function refusedOf({ remote, query }: Request, { place }: RouteContext): Promise<Fields> {
  const found = await place(remote).catch(() => undefined)
  const mac = found?.kind === 'link' ? found.macs.join(' ') || 'none' : undefined
  return { mac, node: textOf(parseQuery(query), 'node')?.slice(0, 100) }
}

function noSuchStep(query: Query): Promise<Response> {
  const step = textOf(query, 'step')
  const what = step === undefined ? 'step is missing' : `there is no step ${JSON.stringify(step)}`
  return Promise.reject(new LunaError('usage', what, { fix: 'step=boot, discovery, install or bmc' }))
}

/** A torrent, which nginx has lweb answer from level `root` on. */
async function torrent(_query: Query, request: Request, context: RouteContext): Promise<Response> {
  const store = await context.store()
  await admitRoot(store, askerOf(request, context))
  const name = request.path.slice('/torrents/'.length)
  const body = await servedTorrent(store, name, await context.seedKey(), context.now())
  return { status: 200, type: 'application/x-bittorrent', body }
}

/** What the page shows. */
async function data(query: Query, request: Request, context: RouteContext): Promise<Response> {
  const store = await context.store()
  await admitWatcher(store, request.remote)
  return await pageData(query, request, { store, leader: context.leader, now: context.now() })
}

async function metrics(_query: Query, { remote }: Request, context: RouteContext): Promise<Response> {
  await admitScraper(context.store, remote)
  return await metricsAnswer(context)
}

async function announced(query: Query, { remote }: Request, context: RouteContext): Promise<Response> {
  const store = await context.store()
  const shared = await cacheOf(store)
  const asked = parseAnnounce(query, { remote, head: await isHead(shared, remote) })
  return plain(announceAnswer(await announce(store, shared, asked, context.now(), context.random), asked))
}

async function scraped(query: Query, context: RouteContext): Promise<Response> {
  const hashes = parseScrape(query)
  const figures = await scrape(await context.store(), hashes, context.now())
  return plain(scrapeAnswer(figures, hashes.length > 0))
}

/** Torrent clients get the failure of their request as a failure reason (BEP 3), not as an HTTP status. */
async function tracked(work: Promise<Response>): Promise<Response> {
  try {
    return await work
  } catch (error) {
    if (error instanceof LunaError && error.code === 'invalid') return plain(failureAnswer(error.message))
    throw error
  }
}

/**
 * The node of that name. An unknown one is a bad request (400): initramfs images of the first Luna expect
 * that.
 */
async function namedNode(store: Store, name: string): Promise<Node> {
  return (await store.findNamed('node', name)) ?? noNode(name)
}

function noNode(name: string): never {
  throw new LunaError('usage', `there is no node ${JSON.stringify(name.slice(0, 100))}`, { fix: null })
}

/** When a task fails the query was good: what it calls `invalid` is what the store holds. */
const taskStatus: Record<Code, number> = { ...httpStatus, invalid: 500, refused: 500, taken: 500 }

class MethodRefused extends Error {
  override readonly message = 'this is not answered to that method'
}

function statusOf(error: unknown): number {
  if (error instanceof MethodRefused) return 405
  return error instanceof LunaError ? taskStatus[error.code] : 500
}

function broken(status: number): string {
  return status === 503 ? 'the store cannot be reached' : 'this failed: the log of lweb says why'
}

function html(body: Response['body']): Response {
  return { status: 200, type: 'text/html; charset=UTF-8', body }
}

function plain(body: Buffer): Response {
  return { status: 200, type: 'text/plain', body }
}

function shortUrl({ path, query }: Request): string {
  return `${path}?${query}`.slice(0, 300)
}
