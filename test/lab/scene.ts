// The lab's stage: a machine of its own, its network, Luna's cluster made with Luna's commands, and all
// daemons running.

import type { Server } from 'node:http'
import { LunaError } from '../../lib/error.ts'
import { clusterSteps, configure, luna } from './cluster.ts'
import { insideWith } from './enter.ts'
import type { DownloadClient, Image } from './image.ts'
import { makeMachine, makeRoom } from './machine.ts'
import { makeNetwork, network } from './net.ts'
import { headLines, type PackagedHead, startHead } from './packaged.ts'
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
export async function buildScene(
  say: (line: string) => void,
  client: DownloadClient = 'libtorrent',
): Promise<Scene> {
  const image = { ...imageOfLab(), client }
  const services = new Services()
  await timed(say, 'machine and network', async () => {
    await makeMachine(image)
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

function imageOfLab(): Image {
  const image = insideWith()
  if (image) return image
  throw new LunaError('refused', 'not inside the lab', { fix: 'run it by "node test/lab/enter.ts COMMAND"' })
}

/** The network, before there is a head on it. */
export interface Room {
  /** What the network needs beside a head. */
  services: Services
  image: Image
}

export async function buildRoom(say: (line: string) => void): Promise<Room> {
  const image = imageOfLab()
  const services = new Services()
  await timed(say, 'network', async () => {
    await makeRoom()
    await makeNetwork(network.lab)
    await services.start('lab-router')
  })
  return { services, image }
}

export interface PackagedScene extends Room {
  head: PackagedHead
}

/** The network with a head on it on which all was typed: node001 can be switched on. */
export async function buildPackagedScene(
  root: string,
  say: (line: string) => void,
  client: DownloadClient,
): Promise<PackagedScene> {
  const room = await buildRoom(say)
  const image = { ...room.image, client }
  const head = await timed(say, 'the head boots', () => startHead(root, 'head', image))
  for (const line of headLines()) await timed(say, line, () => head.container.shell(line))
  return { ...room, head }
}

export async function closePackagedScene({ head, services }: PackagedScene): Promise<void> {
  await head.remove()
  await services.stopAll()
}

async function timed<T>(say: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work()
  say(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`)
  return result
}
