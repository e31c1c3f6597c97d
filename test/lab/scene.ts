// The lab's stage: a machine of its own, its network, Luna's cluster made with Luna's commands, and all
// daemons running.

import type { Server } from 'node:http'
import { LunaError } from '../../lib/error.ts'
import { clusterSteps, configure, luna } from './cluster.ts'
import { insideWith } from './enter.ts'
import type { Image } from './image.ts'
import { makeMachine } from './machine.ts'
import { makeNetwork } from './net.ts'
import { Services } from './services.ts'
import { serveSystemctl } from './systemctl.ts'

export interface Scene {
  services: Services
  image: Image
  systemctl: Server
}

/**
 * Builds the stage; `say` gets a line per step with the seconds it took. Throws LunaError when a step fails.
 */
export async function buildScene(say: (line: string) => void): Promise<Scene> {
  const image = insideWith()
  if (!image)
    throw new LunaError('refused', 'not inside the lab', {
      fix: 'run it by "node test/lab/enter.ts COMMAND"',
    })
  const services = new Services()
  await timed(say, 'machine and network', async () => {
    await makeMachine(image.root)
    await makeNetwork()
  })
  const systemctl = await serveSystemctl(services)
  await configure()
  for (const [what, command] of clusterSteps())
    await timed(say, `${what}: luna ${command.join(' ')}`, () => luna(...command))
  await timed(say, 'daemons', async () => {
    for (const unit of ['nginx', 'tftpd-hpa', 'isc-dhcp-server', 'lab-router', 'lweb', 'ltorrent'] as const)
      await services.start(unit)
  })
  return { services, image, systemctl }
}

export async function closeScene(scene: Scene): Promise<void> {
  // the seeder says goodbye to a tracker that is still there
  await scene.services.stop('ltorrent')
  await scene.services.stopAll()
  scene.systemctl.close()
}

async function timed(say: (line: string) => void, what: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await work()
  say(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`)
}
