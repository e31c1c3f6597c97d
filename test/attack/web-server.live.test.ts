// Rows A6, A12 and the links of D3: what nginx itself holds back.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { withConnections } from '../../lib/render/nginx-connections.ts'
import { inside } from './net.ts'
import { needsStage, Stage } from './stage.ts'

describe('what nginx holds back', function () {
  this.timeout(120_000)
  let stage: Stage
  before(async function () {
    needsStage(this)
    stage = await Stage.start()
    // As makenginx says it of Debian's own limit.
    const file = join(stage.dir, 'nginx.conf')
    writeFileSync(
      file,
      withConnections(readFileSync(file, 'utf8'), [readFileSync(file, 'utf8')], 4, availableParallelism()),
    )
    await stage.reloadNginx()
  })
  after(() => stage?.close())

  for (const count of [2000, 10_000])
    it(`goes on answering while one machine holds ${count} connections that say half of something`, async () => {
      const half = join(stage.dir, 'half.py')
      writeFileSync(half, halfHeaders)
      const attacker = stage.spawn('neighbour', '/usr/bin/python3', [half, '10.30.255.254', String(count)])
      await new Promise((resolve, reject) => {
        attacker.stdout?.once('data', resolve)
        attacker.stderr?.once('data', (said: Buffer) => reject(new Error(String(said))))
      })
      const times: number[] = []
      for (let n = 0; n < 20; n++) {
        const since = performance.now()
        assert.equal(stage.get('node001', '/luna?step=boot').status, 200)
        times.push(performance.now() - since)
        await delay(50)
      }
      const held = stage.run('head', 'ss', ['-Htn', 'state', 'established', 'sport = :7050'], {
        uid: 0,
      }).stdout
      assert.ok(held.split('\n').length > count / 2, `${held.split('\n').length} are held`)
      assert.equal(attacker.exitCode, null)
      attacker.kill()
      const slowest = Math.max(...times)
      console.log(`      slowest of 20 answers meanwhile: ${slowest.toFixed(0)} ms, curl and all`)
      assert.ok(slowest < 5000, String(times))
    })

  it('ends a connection that does not say what it wants', async () => {
    const half = join(stage.dir, 'half.py')
    writeFileSync(half, halfHeaders)
    const { stdout } = stage.run('neighbour', '/usr/bin/python3', [half, '10.30.255.254', '1', 'wait'])
    const seconds = Number(stdout)
    assert.ok(seconds > 5 && seconds < 15, stdout)
  })

  it('lets one machine fetch so many files at once, and no more', () => {
    mkdirSync(join(stage.dir, 'luna/boot'), { recursive: true })
    writeFileSync(join(stage.dir, 'luna/boot/large'), Buffer.alloc(8_000_000))
    const urls = Array.from({ length: 60 }, () => 'http://10.30.255.254:7050/boot/large')
    const slowly = ['-s', '-Z', '--parallel-max', '60', '--limit-rate', '2M', '-w', '%{http_code}\n']
    const outputs = urls.flatMap((url) => ['-o', '/dev/null', url])
    const { stdout } = stage.run('neighbour', 'curl', [...slowly, ...outputs])
    const statuses = stdout.trim().split('\n')
    assert.ok(statuses.includes('429'), stdout)
    assert.ok(statuses.filter((status) => status === '200').length >= 32, stdout)
    assert.equal(stage.get('node001', '/luna?step=boot').status, 200)
  })

  it('does not have lweb busy for one machine', () => {
    const config = join(stage.dir, 'urls')
    writeFileSync(config, 'url="http://10.30.255.254:7050/luna?step=boot"\noutput=/dev/null\n'.repeat(1500))
    const hastily = ['-s', '-Z', '--parallel-max', '30', '-w', '%{http_code}\n', '-K', config]
    const since = performance.now()
    const statuses = stage.run('neighbour', 'curl', hastily).stdout.trim().split('\n')
    const seconds = (performance.now() - since) / 1000
    const answered = statuses.filter((status) => status === '200').length
    // 200 at once and 50 more each second; a machine of its own that is slower than that is no attacker.
    assert.ok(answered <= 200 + 55 * seconds, `${answered} in ${seconds} s`)
    assert.ok(statuses.includes('429') || seconds > 20, `${seconds} s`)
    assert.equal(stage.get('node001', '/luna?step=boot').status, 200)
    // The heads have no such limit: their operators ask in loops.
    const own = stage.run('head', 'curl', hastily).stdout
    assert.equal(own.includes('429'), false)
  })

  it('serves the networks of the cluster and nobody else, at whatever address of the head', async () => {
    inside('head', 'addr add 192.0.2.1/24 dev br0')
    inside('neighbour', 'addr add 192.0.2.66/24 dev eth0')
    for (const path of ['/luna?step=boot', '/boot/large', '/announce'])
      assert.equal(stage.get('neighbour', `http://192.0.2.1:7050${path}`).status, 403, path)
    stage.luna('cluster', 'change', '--boot_networks', '192.0.2.0/24')
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    assert.equal(stage.get('neighbour', 'http://192.0.2.1:7050/luna?step=boot').status, 200)
    stage.luna('cluster', 'change', '--boot_networks', '')
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    assert.equal(stage.get('neighbour', 'http://192.0.2.1:7050/luna?step=boot').status, 403)
    assert.equal(stage.get('far', '/luna?step=boot').status, 200)
  })

  it('follows no links', () => {
    const secret = join(stage.dir, 'secret')
    writeFileSync(secret, 'secret of the head\n', { mode: 0o644 })
    symlinkSync(secret, join(stage.dir, 'luna/boot/linked'))
    symlinkSync(stage.dir, join(stage.dir, 'luna/boot/folder'))
    for (const path of ['/boot/linked', '/boot/folder/secret'])
      assert.ok([403, 404].includes(stage.get('neighbour', path).status), path)
  })
})

const halfHeaders = `
import socket, sys, time
host, count = sys.argv[1], int(sys.argv[2])
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
def one():
    s = socket.create_connection((host, 7050), timeout=20)
    s.send(b"GET /luna?step=boot HTTP/1.1\\r\\nHost: x\\r\\nX-A: ")
    return s
if len(sys.argv) > 3:
    since = time.time()
    s = one()
    s.settimeout(60)
    try:
        while s.recv(100): pass
    except OSError: pass
    print(time.time() - since)
    sys.exit(0)
held = [one() for n in range(count)]
print("held", flush=True)
while True:
    for at in range(count):
        held[at].settimeout(0)
        try:
            held[at].send(b"a")
        except OSError:
            held[at] = one()
    time.sleep(0.2)
`
