// Row A11 and the seeder's part of A12: messages without an end, and connections without a number.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { seederId } from '../../lib/task/torrent/swarm.ts'
import { inside } from './net.ts'
import { addresses, needsStage, type Seat, Stage } from './stage.ts'

describe('what the seeder bears', function () {
  this.timeout(120_000)
  let stage: Stage
  let port: number
  let infoHash: string
  before(async function () {
    needsStage(this)
    stage = await Stage.start({ seeder: true })
    const seeder = await announced(stage)
    port = seeder.port
    infoHash = seeder.infoHash
    writeFileSync(join(stage.dir, 'peer.py'), peer)
  })
  after(() => stage?.close())

  const attack = (seat: Seat, what: string, host: string = addresses.head) =>
    stage
      .run(seat, '/usr/bin/python3', [join(stage.dir, 'peer.py'), host, String(port), infoHash, what])
      .stdout.trim()

  it('ends a message that has no end, and shakes hands with a node meanwhile', () => {
    const attackers = [1, 2, 3, 4].map(() =>
      stage.spawn('neighbour', '/usr/bin/python3', [
        ...[join(stage.dir, 'peer.py'), addresses.head, String(port), infoHash, 'endless'],
      ]),
    )
    const times = Array.from({ length: 10 }, () => Number(attack('node001', 'hands')))
    for (const attacker of attackers) attacker.kill()
    assert.ok(
      times.every((seconds) => seconds > 0 && seconds < 2),
      String(times),
    )
    assert.ok(Number(attack('neighbour', 'once')) < 5_000_000, 'it took all of it')
  })

  it('lets an address have few connections, and others theirs', () => {
    assert.equal(attack('neighbour', 'many'), '8')
    assert.ok(Number(attack('node001', 'hands')) > 0)
  })

  it('serves the networks of the cluster at whatever address of the head, and nobody else', () => {
    inside('head', 'addr add 192.0.2.1/24 dev br0')
    inside('neighbour', 'addr add 192.0.2.66/24 dev eth0')
    assert.equal(attack('neighbour', 'hands', '192.0.2.1'), 'refused')
    assert.ok(Number(attack('far', 'hands')) > 0)
  })
})

/** The seeder as the tracker knows it, once it has announced itself. */
async function announced(stage: Stage) {
  for (let left = 100; left > 0; left--) {
    const peers = await stage.store((store) => store.peers())
    const seeder = peers.find(({ peerId }) => peerId === seederId)
    if (seeder) return seeder
    await delay(200)
  }
  return assert.fail('the seeder does not announce itself')
}

/** Prints seconds of a handshake, bytes that were taken, or how many connections were left open. */
const peer = `
import socket, sys, time
host, port, info, what = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3]), sys.argv[4]
def shake(n=0):
    s = socket.create_connection((host, port), timeout=10)
    s.send(b"\\x13BitTorrent protocol" + bytes(8) + info + b"-XX0000-%012d" % n)
    return s if len(s.recv(68)) > 0 else None
if what == "hands":
    since = time.time()
    try:
        print(time.time() - since if shake() else "refused")
    except OSError:
        print("refused")
elif what == "many":
    held = []
    for n in range(40):
        try:
            s = shake(n)
            if s: held.append(s)
        except OSError: pass
    print(len(held))
else:
    sent = 0
    block = bytes(1 << 20)
    until = time.time() + 20
    while time.time() < until:
        try:
            s = shake()
            s.send(b"\\x7f\\xff\\xff\\xff")
            while sent < 200 << 20: sent += s.send(block)
        except (OSError, AttributeError): pass
        if what == "once": break
    print(sent)
`
