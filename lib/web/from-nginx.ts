// Lets in what nginx asks: the address of a client is believed only from who has the key.
import { timingSafeEqual } from 'node:crypto'
import { sentence } from '../error.ts'
import type { Log } from '../log.ts'
import type { Handler, Response } from './fastcgi/handler.ts'

// How often the key may be read again, in milliseconds.
const readEvery = 1000

/**
 * The handler behind a check of the key. `read` gives the key, undefined while nginx was given none: a
 * configuration of a former release goes on serving. The key may change at any time: it is read again when
 * another one comes.
 */
export function onlyFromNginx(
  handler: Handler,
  read: () => Promise<string | undefined>,
  log: Log,
  clock: () => number = () => performance.now(),
): Handler {
  let known: Promise<string | undefined> | undefined
  let since = 0
  let warned = Number.NEGATIVE_INFINITY
  const keyNow = (again: boolean) => {
    if (known && !(again && clock() - since >= readEvery)) return known
    since = clock()
    known = read()
    known.catch(() => {
      known = undefined
    })
    return known
  }
  const isIn = async (key: string) => {
    if (matches(key, await keyNow(false))) return true
    const wanted = await keyNow(true)
    return wanted === undefined || matches(key, wanted)
  }
  const refused = (why: string): Response => {
    if (clock() - warned >= readEvery) log.warning('not from nginx', { why, fix: 'luna cluster makenginx' })
    warned = clock()
    return { status: 403, type: 'text/plain; charset=UTF-8', body: 'only nginx is answered here\n' }
  }
  return async (request) => {
    try {
      if (await isIn(request.key)) return await handler(request)
      return refused('somebody without the key of nginx asked lweb')
    } catch (error) {
      return refused(sentence(error))
    }
  }
}

/** Whether who sends that key is nginx. A key that nobody wants says that there is one by now. */
function matches(key: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return key === ''
  const [one, other] = [Buffer.from(key), Buffer.from(wanted)]
  return one.length > 0 && one.length === other.length && timingSafeEqual(one, other)
}
