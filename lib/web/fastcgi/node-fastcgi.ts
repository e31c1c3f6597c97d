// The responder of the npm package node-fastcgi. It closes the connection after each answer.
import { createServer } from 'node-fastcgi'
import {
  type Address,
  type Handler,
  headersOf,
  type Listener,
  listenAt,
  requestOf,
  requestParams,
} from './handler.ts'

// Milliseconds without a byte, after which a connection is closed; the same as of the own responder.
const idleTimeout = 90_000

/** Answers FastCGI requests at an address. Rejects when it cannot listen there. */
export async function serveByNodeFastcgi(
  handler: Handler,
  address: Address,
  http: () => void,
): Promise<Listener> {
  const server = createServer((request, response) => {
    handler(requestOf(requestParams.map((name) => request.cgiParams[name]))).then(
      (answer) => {
        const bytes = Buffer.from(answer.body)
        response.writeHead(answer.status, headersOf(answer, bytes.length))
        response.end(bytes)
      },
      () => response.destroy(),
    )
  })
  server.setTimeout(idleTimeout)
  server.on('clientError', (_error, socket) => socket.destroy())
  await listenAt(server, address, http)
  return { close: () => new Promise((resolve) => server.close(() => resolve())) }
}
