// DHCP messages (RFC 2131, options RFC 2132): the DISCOVER of a machine that boots by PXE, and the offers to
// it in captured Ethernet frames.

export interface Offer {
  /** MAC address that the frame came from. */
  readonly mac: string
  /** The server, by its own identifier (option 54), else by the source address of the packet. */
  readonly server: string
  /** The address that is offered; `0.0.0.0` of a server that only names a boot file. */
  readonly address: string
}

const magicCookie = 0x63825363
const [bootRequest, bootReply] = [1, 2]
const [discover, offer] = [1, 2]
const endOption = 255

/** The payload of a DISCOVER. `mac` are the six bytes of the hardware address, `xid` a number of 32 bits. */
export function discoverPacket(mac: Uint8Array, xid: number): Buffer {
  const head = Buffer.alloc(240)
  // Ethernet (RFC 1700), six bytes long, no hops.
  head.set([bootRequest, 1, 6, 0])
  head.writeUInt32BE(xid, 4)
  // The broadcast flag: the answer goes to all, and so can be heard.
  head.writeUInt16BE(0x8000, 10)
  head.set(mac, 28)
  head.writeUInt32BE(magicCookie, 236)
  const vendorClass = Buffer.from('PXEClient:Arch:00000:UNDI:002001')
  const options = [
    [53, [discover]],
    [55, [1, 3, 6, 60, 66, 67]],
    [60, vendorClass],
    // Architecture (RFC 4578): BIOS. Servers that only name boot files answer nobody else.
    [93, [0, 0]],
    [94, [1, 2, 1]],
  ] as const
  const list = options.map(([code, value]) => Buffer.from([code, value.length, ...value]))
  return Buffer.concat([head, ...list, Buffer.from([endOption])])
}

/** The offer in an Ethernet frame that answers the DISCOVER with that `xid`; undefined where it is none. */
export function readOffer(frame: Buffer, xid: number): Offer | undefined {
  try {
    return offerIn(frame, xid)
  } catch (cause) {
    // A frame that is cut off, whoever sent it.
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

function offerIn(frame: Buffer, xid: number): Offer | undefined {
  if (frame.readUInt16BE(12) !== 0x0800) return undefined
  const ip = frame.subarray(14)
  const message = ip.subarray((ip.readUInt8(0) & 0x0f) * 4 + 8)
  if (message.readUInt8(0) !== bootReply || message.readUInt32BE(4) !== xid) return undefined
  if (message.readUInt32BE(236) !== magicCookie) return undefined
  const options = optionsOf(message.subarray(240))
  if (options.get(53)?.[0] !== offer) return undefined
  const identifier = options.get(54)
  return {
    mac: [...frame.subarray(6, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    server: dotted(identifier?.length === 4 ? identifier : ip.subarray(12, 16)),
    address: dotted(message.subarray(16, 20)),
  }
}

function optionsOf(list: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>()
  for (let at = 0; at < list.length; ) {
    const code = list.readUInt8(at++)
    if (code === endOption) break
    if (code === 0) continue
    const length = list.readUInt8(at++)
    options.set(code, list.subarray(at, at + length))
    at += length
  }
  return options
}

function dotted(bytes: Uint8Array): string {
  return bytes.join('.')
}
