// A machine that nobody has typed the MAC address of, found by lweb as it asks a real
// SNMP agent where the machine is.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { mac } from '../help.ts'
import { addNetwork } from '../scenario/boot.ts'
import {
  fillPlace,
  makePlace,
  openPlace,
  type Place,
  type Running,
  responders,
  runLweb,
  serverOf,
} from '../web/lweb.ts'
import { needsNginx, startNginx, stopProcess } from '../web/nginx.ts'
import { lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'
import { type Agent, startAgent } from './snmpd.ts'

// Another run on the same machine has another address.
const net = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 250}`

for (const responder of responders)
  describe(`discovery by switch port, responder=${responder}`, function () {
    this.timeout(60_000)
    let place: Place
    let nginx: ChildProcess | undefined
    let lweb: Running | undefined
    let agent: Agent | undefined

    before(async function () {
      skipUnless(this, process.getuid?.() === 0 ? lackingProgram(['snmpd']) : 'needs root, for port 161')
      needsNginx(this)
      place = await makePlace(responder)
      await fillPlace(place)
      const store = await openPlace(place)
      await addNetwork(store, 'switches', `${net}.0/24`)
      await addSwitches(store, { names: ['sw01'], network: 'switches', ip: `${net}.161` })
      await addSwitches(store, { names: ['dead'], network: 'switches', ip: `${net}.162` })
      await changeNodes(store, ['node002'], { switch: 'sw01', port: '4' })
      await store.close()
      agent = await startAgent({ address: `${net}.161`, port: 161, ports: 10, macs: 20 })
      nginx = await startNginx(place.dir, serverOf(place), place.port)
      lweb = runLweb(place)
      await lweb.says(/^<6>started /m)
    })
    after(async () => {
      if (lweb) await stopProcess(lweb.process)
      if (nginx) await stopProcess(nginx)
      await agent?.stop()
      if (place) rmSync(place.dir, { recursive: true })
    })

    const ask = async (n: number) => {
      const answer = await fetch(`${place.url}/luna?step=discovery&hwdata=|${mac(n).toUpperCase()}`)
      return { status: answer.status, body: await answer.text() }
    }

    it('finds the node that is configured at the port, by number, and says how in the log', async () => {
      while ((await ask(13)).status === 404) await delay(50)
      const { body } = await ask(13)
      assert.match(body, /no-kernel-available/)
      const how = `node discovered node=node002 mac=${mac(13)} by=port at="sw01 port 4 (swp4)"`
      assert.ok(lweb?.text().includes(how), lweb?.text())
      assert.ok(lweb?.text().includes(`node discovered node=node002 mac=${mac(13)} by=mac`))
    })

    it('says of a switch that does not answer that it does not, and reads the other', async () => {
      await lweb?.says(/a switch was read switch=sw01 macs=20/)
      await lweb?.says(/a switch cannot be read switch=dead why="127[^"]* does not answer by SNMP/)
    })

    it('knows no machine that no switch has seen', async () => {
      assert.equal((await ask(99)).status, 404)
    })
  })
