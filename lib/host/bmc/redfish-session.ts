// Requests to a Redfish service as its servers really answer them: kept connections that close, redirects,
// busy answers, tags. One request is redfish-http.ts, what is asked for is redfish.ts.

import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../error.ts'
import type { Bmc, PowerOptions } from './bmc.ts'
import { overIpmi } from './bmc-error.ts'
import { isClosed, type Json, refusal, unanswered } from './redfish-error.ts'
import { type Connection, type Method, openConnection, type Response } from './redfish-http.ts'
import { linkIn, pathIn } from './redfish-link.ts'
import { type Login, openLogin } from './redfish-login.ts'
import { isUnderWay, monitorOf, refuseFailed, unfinished } from './redfish-task.ts'

export interface Answer {
  readonly body: Json
  readonly etag: string | undefined
}

/**
 * All of it throws LunaError as `power` of power.ts does. Links may be paths or URLs of the same controller.
 */
export interface Redfish {
  get(link: string): Promise<Answer>
  post(link: string, body: Json): Promise<void>
  /** Changes properties, if the resource is still the one with that tag. */
  change(link: string, body: Json, etag: string | undefined): Promise<void>
  /** Logs out and closes the connection. Never rejects. */
  close(): Promise<void>
}

export interface Sent {
  readonly method: Method
  readonly path: string
  readonly body?: Json
  readonly match?: string | undefined
  /** Of a question for the outcome of a change: what is changed. */
  readonly asked?: string
}

// One answer may take so long: a BMC that hangs does not have the time of all others.
const mostForOne = 15_000
const mostRedirects = 5
// A connection that closes is asked again on a new one so often, a busy BMC when it says so.
const mostTries = 3
// A task has this part of the time, so that some is left for a look at what became of it.
const taskShare = 0.75
// Milliseconds between two looks at a task, where the BMC does not say, and whatever it says.
const betweenLooks = 500
const leastBetween = 50
const mostBetween = 5000

/** Opens a session of requests to one controller, over one connection. */
export function openRedfish(bmc: Bmc, { timeout, signal: stop }: PowerOptions): Redfish {
  const late = AbortSignal.timeout(timeout)
  const patience = performance.now() + timeout * taskShare
  const session = new Session(bmc, stop ? AbortSignal.any([late, stop]) : late, patience)
  return {
    get: async (link) => answerOf(await session.ask({ method: 'GET', path: linkIn(bmc, link) })),
    post: async (link, body) => await session.post({ method: 'POST', path: linkIn(bmc, link), body }),
    change: async (link, body, etag) =>
      await session.change({ method: 'PATCH', path: linkIn(bmc, link), body }, etag),
    close: () => session.close(),
  }
}

class Session {
  readonly #bmc: Bmc
  readonly #signal: AbortSignal
  readonly #patience: number
  #connection: Connection
  #login: Login

  /** `patience`: until when tasks are waited for, by `performance.now()`. */
  constructor(bmc: Bmc, signal: AbortSignal, patience: number) {
    this.#bmc = bmc
    this.#signal = signal
    this.#patience = patience
    this.#connection = openConnection(bmc)
    this.#login = openLogin(bmc)
  }

