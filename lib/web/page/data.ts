// The data of the page: what is below /ui/data/, as JSON. luna(8) promises what is in it.
import { LunaError } from '../../error.ts'
import type { Store } from '../../store/store.ts'
import { pageFindings } from '../../task/page/findings.ts'
import { pageImages } from '../../task/page/images.ts'
import { pageMachines } from '../../task/page/machines.ts'
import { pageDetails } from '../../task/page/node.ts'
import type { Leader } from '../asked.ts'
import type { Request, Response } from '../fastcgi/handler.ts'
import { type Query, textOf } from '../query.ts'
import { hasIt, type Making, RememberedAnswer } from './remembered.ts'

/** What all of the answers have: when things were seen does not change them. */
type Make = (store: Store, now: Date) => Promise<Making>

const whole: Readonly<Record<string, Make>> = {
  images: async (store) => ({ value: await pageImages(store) }),
  machines: async (store, now) => ({ value: await pageMachines(store, now), moving: true }),
  findings: async (store) => ({ value: await pageFindings(store) }),
}

/** The path that all data are below. */
export const dataPath = '/ui/data/'

const remembered = new WeakMap<Store, Map<string, RememberedAnswer>>()

/** What the data are of. */
export interface Sources {
  readonly store: Store
  readonly leader: Pick<Leader, 'nodes'>
  readonly now: Date
}

/** Answers a request for data. Throws LunaError `not-found` for data that there are not. */
export async function pageData(query: Query, request: Request, sources: Sources): Promise<Response> {
  const { store, leader, now } = sources
  const what = request.path.slice(dataPath.length)
  if (what === 'nodes') {
    const { tag, body } = await leader.nodes(textOf(query, 'since'))
    return answered(request, Buffer.from(body), `"${tag}"`)
  }
  if (what === 'node') return json(await details(query, store, now))
  const make = Object.hasOwn(whole, what) ? whole[what] : undefined
  if (!make) throw new LunaError('not-found', 'there are no such data', { fix: 'man luna: THE PAGE' })
  const answers = remembered.get(store) ?? new Map<string, RememberedAnswer>()
  remembered.set(store, answers)
  const answer = answers.get(what) ?? new RememberedAnswer()
  answers.set(what, answer)
  const version = async () => {
    const { objects, records } = await store.versions()
    return `${objects} ${records}`
  }
  const { body, etag } = await answer.get(version, () => make(store, now))
  return answered(request, body, etag)
}

function answered(request: Request, body: Buffer, etag: string): Response {
  return hasIt(request.match, etag) ? { ...notModified, etag } : { ...json(body), etag }
}

async function details(query: Query, store: Store, now: Date): Promise<Buffer> {
  const name = textOf(query, 'name')
  if (!name) throw new LunaError('usage', 'name is missing', { fix: 'node?name=NAME' })
  const boot = textOf(query, 'boot')
  if (boot !== undefined && !/^\d{1,9}$/.test(boot))
    throw new LunaError('usage', 'boot is not a number', { fix: 'node?name=NAME&boot=N' })
  const number = boot === undefined ? undefined : Number(boot)
  return Buffer.from(JSON.stringify(await pageDetails(store, name, now, number)))
}

const notModified = { status: 304, type: 'application/json', body: '' } as const

function json(body: Buffer): Response {
  return { status: 200, type: 'application/json', body }
}
