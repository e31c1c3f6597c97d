// Whoever speaks HTTP to a port of FastCGI: nginx does with the file of the first Luna,
// and says nothing that helps.
import type { Server } from 'node:net'

// How a request begins (RFC 9112, section 3); a record of FastCGI begins with the byte 1.
const requestLine = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS) /

/**
 * Ends a connection that begins as HTTP does, and calls `tell` for it, at most once in `every` milliseconds,
 * however many there are.
 */
export function heardHttp(server: Server, tell: () => void, every = 300_000): void {
  let told = Number.NEGATIVE_INFINITY
  server.on('connection', (socket) => {
    socket.once('data', (chunk) => {
      if (!requestLine.test(chunk.toString('latin1', 0, 8))) return
      // node-fastcgi would wait for the rest of a record of that length
      socket.destroy()
      if (performance.now() - told < every) return
      told = performance.now()
      tell()
    })
  })
}
