// lweb at a socket that systemd has opened: systemd-socket-activate does for a process what lweb.socket
// does for the unit.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { skipUnless } from '../daemons/skip.ts'
import { needsRoot } from '../host/as-root.ts'
import { fillPlace, makePlace, type Place, responders, serverOf, workersOf } from './lweb.ts'
import { needsNginx, startNginx, stopProcess } from './nginx.ts'

const program = join(import.meta.dirname, '../../bin/lweb')

for (const responder of responders)
  describe(`lweb with responder=${responder}, at a socket of systemd`, () => {
    let place: Place
    let nginx: ChildProcess | undefined
    let lweb: ChildProcess | undefined

    before(function () {
      needsRoot(this)
      needsNginx(this)
      const lacking = spawnSync('systemd-socket-activate', ['--version']).error
      skipUnless(this, lacking && 'systemd-socket-activate is not installed')
    })
    beforeEach(async () => {
      place = await makePlace(responder)
      await fillPlace(place, { server_port: 0, lweb_num_proc: 1 })
      const server = serverOf({ ...place, serverPort: 0 }).replace('unix:/run/luna/', `unix:${place.dir}/`)
      nginx = await startNginx(place.dir, server, place.port)
      const passed = ['LUNA_CONF', 'LUNA_LOGDIR', 'RUNTIME_DIRECTORY'].flatMap((name) => ['-E', name])
      const command = [process.execPath, program, 'run']
      const args = ['-l', join(place.dir, 'lweb.sock'), ...passed, ...command]
      lweb = spawn('systemd-socket-activate', args, { env: place.env, stdio: 'ignore' })
      while (!existsSync(join(place.dir, 'lweb.sock')))
        await new Promise((resolve) => setTimeout(resolve, 20))
    })
    afterEach(async () => {
      for (const each of [lweb, nginx]) if (each) await stopProcess(each)
      rmSync(place.dir, { recursive: true })
    })

    const get = async () => (await fetch(`${place.url}/luna?step=boot`)).status

    it('answers the request that came before it was up, and leaves the socket when it ends', async () => {
      assert.equal(await get(), 200)
      lweb?.kill('SIGTERM')
      assert.deepEqual(await once(lweb ?? assert.fail(), 'exit'), [0, null])
      assert.ok(existsSync(join(place.dir, 'lweb.sock')))
    })

    it('ends with its last worker, so that systemd gives it the socket anew', async () => {
      assert.equal(await get(), 200)
      const [worker] = workersOf(lweb?.pid ?? 0)
      process.kill(worker ?? assert.fail(), 'SIGKILL')
      const [status] = await once(lweb ?? assert.fail(), 'exit')
      assert.ok(status > 0, `status ${status}`)
    })
  })
