// Counts what a worker answers. The leader gets it now and then and sums it up: a worker that is replaced
// takes no counts along.
import type { Handler, Request } from '../fastcgi/handler.ts'

/** Answers of one kind since the last time. */
export interface Counted {
  readonly route: string
  readonly status: number
  readonly requests: number
  /** What they took together. */
  readonly seconds: number
}

export class RequestCounter {
  #counted = new Map<string, Counted>()

  add(route: string, status: number, seconds: number): void {
    const key = `${route} ${status}`
    const { requests = 0, seconds: before = 0 } = this.#counted.get(key) ?? {}
    this.#counted.set(key, { route, status, requests: requests + 1, seconds: before + seconds })
  }

  /** What was counted since the last call. */
  take(): Counted[] {
    const counted = [...this.#counted.values()]
    this.#counted = new Map()
    return counted
  }
}

/** The handler, with its answers counted. */
export function counting(handler: Handler, counter: RequestCounter): Handler {
  return async (request) => {
    const began = performance.now()
    const response = await handler(request)
    counter.add(routeOf(request), response.status, (performance.now() - began) / 1000)
    return response
  }
}

/** What was asked for, in one of a few words. */
export function routeOf({ path, query }: Pick<Request, 'path' | 'query'>): string {
  if (path.startsWith('/ui/')) return 'ui'
  const known = ['announce', 'scrape', 'metrics'].find((name) => path.startsWith(`/${name}`))
  if (known || !path.startsWith('/luna')) return known ?? 'other'
  const step = /(?:^|&)step=([a-z]+)(?:&|$)/.exec(query)?.[1]
  if (step === 'install') return /(?:^|&)status=/.test(query) ? 'status' : 'install'
  return step === 'boot' || step === 'discovery' || step === 'report' ? step : 'other'
}
