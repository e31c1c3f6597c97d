// lpower as a program, against simulated controllers.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeBmcsetup } from '../../lib/task/change/bmcsetup.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { addNetwork } from '../scenario/boot.ts'
import { fillSite } from '../task/site.ts'
import { type Bmcs, simUser, startBmcs } from './ipmi-sim.ts'
import { lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'

const program = join(import.meta.dirname, '../../bin/lpower')
// Loopback has sixteen million addresses: another run on the same machine has others.
const net = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 250}`

describe('lpower', function () {
  this.timeout(60_000)
  let dir = ''
  let store: Store
  let bmcs: Bmcs | undefined

  before(async function () {
    skipUnless(
      this,
      process.getuid?.() === 0 ? lackingProgram(['ipmi_sim', 'ipmitool']) : 'needs root, for port 623',
    )
    dir = mkdtempSync(join(tmpdir(), 'luna-lpower-'))
    writeFileSync(join(dir, 'luna.conf'), `[Embedded]\npath=${dir}/luna.db\n`)
    store = await openStore(loadConfig({ LUNA_CONF: join(dir, 'luna.conf') }))
    await fillSite(store)
    await changeBmcsetup(store, 'base', simUser)
    await addNetwork(store, 'bmc', `${net}.0/24`)
    const group = { osimage: 'os', network: 'cluster', bmcnetwork: 'bmc' }
    await addGroup(store, { name: 'powered', bmcsetup: 'base', ...group })
    await addGroup(store, { name: 'bare', ...group })
    await addNodes(store, { group: 'powered', names: ['n1', 'n2', 'n3', 'n4'] })
    await addNodes(store, { group: 'bare', names: ['b1'] })
    // n4 has no controller.
    bmcs = await startBmcs([1, 2, 3].map((n) => `${net}.${n}`))
  })
  after(async () => {
    await bmcs?.stop()
    await store?.close()
    if (dir) rmSync(dir, { recursive: true })
  })

  it('switches nodes on and says so, in the order of the list', async () => {
    assert.deepEqual(await lpower('n[3,1]', 'on'), said('n3: on\nn1: on\n'))
    assert.deepEqual(await lpower('n[1-3]', 'status'), said('n1: on\nn2: off\nn3: on\n'))
    assert.deepEqual(await lpower('n1', 'off'), said('n1: off\n'))
    assert.deepEqual(await lpower('n1', 'status'), said('n1: off\n'))
  })

  for (const [action, asked] of [
    ['cycle', 'set power 0'],
    ['reset', 'set reset 1'],
    ['identify', 'set identify 255 0'],
    ['noidentify', 'set identify 0 0'],
  ] as const) {
    it(`can ${action}`, async () => {
      await lpower('n2', 'on')
      assert.deepEqual(await lpower('n2', action), said(`n2: ${action}\n`))
      assert.ok(bmcs?.asked(`${net}.2`).includes(asked), bmcs?.asked(`${net}.2`).join())
    })
  }

  it('says of a node that does not answer which and why, with status 1, and does the others', async () => {
    const ran = await lpower('n[4,2]', 'on')
    assert.equal(ran.status, 1)
    assert.match(ran.stdout, /^n4: Error: the BMC does not answer: .*\nn2: on\n$/)
    assert.equal(
      ran.stderr,
      'ERROR:luna:1 of 2 failed: n4: the BMC does not answer (see that it is on and at this address: lpower NODE status)\n',
    )
  })

  it('says that the password is wrong, or that there is no such user', async () => {
    try {
      await changeBmcsetup(store, 'base', { password: 'wrong' })
      const ran = await lpower('n[1-2]', 'status')
      assert.match(ran.stdout, /^(n\d: Error: the BMC does not accept the password: .*\n){2}$/)
      assert.equal(
        ran.stderr,
        'ERROR:luna:2 of 2 failed: n[1-2]: the BMC does not accept the password (luna bmcsetup change NAME --password PASSWORD)\n',
      )
      await changeBmcsetup(store, 'base', { user: 'nobody' })
      assert.match(
        (await lpower('n1', 'status')).stdout,
        /^n1: Error: the BMC does not accept the user: "nobody" /,
      )
    } finally {
      await changeBmcsetup(store, 'base', simUser)
    }
  })

  it('skips what it cannot reach, and says why', async () => {
    assert.deepEqual(await lpower('x,b1,n1', 'on'), {
      status: 0,
      stdout: 'n1: on\n',
      stderr:
        'WARNING:luna:skipped: there is no node "x"\nWARNING:luna:skipped: b1: its group "bare" has no BMC setup\n',
    })
    assert.match(
      (await lpower('-i', 'BMC2', 'n1', 'on')).stderr,
      /n1: its group "powered" has no interface "BMC2"/,
    )
  })

  it('takes groups, and gives JSON', async () => {
    await lpower('n[1-3]', 'off')
    const ran = await lpower('-g', 'powered,bare', '--json', 'status')
    const [one, two, three, four] = JSON.parse(ran.stdout)
    assert.deepEqual(
      [one, two, three],
      [1, 2, 3].map((n) => ({ node: `n${n}`, result: 'off' })),
    )
    assert.equal(four.node, 'n4')
    assert.match(four.error, /does not answer/)
    assert.equal(ran.status, 1)
  })

  it('has the password in the arguments of no program', async () => {
    const child = start('n4', 'status')
    let seen: string[] = []
    while (child.exitCode === null && !seen.some((line) => line.includes(`${net}.4`))) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      seen = commandLines()
    }
    child.kill('SIGINT')
    await once(child, 'exit')
    assert.ok(seen.some((line) => line.includes(`${net}.4`)))
    assert.ok(!seen.some((line) => line.includes(simUser.password)))
  })

  it('stops when it is interrupted, and leaves nothing running', async () => {
    const child = start('n4', 'status')
    while (!commandLines().some((line) => line.includes(`${net}.4`)))
      await new Promise((resolve) => setTimeout(resolve, 10))
    child.kill('SIGINT')
    const [status] = await once(child, 'exit')
    assert.equal(status, 130)
    assert.ok(!commandLines().some((line) => line.includes(`${net}.4`)))
  })

  it('fails when a group is not there, or the store', async () => {
    assert.equal((await lpower('-g', 'none', 'on')).status, 255)
    writeFileSync(join(dir, 'lost.conf'), `[Embedded]\npath=${dir}/none/luna.db\n`)
    assert.equal((await ended(startWith('lost.conf', ['n1', 'on']))).status, 255)
  })

  function startWith(conf: string, args: readonly string[]): ChildProcess {
    const env = { ...process.env, LUNA_CONF: join(dir, conf) }
    return spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  function start(...args: string[]): ChildProcess {
    return startWith('luna.conf', args)
  }
  const lpower = (...args: string[]) => ended(start(...args))
})

async function ended(child: ChildProcess) {
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
    })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, ...text }
}

function said(stdout: string) {
  return { status: 0, stdout, stderr: '' }
}

/** The arguments of all processes, and what is in no one's arguments is not there. */
function commandLines(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : []
    } catch {
      return []
    }
  })
}
