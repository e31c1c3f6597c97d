// Hears from nginx which files it has sent to nodes: as messages of syslog to a port of loopback. A file of
// its own would have to be there before nginx starts at all; of messages a few may be lost.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Log } from '../log.ts'
import { type Fetched, readFetched } from '../object/record/fetched.ts'
import { fetchedPort } from '../render/nginx.ts'

/**
 * Gives what is heard to `add`; what has not the key of nginx is somebody else's. Resolves with what ends it.
 * A port that is taken is logged: nodes boot all the same.
 */
export async function hearFetched(
  add: (fetched: Fetched) => void,
  key: () => Promise<string | undefined>,
  log: Log,
  port: number = fetchedPort,
): Promise<() => void> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 })
  const take = async (message: Buffer) => {
    const read = readFetched(message.toString('utf8'))
    if (read && read.key === ((await key()) ?? read.key)) add(read.fetched)
  }
  socket.on('message', (message) => void take(message).catch(() => undefined))
  try {
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    socket.on('error', () => undefined)
    return () => socket.close()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    log.warning('files that nodes fetch are not noted', { why })
    return () => undefined
  }
}
