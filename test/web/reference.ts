// The same seam over node-fastcgi, which keeps no connections: the peer that ours is held against in tests and benches.
import type { Server } from 'node:net'
import { createServer } from 'node-fastcgi'
import type { Address, Handler, Listener } from '../../lib/web/fastcgi/serve.ts'

/** Answers FastCGI requests at an address. */
export async function serveByReference(handler: Handler, address: Address): Promise<Listener> {
  const server = createServer((request, response) => {
    const { REQUEST_URI: uri = '', REMOTE_ADDR: remote = '' } = request.cgiParams
    const [path = '', query = ''] = uri.split(/\?(.*)/s)
    handler({ method: request.method ?? '', path, query, remote }).then(
      ({ status, type, body }) => {
        const bytes = Buffer.from(body)
        response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
        response.end(bytes)
      },
      () => response.destroy(),
    )
  })
  server.setTimeout(60_000)
  server.on('clientError', (_error, socket) => socket.destroy())
  await listening(server, address)
  return { close: () => new Promise((resolve) => server.close(() => resolve())) }
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen('path' in address ? address : { host: '127.0.0.1', port: address.port }, resolve)
  })
}
