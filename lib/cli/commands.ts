// The table of all commands, an object a file; commands of one word stand among the objects. A file is loaded
// when its object is asked for: one command starts fast.
import type { Command } from './command.ts'

export interface ObjectEntry {
  readonly name: string
  readonly help: string
  readonly load: () => Promise<readonly Command[]>
}

export const objects: readonly ObjectEntry[] = [
  {
    name: 'cluster',
    help: 'the cluster itself, and the files that its services read',
    load: async () => (await import('./commands/cluster.ts')).cluster,
  },
  {
    name: 'osimage',
    help: 'images of operating systems that nodes run',
    load: async () => (await import('./commands/osimage.ts')).osimage,
  },
  {
    name: 'bmcsetup',
    help: 'setups of management controllers (BMC)',
    load: async () => (await import('./commands/bmcsetup.ts')).bmcsetup,
  },
  {
    name: 'network',
    help: 'networks: addresses and DNS zones',
    load: async () => (await import('./commands/network.ts')).network,
  },
  {
    name: 'group',
    help: 'groups of nodes with one image and the same interfaces',
    load: async () => (await import('./commands/group.ts')).group,
  },
  {
    name: 'node',
    help: 'the machines of the cluster',
    load: async () => (await import('./commands/node.ts')).node,
  },
  {
    name: 'switch',
    help: 'network switches, which tell what is plugged in where',
    load: async () => (await import('./commands/switch.ts')).switches,
  },
  {
    name: 'otherdev',
    help: 'other devices that have addresses and DNS names',
    load: async () => (await import('./commands/otherdev.ts')).otherdev,
  },
  {
    name: 'db',
    help: 'the whole database as one text',
    load: async () => (await import('./commands/db.ts')).db,
  },
  {
    name: 'apply',
    help: 'make objects what documents of an inventory say',
    load: async () => (await import('./commands/inventory.ts')).apply,
  },
  {
    name: 'export',
    help: 'what there is, as other programs and people read it',
    load: async () => (await import('./commands/inventory.ts')).exports,
  },
  {
    name: 'history',
    help: 'who changed what, and when',
    load: async () => (await import('./commands/history/history.ts')).history,
  },
  {
    name: 'undo',
    help: 'take back what one command changed',
    load: async () => (await import('./commands/history/undo.ts')).undo,
  },
  {
    name: 'setup',
    help: 'the first run: user, cluster, network and servers of this head',
    load: async () => (await import('./commands/setup.ts')).setup,
  },
  {
    name: 'doctor',
    help: 'look at all of this head: what is wrong, and what mends it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]

/** An object with all its commands, loaded; or a command of one word, which bears the name of the object. */
export interface ObjectCommands {
  readonly object: string
  readonly help: string
  readonly commands: readonly Command[]
}

/** The whole table. */
export async function allCommands(): Promise<ObjectCommands[]> {
  return await Promise.all(
    objects.map(async ({ name, help, load }) => ({ object: name, help, commands: await load() })),
  )
}
