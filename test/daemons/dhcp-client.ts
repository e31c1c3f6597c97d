// A DHCP client of a few lines (RFC 2131): one machine asks, by broadcast, and tells what it was answered.
// Run inside the client's namespace: `node dhcp-client.ts '{"mac": "52:54:00:00:00:01", "arch": 0}'` prints
// the answer as JSON.
import { createSocket } from 'node:dgram'

export interface Machine {
  mac: string
  /** Option 93 (RFC 4578); a running system sends none. */
  arch?: number
  userClass?: string
  vendorClass?: string
}

export interface Answer {
  address: string
  nextServer: string
  /** The `file` field, or option 67 where it is there. */
  file: string
  options: Record<number, string>
}

const [discover, offer, request, ack] = [1, 2, 3, 5]

const asked = process.argv[2]
if (asked) process.stdout.write(JSON.stringify(await ask(JSON.parse(asked))))

async function ask(machine: Machine): Promise<Answer> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const id = Math.floor(Math.random() * 2 ** 32)
  await new Promise<void>((done) => socket.bind(68, () => done()))
  socket.setBroadcast(true)
  try {
    const offered = await exchange(discover, offer, {})
    const chosen = { 50: offered.subarray(16, 20), 54: optionsOf(offered)[54] ?? offered.subarray(20, 24) }
    return read(await exchange(request, ack, chosen))
  } finally {
    socket.close()
  }

  function exchange(type: number, expected: number, more: Record<number, Buffer>): Promise<Buffer> {
    const packet = write(machine, id, type, more)
    return new Promise((done) => {
      const send = () => socket.send(packet, 67, '255.255.255.255')
      const again = setInterval(send, 1000)
      socket.on('message', (message) => {
        if (message.readUInt32BE(4) !== id || optionsOf(message)[53]?.[0] !== expected) return
        clearInterval(again)
        socket.removeAllListeners('message')
        done(message)
      })
      send()
    })
  }
}

function write(machine: Machine, id: number, type: number, more: Record<number, Buffer>): Buffer {
  const head = Buffer.alloc(240)
  head.set([1, 1, 6, 0])
  head.writeUInt32BE(id, 4)
  head.writeUInt16BE(0x8000, 10)
  head.set(Buffer.from(machine.mac.replaceAll(':', ''), 'hex'), 28)
  head.set([0x63, 0x82, 0x53, 0x63], 236)
  const options: Record<number, Buffer> = {
    53: Buffer.from([type]),
    55: Buffer.from([1, 3, 6, 60, 66, 67, 175]),
    ...more,
  }
  if (machine.arch !== undefined) options[93] = Buffer.from([0, machine.arch])
  if (machine.userClass) options[77] = Buffer.from(machine.userClass)
  if (machine.vendorClass) options[60] = Buffer.from(machine.vendorClass)
  const list = Object.entries(options).map(([code, value]) =>
    Buffer.concat([Buffer.from([Number(code), value.length]), value]),
  )
  return Buffer.concat([head, ...list, Buffer.from([255])])
}

function read(message: Buffer): Answer {
  const options = optionsOf(message)
  const inHeader = message.toString('latin1', 108, 236).replace(/\0.*$/s, '')
  return {
    address: message.subarray(16, 20).join('.'),
    nextServer: message.subarray(20, 24).join('.'),
    file: options[67]?.toString('latin1').replace(/\0.*$/s, '') || inHeader,
    options: Object.fromEntries(
      Object.entries(options).map(([code, value]) => [code, value.toString('hex')]),
    ),
  }
}

function optionsOf(message: Buffer): Record<number, Buffer> {
  const options: Record<number, Buffer> = {}
  for (let at = 240; at < message.length && message[at] !== 255; ) {
    const [code = 0, length = 0] = message.subarray(at, at + 2)
    if (code === 0) at += 1
    else {
      options[code] = message.subarray(at + 2, at + 2 + length)
      at += 2 + length
    }
  }
  return options
}
