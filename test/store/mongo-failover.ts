// A way to MongoDB that breaks: a proxy that cuts all connections at a given message.
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Breaking {
  /** host:port to be used in place of the server's. */
  readonly server: string
  /** Messages from clients since `cutAt` was called. */
  messages(): number
  /**
   * Cuts all connections at the n-th message from now on (from 1): it is delivered, or lost with its answer.
   * 0: never.
   */
  cutAt(message: number, delivered: boolean): void
  /**
   * Holds back all messages of clients from the first one on that has the text in it; gives when that has
   * come.
   */
  holdFrom(text: string): Promise<void>
  /** Delivers what was held back, connections closed or not. */
  letGo(): void
  close(): Promise<void>
}

/** Opens the proxy in front of `host:port`. */
export async function openBreaking(target: string): Promise<Breaking> {
  const [host = '', port = ''] = target.split(':')
  const sockets = new Set<Socket>()
  const state = { seen: 0, at: 0, delivered: false }
  const hold = { from: '', held: undefined as (() => void)[] | undefined, begun: () => {} }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy = createServer((client) => {
    const server = connect(Number(port), host)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          client.destroy()
          // What a network holds back arrives although its sender has given up.
          if (!hold.held) server.destroy()
        })
    }
    server.on('data', (bytes) => client.write(bytes))
    client.on('data', (bytes) => {
      if (hold.from && bytes.includes(hold.from)) {
        Object.assign(hold, { from: '', held: [] })
        hold.begun()
      }
      if (hold.held) return hold.held.push(() => server.write(bytes))
      // The heartbeat of the driver is none of the work.
      if (!isHello(bytes)) state.seen++
      const now = !isHello(bytes) && state.seen === state.at
      if (now) state.at = 0
      if (!now) server.write(bytes)
      else if (state.delivered) server.write(bytes, () => setTimeout(cut, 20))
      else cut()
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const address = proxy.address()
  return {
    server: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    messages: () => state.seen,
    cutAt: (message, delivered) => Object.assign(state, { seen: 0, at: message, delivered }),
    holdFrom: (from) => new Promise((begun) => Object.assign(hold, { from, begun })),
    letGo: () => {
      for (const deliver of hold.held ?? []) deliver()
      hold.held = undefined
    },
    close: () => closed(proxy, cut),
  }
}

function isHello(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 120)
  return /hello|ismaster/i.test(head)
}

function closed(proxy: Server, cut: () => void): Promise<void> {
  cut()
  return new Promise((done) => proxy.close(() => done()))
}
