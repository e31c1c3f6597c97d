// The stage that all boot tests share: one lab, its image packed once. A test that fails
// shows what everybody said.

import { sentence } from '../../lib/error.ts'
import { type Boot, boot } from '../lab/boot.ts'
import { luna } from '../lab/cluster.ts'
import type { Firmware } from '../lab/firmware.ts'
import { nodeMac } from '../lab/net.ts'
import { phases } from '../lab/phases.ts'
import { buildScene, closeScene, type Scene } from '../lab/scene.ts'
import type { VmSpec } from '../lab/vm.ts'

let built: Scene | undefined
let boots: Boot[] = []
let nodes = 0

/** The lab, with everything running. */
export function scene(): Scene {
  if (!built) throw new Error('the stage is built by a hook of mocha: run "npm run test:boot"')
  return built
}

export interface Node {
  name: string
  number: number
  mac: string
}

/** Adds a node with the lab's next MAC address, which Luna is told unless `unknown`. */
export async function newNode(knowing: 'known' | 'unknown' = 'known'): Promise<Node> {
  const number = ++nodes
  const node = { name: `node${String(number).padStart(3, '0')}`, number, mac: nodeMac(number) }
  await luna('node', 'add', '-n', node.name, '-g', 'compute')
  if (knowing === 'known') await luna('node', 'change', node.name, '--mac', node.mac)
  return node
}

/** Switches a node on; it is off again after the test. */
export async function powerOn(
  node: Node,
  firmware: Firmware,
  more: Pick<VmSpec, 'disk' | 'bmc'> = {},
): Promise<Boot> {
  const it = await boot({ name: node.name, mac: node.mac, firmware, ...more })
  boots.push(it)
  return it
}

export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(240_000)
    built = await buildScene((line) => console.log(`  ${line}`))
  },

  async afterEach(this: Mocha.Context): Promise<void> {
    if (this.currentTest?.state === 'failed') await tellAll(this.currentTest.err)
    else for (const it of boots) console.log(`      ${timings(it)}`)
    await Promise.all(boots.map((it) => it.vm.stop()))
    boots = []
  },

  async afterAll(): Promise<void> {
    if (built) await closeScene(built)
  },
}

function timings(it: Boot): string {
  const laps = it.progress.laps(it.seconds())
  const spent = phases.map((phase) => {
    const seconds = laps.filter((lap) => lap.phase === phase).reduce((sum, lap) => sum + lap.seconds, 0)
    return seconds > 0.05 && phase !== 'up' ? `${phase} ${seconds.toFixed(1)}` : ''
  })
  return `${it.vm.spec.name} (${it.vm.spec.firmware}): ${spent.filter(Boolean).join(', ')} s`
}

async function tellAll(error: unknown): Promise<void> {
  console.log(`      ${sentence(error)}`)
  for (const it of boots) console.log(`--- console of ${it.vm.spec.name}\n${it.vm.console.tail(200)}`)
  for (const unit of ['isc-dhcp-server', 'nginx', 'lweb', 'ltorrent'] as const)
    console.log(`--- ${unit}\n${await scene().services.lastWords(unit, 25)}`)
}
