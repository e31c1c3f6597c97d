// What `npm run lab` shows its nodes on: this checkout with the daemons of the machine, or a head with the
// package.

import { join } from 'node:path'
import { addNodes, type Luna, luna } from './cluster.ts'
import { enter } from './enter.ts'
import type { DownloadClient, Image } from './image.ts'
import { places } from './machine.ts'
import { nodeAddress } from './net.ts'
import { headsIn, installHead, installing, rootOf, suites } from './packaged.ts'
import { buildPackagedScene, buildScene, closePackagedScene, closeScene } from './scene.ts'

type Say = (line: string) => void

export interface Stage {
  readonly luna: Luna
  /** Adds so many nodes, which can be switched on then; gives their names. */
  addNodes(count: number): Promise<string[]>
  /** The words that show on this terminal where its nodes are. */
  readonly watch: readonly string[]
  /** What a person needs to know to look around in it. */
  readonly lookAround: string
  /** What the daemons of the head have said last. */
  lastWords(): Promise<string>
  close(): Promise<void>
  /** Told when the nodes are up, or are not going to be. */
  up?(): void
}

const watch = ['node', 'status', '--watch']

export async function withCheckout(say: Say, client: DownloadClient): Promise<Stage> {
  const scene = await buildScene(say, client)
  return {
    luna,
    watch: [process.execPath, join(import.meta.dirname, '../../bin/luna'), ...watch],
    addNodes,
    lookAround: lookAround(`export LUNA_CONF=${places.conf} PATH=${places.bin}:$PATH`, scene.image),
    lastWords: async () => {
      const units = ['isc-dhcp-server', 'nginx', 'lweb'] as const
      const words = units.map(async (unit) => `--- ${unit}\n${await scene.services.lastWords(unit)}`)
      return (await Promise.all(words)).join('\n')
    },
    close: () => closeScene(scene),
  }
}

/** Installs the package on a minimal system, and runs the command inside with that. */
export async function enterWithPackage(command: readonly string[]): Promise<number> {
  console.error(`lab: installing the package on a minimal ${suites.bookworm}`)
  const root = await installHead('bookworm')
  try {
    console.log(`${seconds(root.took)}  ${installing}`)
    return await enter(command, { ...headsIn({ bookworm: root }), LUNA_LAB_INSTALLED: String(root.took) })
  } finally {
    await root.remove()
  }
}

export async function withPackage(say: Say, client: DownloadClient): Promise<Stage> {
  const start = performance.now() - 1000 * Number(process.env.LUNA_LAB_INSTALLED ?? 0)
  const scene = await buildPackagedScene(rootOf('bookworm'), say, client)
  const { container, luna } = scene.head
  return {
    luna,
    watch: container.command('luna', ...watch),
    addNodes: async (count) => {
      const more = await addNodes(count - 1, luna, 2)
      if (count > 1) await luna('cluster', 'make')
      return ['node001', ...more]
    },
    lookAround: lookAround(
      "nsenter -t $(pgrep -f 'systemd-nspawn -b' | xargs -n 1 pgrep -x systemd -P) -m -u -i -n -p -C bash",
      scene.image,
    ),
    lastWords: () =>
      container.shell('journalctl -q --no-pager -n 15 -u isc-dhcp-server -u nginx -u lweb -u ltorrent'),
    close: () => closePackagedScene(scene),
    up: () => say(`${seconds((performance.now() - start) / 1000)}  from the bare system, to here`),
  }
}

function seconds(count: number): string {
  return `${count.toFixed(1).padStart(6)} s`
}

function lookAround(there: string, { key }: Image): string {
  return `The lab goes on until Ctrl-C is pressed here. To look around, in another terminal:
  nsenter --target $(pgrep -nf '^sh [^ ]*lab/init.sh') --mount --net --uts --pid bash
and there:
  ${there}
  ssh -i ${key} -o StrictHostKeyChecking=no root@${nodeAddress(1)}
  less ${places.logs}/node001.console.log`
}
