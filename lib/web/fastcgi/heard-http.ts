// Whoever speaks HTTP to a port of FastCGI: nginx does with the file of the first Luna,
// and says nothing that helps.
import type { Server } from 'node:net'

// How a request begins (RFC 9112, section 3); a record of FastCGI begins with the byte 1.
const requestLine = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS) /

/**
 * Calls `tell` for a connection that begins as HTTP does, at most once in `every`
 * milliseconds, however many there are.
 */
export function heardHttp(server: Server, tell: () => void, every = 300_000): void {
  let told = Number.NEGATIVE_INFINITY
  server.on('connection', (socket) => {
    socket.once('data', (chunk) => {
      if (performance.now() - told < every || !requestLine.test(chunk.toString('latin1', 0, 8))) return
      told = performance.now()
      tell()
    })
  })
}
