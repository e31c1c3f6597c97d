// The responder of the npm package node-fastcgi. It closes the connection after each answer.
import { createServer } from 'node-fastcgi'
import { mostReportBytes } from '../../object/record/report.ts'
import {
  type Address,
  type Handler,
  headersOf,
  type Listener,
  listenAt,
  piecesOf,
  type Request,
  requestOf,
  requestParams,
} from './handler.ts'

// Milliseconds without a byte, after which a connection is closed; the same as of the own responder.
const idleTimeout = 90_000

/** The request with the beginning of what comes with it; all of it is read. */
async function withBody(request: Request, content: AsyncIterable<Buffer>): Promise<Request> {
  const kept: Buffer[] = []
  let room = mostReportBytes
  for await (const chunk of content) {
    kept.push(chunk.subarray(0, room))
    room = Math.max(0, room - chunk.length)
  }
  return { ...request, body: Buffer.concat(kept) }
}

/** Answers FastCGI requests at an address. Rejects when it cannot listen there. */
export async function serveByNodeFastcgi(
  handler: Handler,
  address: Address,
  http: () => void,
): Promise<Listener> {
  const server = createServer((request, response) => {
    const asked = requestOf(requestParams.map((name) => request.cgiParams[name]))
    const whole = asked.method === 'POST' ? withBody(asked, request) : Promise.resolve(asked)
    whole.then(handler).then(
      (answer) => {
        const bytes = Buffer.concat(piecesOf(answer.body))
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
