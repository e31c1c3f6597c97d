// Asks the routes of lweb without any web server.
import type { Place } from '../../lib/host/wire.ts'
import type { Log } from '../../lib/log.ts'
import { formatEvent } from '../../lib/log.ts'
import type { BootEvent } from '../../lib/object/record/boot.ts'
import type { RefusedAsked } from '../../lib/object/record/refused.ts'
import type { UnknownAsked } from '../../lib/object/record/unknown.ts'
import type { Store } from '../../lib/store/store.ts'
import { piecesOf, type Response } from '../../lib/web/fastcgi/handler.ts'
import { watchNodes } from '../../lib/web/page/watched.ts'
import { answerWith } from '../../lib/web/routes.ts'

export interface Asking {
  ask(
    url: string,
    method?: string,
    from?: { remote?: string; port?: number; match?: string; token?: string; body?: string },
  ): Promise<{ status: number; type: string; body: string; etag?: string }>
  /** Every line that was logged. */
  readonly lines: string[]
  /** What was seen of boots. */
  readonly seen: BootEvent[]
  /** Machines that are no node. */
  readonly unknown: UnknownAsked[]
  /** Who asked as a node and was refused. */
  readonly refused: RefusedAsked[]
}

export const frontend = 'http://10.30.255.254:7050'
export const now = new Date('2026-03-04T05:06:07Z')

/** `place` says where addresses are: all on a head, unless told otherwise. */
export function asking(
  store: () => Promise<Store>,
  place: (address: string) => Place = () => ({ kind: 'here' }),
): Asking {
  const lines: string[] = []
  const seen: BootEvent[] = []
  const unknown: UnknownAsked[] = []
  const refused: RefusedAsked[] = []
  const handler = answerWith({
    store,
    url: frontend,
    log: logTo(lines),
    record: (event) => seen.push(event),
    unknown: (asked) => unknown.push(asked),
    refused: (asked) => refused.push(asked),
    leader: {
      metrics: async () => '# what the leader has counted\n',
      ...watchNodes(store, () => now),
    },
    now: () => now,
    random: () => 0.5,
    seedKey: async () => undefined,
    place: async (at) => place(at),
  })
  return {
    lines,
    seen,
    unknown,
    refused,
    async ask(url, method = 'GET', from = {}) {
      const { remote = '10.30.0.1', port = 40_000, match = '', token = '', body = '' } = from
      const [path = '', query = ''] = url.split(/\?(.*)/s)
      const asked = { method, path, query, remote, port, key: '', match, token, body: Buffer.from(body) }
      return plain(await handler(asked))
    },
  }
}

function plain({ body, ...rest }: Response) {
  return { ...rest, body: Buffer.concat(piecesOf(body)).toString('latin1') }
}

function logTo(lines: string[]): Log {
  const at =
    (level: string): Log['info'] =>
    (event, fields) =>
      lines.push(`${level} ${formatEvent(event, fields)}`)
  return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error') }
}
