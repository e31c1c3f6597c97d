// A tracker that takes every announce, remembers it, and gives out all seeders.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Tracker {
  readonly url: string
  readonly port: number
  /** The parameters of all announces so far, oldest first. */
  readonly announces: readonly URLSearchParams[]
  /** Waits until an announce satisfies; the limit is mocha's. */
  heard(wanted: (asked: URLSearchParams) => boolean): Promise<URLSearchParams>
  close(): Promise<void>
}

export async function openTracker(port = 0, answer?: string): Promise<Tracker> {
  const announces: URLSearchParams[] = []
  const seeders = new Set<string>()
  let said = () => {}
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://tracker').searchParams
    announces.push(asked)
    if (asked.get('peer_id')?.startsWith('luna')) seeders.add(compact(asked))
    response.end(Buffer.from(answer ?? answerWith([...seeders].join('')), 'latin1'))
    said()
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}/announce`,
    port: bound,
    announces,
    heard: async (wanted) => {
      for (;;) {
        const found = announces.find(wanted)
        if (found) return found
        await new Promise<void>((done) => {
          said = done
        })
      }
    },
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => server.close(() => done()))
}

function answerWith(peers: string): string {
  return `d8:intervali5e5:peers${peers.length}:${peers}e`
}

/** BEP 23. */
function compact(asked: URLSearchParams): string {
  const port = Number(asked.get('port'))
  const numbers = [...(asked.get('ip') ?? '').split('.').map(Number), port >> 8, port & 255]
  return String.fromCharCode(...numbers)
}
