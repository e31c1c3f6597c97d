// FastCGI by the responder that luna.conf names: `own` (server.ts, whose header says why it is the default),
// or node-fastcgi.
import { STATUS_CODES } from 'node:http'
import type { Responder } from '../../config.ts'
import {
  type Address,
  type Handler,
  headersOf,
  type Listener,
  listenAt,
  piecesOf,
  requestOf,
  requestParams,
} from './handler.ts'
import { type Answer, fastcgiServer } from './server.ts'

/**
 * Answers FastCGI requests at an address. Rejects when it cannot listen there. `http` is called, once in a
 * few minutes, when somebody speaks HTTP instead.
 */
export async function serve(
  responder: Responder,
  handler: Handler,
  address: Address,
  http: () => void = () => {},
): Promise<Listener> {
  if (responder === 'own') return await serveByOwn(handler, address, http)
  const { serveByNodeFastcgi } = await import('./node-fastcgi.ts')
  return await serveByNodeFastcgi(handler, address, http)
}

async function serveByOwn(handler: Handler, address: Address, http: () => void): Promise<Listener> {
  const { server, close } = fastcgiServer(requestParams, async (values, body) =>
    answerOf(await handler({ ...requestOf(values), ...(body.length > 0 && { body }) })),
  )
  await listenAt(server, address, http)
  return { close }
}

function answerOf(response: Awaited<ReturnType<Handler>>): Answer {
  const { status } = response
  const body = piecesOf(response.body)
  const length = body.reduce((sum, piece) => sum + piece.length, 0)
  const fields = Object.entries(headersOf(response, length)).map(([name, value]) => `${name}: ${value}`)
  const lines = [`Status: ${status} ${STATUS_CODES[status] ?? ''}`, ...fields]
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body }
}
