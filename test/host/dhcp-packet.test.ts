import assert from 'node:assert/strict'
import { discoverPacket, readOffer } from '../../lib/host/service/dhcp-packet.ts'

const [mac, xid] = [Buffer.from('525400000001', 'hex'), 0xdeadbeef]

/** A frame from 52:54:00:00:00:cc, 10.30.0.9, with a DHCP message. */
function frameOf(message: Buffer): Buffer {
  const ethernet = Buffer.from('ffffffffffff5254000000cc0800', 'hex')
  // Four bytes of IP options: the header is 24 bytes long.
  const ip = Buffer.from('4600000000000000401100000a1e0009ffffffff01010101', 'hex')
  return Buffer.concat([ethernet, ip, Buffer.from('0043004400000000', 'hex'), message])
}

function reply(type: number, options = ''): Buffer {
  const message = discoverPacket(mac, xid).subarray(0, 240)
  message.set([2])
  message.set([10, 30, 200, 1], 16)
  return Buffer.concat([message, Buffer.from([53, 1, type]), Buffer.from(`${options}ff`, 'hex')])
}

describe('a DHCP DISCOVER', () => {
  it('asks by broadcast, as a BIOS that boots by PXE does (RFC 2131, RFC 4578)', () => {
    const packet = discoverPacket(mac, xid)
    assert.deepEqual([...packet.subarray(0, 4)], [1, 1, 6, 0])
    assert.equal(packet.readUInt32BE(4), xid)
    assert.equal(packet.readUInt16BE(10), 0x8000)
    assert.equal(packet.toString('hex', 28, 34), mac.toString('hex'))
    assert.equal(packet.toString('hex', 236, 243), '63825363350101')
    assert.ok(packet.includes('PXEClient:Arch:00000:UNDI:002001'))
    assert.equal(packet.at(-1), 255)
  })
})

describe('readOffer', () => {
  it('tells the MAC address of the frame, the server and the offered address', () => {
    const found = { mac: '52:54:00:00:00:cc', server: '10.30.0.9', address: '10.30.200.1' }
    assert.deepEqual(readOffer(frameOf(reply(2)), xid), found)
    assert.deepEqual(readOffer(frameOf(reply(2, '003604c0a80001')), xid), { ...found, server: '192.168.0.1' })
  })

  it('passes over answers to others, and what is no offer', () => {
    assert.equal(readOffer(frameOf(reply(2)), xid + 1), undefined)
    assert.equal(readOffer(frameOf(reply(5)), xid), undefined)
    assert.equal(readOffer(frameOf(discoverPacket(mac, xid)), xid), undefined)
    const ipv6 = frameOf(reply(2))
    ipv6.writeUInt16BE(0x86dd, 12)
    assert.equal(readOffer(ipv6, xid), undefined)
  })

  it('survives frames that are cut off anywhere', () => {
    const frame = frameOf(reply(2, '3604c0a80001'))
    for (let length = 0; length < frame.length; length++) readOffer(frame.subarray(0, length), xid)
    assert.equal(readOffer(frame.subarray(0, 270), xid), undefined)
  })
})