  /** Throws unless the status is 2xx. */
  async ask(sent: Sent): Promise<Response> {
    const heard = await this.#follow(sent, (one) => this.#loggedIn(one))
    if (heard.status >= 200 && heard.status < 300) return heard
    throw refusal(this.#bmc, heard.status, heard.body ?? {}, sent.path)
  }

  /** As `ask`, with the outcome waited for where the BMC does it later. */
  async post(sent: Sent): Promise<void> {
    await this.#finish(sent, await this.ask(sent))
  }

  /**
   * If-Match is for strong tags (RFC 9110 section 13.1.1). Where the tag is said to be another all the same
   * it is left out, and where one must be there it is any.
   */
  async change(sent: Sent, etag: string | undefined): Promise<void> {
    const strong = etag !== undefined && /^"[^"]*"$/.test(etag) ? [etag] : []
    for (const match of [...strong, undefined]) {
      const heard = await this.#follow({ ...sent, match }, (one) => this.#loggedIn(one))
      const { status, body } = heard
      if (status >= 200 && status < 300) return await this.#finish(sent, heard)
      if (status !== 412 && status !== 428) throw refusal(this.#bmc, status, body ?? {}, sent.path)
    }
    await this.post({ ...sent, match: '*' })
  }

  /**
   * Waits for the outcome of what was asked for. A service may remove a task that is done; where it does not
   * say where the task is, that it took the request is all that can be known.
   */
  async #finish(sent: Sent, taken: Response): Promise<void> {
    const path = monitorOf(this.#bmc, taken, sent.path)
    let heard = taken
    while (path !== undefined && isUnderWay(heard)) {
      const left = this.#patience - performance.now()
      if (left <= 0) throw unfinished(path, heard)
      const wished = pauseOf(heard.header('retry-after')) ?? betweenLooks
      const pause = Math.min(Math.max(wished, leastBetween), mostBetween, left)
      await delay(pause, undefined, { signal: this.#signal }).catch((cause: unknown) => {
        throw unanswered(this.#bmc, cause, { signal: this.#signal, asked: doing(sent) })
      })
      const look = { method: 'GET', path, asked: doing(sent) } as const
      heard = await this.#follow(look, (one) => this.#loggedIn(one))
      if (heard.status === 404 || heard.status === 410) return
    }
    if (heard.status >= 300) throw refusal(this.#bmc, heard.status, heard.body ?? {}, sent.path)
    refuseFailed(heard)
  }

  async close(): Promise<void> {
    const out = this.#login.logout()
    const soon = AbortSignal.any([this.#signal, AbortSignal.timeout(2000)])
    if (out) await this.#exchange(out, soon).catch(() => {})
    await this.#connection.close()
  }

  /**
   * Follows redirects on the same controller; with another method than GET only those that keep it (RFC 9110
   * section 15.4).
   */
  async #follow(sent: Sent, ask: (sent: Sent) => Promise<Response>): Promise<Response> {
    let path = sent.path
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const heard = await ask({ ...sent, path })
      const location = heard.header('location')
      const follows = sent.method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308]
      if (location === undefined || !follows.includes(heard.status)) return heard
      path = linkIn(this.#bmc, location, path)
    }
    throw new LunaError('failed', "the BMC's Redfish leads round in circles", {
      why: sent.path,
      fix: overIpmi,
    })
  }

  /** A BMC that takes no basic login may take a session. */
  async #loggedIn(sent: Sent): Promise<Response> {
    const heard = await this.#whenReady(sent)
    const login = heard.status === 401 ? this.#login.request(heard.header('www-authenticate')) : undefined
    if (!login) return heard
    const made = await this.#follow(login, (one) => this.#whenReady(one))
    const token = made.header('x-auth-token')
    if (made.status < 200 || made.status >= 300 || token === undefined) return heard
    // Some name themselves in Location, by a name that is not known here.
    const links = [made.header('location'), made.body?.['@odata.id']]
    const paths = links.map((link) => (typeof link === 'string' ? pathIn(this.#bmc, link) : undefined))
    this.#login.use(token, paths[0] ?? paths[1])
    return await this.#whenReady(sent)
  }

  /**
   * Asks again when the BMC is busy and says until when (RFC 9110 section 10.2.3): it has
   * not carried out anything.
   */
  async #whenReady(sent: Sent): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const heard = await this.#again(sent)
      const wait =
        heard.status === 503 || heard.status === 429 ? pauseOf(heard.header('retry-after')) : undefined
      if (wait === undefined || tries >= mostTries) return heard
      try {
        await delay(wait, undefined, { signal: this.#signal })
      } catch {
        return heard
      }
    }
  }

  /**
   * What only looks is asked again when the connection closes: a kept one may do so at any time (RFC 9112
   * section 9.3.1).
   */
  async #again(sent: Sent): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(mostForOne)])
      try {
        return await this.#exchange(sent, signal)
      } catch (cause) {
        if (sent.method === 'GET' && isClosed(cause) && tries < mostTries && !signal.aborted) continue
        const asked = sent.method !== 'GET' && this.#connection.opened ? doing(sent) : sent.asked
        throw unanswered(this.#bmc, cause, { signal, asked })
      }
    }
  }

  /**
   * What changes something has a new connection: of one that was kept, and closes, nobody would know whether
   * it was carried out, nor could it be asked for again (RFC 9110 section 9.2.2).
   */
  async #exchange({ method, path, body, match }: Sent, signal: AbortSignal): Promise<Response> {
    if (method !== 'GET') {
      await this.#connection.close()
      this.#connection = openConnection(this.#bmc)
    }
    const headers = {
      Accept: 'application/json',
      // Without this field any packing would be right (RFC 9110 section 12.5.3).
      'Accept-Encoding': 'identity',
      'OData-Version': '4.0',
      ...this.#login.headers(path),
      ...(body && { 'Content-Type': 'application/json' }),
      ...(match !== undefined && { 'If-Match': match }),
    }
    const request = { method, path, headers, ...(body && { body: JSON.stringify(body) }) }
    return await this.#connection.exchange(request, signal)
  }
}

/** What a request would have the BMC do, for people: `On`, or the names of what is changed. */
function doing({ method, body = {} }: Sent): string {
  return typeof body.ResetType === 'string' ? body.ResetType : Object.keys(body).join(', ') || method
}

/** Milliseconds of Retry-After: seconds, or a date. */
function pauseOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,6}$/.test(text.trim())) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

function answerOf({ status, header, text, body }: Response): Answer {
  if (!body && text.trim() === '')
    throw new LunaError('failed', "the BMC's answer is empty", { why: `status ${status}`, fix: overIpmi })
  if (!body) throw new LunaError('failed', 'the BMC answers, but not in JSON', { fix: overIpmi })
  const inside = body['@odata.etag']
  return { body, etag: header('etag') ?? (typeof inside === 'string' ? inside : undefined) }
}
