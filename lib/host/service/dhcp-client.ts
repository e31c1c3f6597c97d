// Asks for DHCP servers as a machine that boots does, and tells all that answer. What it is offered it does
// not take.
import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../error.ts'
import { hasProgram, run } from '../run.ts'
import { discoverPacket, type Offer, readOffer } from './dhcp-packet.ts'

/** An interface of this machine that is up. */
export interface Link {
  readonly name: string
  readonly address: string
  /** Six pairs of hexadecimal digits, with colons. */
  readonly mac: string
}

/** The interface that has an IPv4 address; undefined where none that is up has it. */
export function linkWith(address: string): Link | undefined {
  for (const [name, all] of Object.entries(networkInterfaces())) {
    const found = all?.find((one) => one.address === address && !one.internal)
    if (found) return { name, address, mac: found.mac }
  }
  return undefined
}

// Milliseconds. dhcpd asks for a second whether an address is in use before it offers it, dnsmasq for three.
const listening = 3500

/**
 * All offers to a DISCOVER that is broadcast from an interface. They are read with tcpdump(8), which also
 * hears the server of this machine, and the MAC address of every server; undefined where that is not
 * installed. `asked` is called when all that is left is to listen. Needs root. Throws LunaError `failed`
 * where tcpdump cannot listen there.
 */
export async function offersOn(link: Link, asked = () => {}): Promise<Offer[] | undefined> {
  if (!(await hasProgram('tcpdump'))) return undefined
  const xid = randomInt(2 ** 32)
  const mac = Buffer.from(link.mac.replaceAll(':', ''), 'hex')
  const offers: Offer[] = []
  await capture(
    link.name,
    async () => {
      await broadcast(link.address, discoverPacket(mac, xid))
      asked()
    },
    (frame) => {
      const offer = readOffer(frame, xid)
      if (offer) offers.push(offer)
    },
  )
  return offers
}

/** Does `ask` once tcpdump listens, and hands over each frame to a DHCP client that it hears from then on. */
async function capture(name: string, ask: () => Promise<void>, take: (frame: Buffer) => void): Promise<void> {
  const filter = ['udp', 'and', 'src', 'port', '67', 'and', 'dst', 'port', '68']
  const args = ['-i', name, '-p', '-n', '-l', '--immediate-mode', '-y', 'EN10MB', '-xx', ...filter]
  const end = new AbortController()
  let asked: Promise<void> | undefined
  let bytes: string[] = []
  const flush = () => {
    if (bytes.length > 0) take(Buffer.from(bytes.join(''), 'hex'))
    bytes = []
  }
  const askOnce = async () => {
    await ask()
    await delay(listening)
  }
  const onLine = (line: string) => {
    const [, offset, hex] = /^\s+0x([0-9a-f]{4}):\s+([0-9a-f ]+?)(?:\s{2,}.*)?$/.exec(line) ?? []
    if (offset === undefined || offset === '0000') flush()
    if (hex) bytes.push(hex.replaceAll(' ', ''))
    if (/\blistening on\b/.test(line)) asked ??= askOnce().finally(() => end.abort())
  }
  await run('tcpdump', args, { onLine, signal: end.signal, timeout: 3 * listening }).catch((error) => {
    if (!end.signal.aborted) throw error
  })
  flush()
  await asked
}

const [serverPort, clientPort] = [67, 68]

/** From the address of an interface: that also decides which one it goes out by. */
async function broadcast(from: string, packet: Buffer): Promise<void> {
  const socket = await clientSocket(from)
  try {
    socket.setBroadcast(true)
    await new Promise<void>((sent, broken) =>
      socket.send(packet, serverPort, '255.255.255.255', (cause) =>
        cause ? broken(notSent(cause)) : sent(),
      ),
    )
  } finally {
    socket.close()
  }
}

/** On the port of clients; on any other where a client of this machine has that one. */
async function clientSocket(address: string): Promise<Socket> {
  return await bound(address, clientPort).catch(() => bound(address, 0))
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(port, address)
  try {
    await once(socket, 'listening')
    return socket
  } catch (cause) {
    socket.close()
    throw notSent(cause)
  }
}

function notSent(cause: unknown): LunaError {
  return new LunaError('failed', 'a DHCP question could not be sent', {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'look at the interface: ip addr',
    cause,
  })
}
