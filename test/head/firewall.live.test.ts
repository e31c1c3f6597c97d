// A head behind a firewall, firewalld first and ufw afterwards: setup opens what nodes ask for, the doctor
// sees what is closed and names the command that opens it, and a node gets through or does not.
import assert from 'node:assert/strict'
import { run } from '../../lib/host/run.ts'
import type { Finding } from '../../lib/task/doctor/check.ts'
import { lacking } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { mirrorOf } from '../packaging/debian-root.ts'
import { bootHead, type Head } from './head.ts'

const address = '10.30.255.254'
const firewalls = { name: 'firewall', packages: ['firewalld', 'ufw', 'curl', 'tcpdump'] }

describe('a head with a firewall', function () {
  this.timeout(600_000)
  let head: Head

  before(async function () {
    skipUnless(this, lacking(['debootstrap', 'systemd-nspawn', 'nsenter', 'curl']))
    const mirror = await mirrorOf('bookworm')
    if (!mirror) return skipUnless(this, "no repository of this machine's apt has Debian 12 (bookworm)")
    head = await bootHead('bookworm', mirror, `${address}/16`, firewalls)
    await run('ip', ['-n', head.node, 'addr', 'add', '10.30.0.1/16', 'dev', 'eth0'])
    await head.shell('firewall-cmd --state')
  })
  after(() => head?.remove())

  /** What a node gets of a URL: true when it is something. */
  const gets = async (url: string) => {
    const options = ['--silent', '--fail', '--max-time', '3', '--output', '/dev/null', url]
    return (
      (await run('ip', ['netns', 'exec', head.node, 'curl', ...options], { allowFailure: true })).status === 0
    )
  }
  const asked = async () => [
    await gets(`http://${address}:7050/luna?step=boot`),
    await gets(`tftp://${address}/luna_undionly.kpxe`),
  ]
  const judged = async () => {
    const { stdout } = await head.run('luna', 'doctor', '--json')
    const finding = (JSON.parse(stdout) as Finding[]).find(({ check }) => check === 'firewall')
    return finding ?? assert.fail(stdout)
  }

  for (const [name, prepare, close] of [
    ['firewalld', ':', 'firewall-cmd --remove-port=7050/tcp; firewall-cmd --remove-service=tftp'],
    [
      'ufw',
      'systemctl disable --now firewalld 2>&1; ufw --force enable',
      'ufw delete allow in on eth0 to any port 7050 proto tcp; ufw delete allow in on eth0 to any port 69 proto udp',
    ],
  ] as const)
    describe(name, () => {
      before(() => head.shell(prepare))

      it('is opened by luna setup for what nodes ask for', async () => {
        const { status, stdout, stderr } = await head.run('luna', 'setup', '--frontend', address)
        assert.equal(status, 0, stdout + stderr)
        assert.match(stdout, new RegExp(`^fine +firewall: ${name}.* lets in what nodes ask for$`, 'm'))
        assert.deepEqual(await asked(), [true, true])
      })

      it('is not changed by a second setup', async () => {
        const { stderr } = await head.run('luna', 'setup')
        assert.equal(stderr, 'INFO:luna:everything is as it should be\n')
      })

      it('is seen by the doctor when it is closed, with the command that opens it', async () => {
        await head.shell(close)
        assert.deepEqual(await asked(), [false, false])
        const { state, seen, fix } = await judged()
        assert.deepEqual([state, /keeps out 69\/udp, 7050\/tcp$/.test(seen)], ['wrong', true], seen)
        await head.shell(fix ?? '')
        assert.equal((await judged()).state, 'fine')
        assert.deepEqual(await asked(), [true, true])
      })
    })
})
