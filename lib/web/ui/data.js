// Asks the head again and again, as long as somebody looks.
import { setClock } from './text.js'

/**
 * Gives `take` what is at an address below data/ when it is another than before. Resolves when it was asked
 * once. `heard` gets what went wrong, or undefined after each answer. Where `since` is true, the head is told
 * which answer the page has, and may give what differs from that.
 * @param {string} what
 * @param {(value: any) => void} take
 * @param {number | (() => number)} pause milliseconds between two questions
 * @param {(trouble?: string) => void} heard
 */
export async function follow(what, take, pause, heard = () => {}, since = false) {
  let tag = ''
  /** @type {() => void} */
  let wake = () => {}
  const ask = async () => {
    try {
      const has = since && tag ? `?since=${encodeURIComponent(tag.replace(/^W\/|"/g, ''))}` : ''
      const answer = await fetch(`data/${what}${has}`, {
        cache: 'no-store',
        signal: AbortSignal.timeout(15_000),
        headers: tag ? { 'If-None-Match': tag } : {},
      })
      setClock(answer.headers.get('date'))
      if (answer.status === 200) {
        take(await answer.json())
        tag = answer.headers.get('etag') ?? ''
      } else if (answer.status !== 304) throw new Error(`the head answers ${answer.status}`)
      heard()
    } catch (error) {
      const text = String(error)
      heard(/^(?:Type|Timeout)Error/.test(text) ? 'the head does not answer' : text.replace(/^Error: /, ''))
    }
  }
  const rest = () =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, typeof pause === 'number' ? pause : pause())
      wake = () => {
        clearTimeout(timer)
        resolve(undefined)
      }
    })
  const again = async () => {
    for (;;) {
      await rest()
      if (document.hidden) await shown()
      await ask()
    }
  }
  addEventListener('hashchange', () => wake())
  await ask()
  void again()
}

/** Resolves when somebody looks again. */
function shown() {
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(undefined), { once: true })
  })
}
