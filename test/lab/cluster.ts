// A cluster made the way its administrator makes it: with Luna's own commands, one after the other.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ran, type RunOptions, run } from '../../lib/host/run.ts'
import { places } from './machine.ts'
import { network, nodeMac } from './net.ts'

const bin = join(import.meta.dirname, '../../bin')

// A quiet kernel that trusts its emulated hardware starts in half the time.
export const kernelOptions = [
  ...[
    'console=ttyS0',
    'quiet',
    'mitigations=off',
    'init_on_alloc=0',
    'audit=0',
    'nmi_watchdog=0',
    'tsc=reliable',
  ],
  ...['no_timer_check', 'random.trust_cpu=on', 'systemd.show_status=auto'],
].join(' ')

/** Runs a command of Luna's on the head. */
export type Luna = (...args: string[]) => Promise<Ran>

/** Runs a command of this checkout's; throws LunaError `failed` with what it said when it fails. */
export function luna(...args: string[]): Promise<Ran> {
  return runOurs('luna', args)
}

/** The same with a text as standard input. */
export function lunaReading(input: string, ...args: string[]): Promise<Ran> {
  return runOurs('luna', args, { input })
}

/** The same for lpower, whose status may be any. */
export function lpower(...args: string[]): Promise<Ran> {
  return runOurs('lpower', args, { allowFailure: true })
}

/** Where a node stops, as `luna node why` has it at the end: the link, what mends it, and what then. */
export async function why(node: string): Promise<string> {
  const { stdout } = await runOurs('luna', ['node', 'why', node], { allowFailure: true })
  return stdout.slice(stdout.indexOf(`${node} stops at: `)).trimEnd()
}

type How = Pick<RunOptions, 'allowFailure' | 'input'>

function runOurs(name: string, args: readonly string[], options: How = {}): Promise<Ran> {
  const { LUNA_CONF = '', LUNA_LOGDIR = '' } = process.env
  return run(process.execPath, [join(bin, name), ...args], { ...options, env: { LUNA_CONF, LUNA_LOGDIR } })
}

/** Writes the configuration that all of Luna's programs of this lab read. */
export async function configure(): Promise<void> {
  const text = `[Embedded]\npath=${places.store}\n\n[Paths]\ntftp_root=${places.tftp}\n`
  await writeFile(places.conf, text)
  process.env.LUNA_CONF = places.conf
  process.env.LUNA_LOGDIR = places.logs
}

/** Steps of making the cluster, in order; each is a sentence and the command. */
export function clusterSteps(): [string, string[]][] {
  const { server, base, prefix, name } = network
  return [
    ['cluster', ['cluster', 'init', '--frontend_address', server, '--path', places.cluster]],
    ['network', ['network', 'add', '-n', name, '-N', base, '-P', String(prefix)]],
    ...imageSteps(places.image),
    ['dhcpd', ['cluster', 'makedhcp', '-N', name, '-s', network.rangeStart, '-e', network.rangeEnd]],
    ['tftpd', ['cluster', 'maketftp']],
    ['nginx', ['cluster', 'makenginx']],
  ]
}

/** Has the cluster let in who that level of boot_access does. */
export async function setAccess(level: string, on: Luna = luna): Promise<void> {
  await on('cluster', 'change', '--boot_access', level)
  await on('cluster', 'makenginx')
}

/** What emulated machines want of their image: zstd, as this image can, unpacks in two thirds of the time. */
export const emulatedImage: string[][] = [
  ['osimage', 'change', 'compute', '--kernopts', kernelOptions],
  ['osimage', 'change', 'compute', '--kernmodules', 'virtio_net,ipmi_devintf,ipmi_si,ipmi_msghandler'],
  ['osimage', 'change', 'compute', '--compression', 'auto'],
]

/** From a tree to a group of nodes that run it. */
function imageSteps(tree: string): [string, string[]][] {
  return [
    ['image', ['osimage', 'add', '-n', 'compute', '-p', tree]],
    ...emulatedImage.map((command): [string, string[]] => ['image', command]),
    ['image packed', ['osimage', 'pack', 'compute']],
    ['group', ['group', 'add', '-n', 'compute', '-o', 'compute', '-N', network.name]],
  ]
}

/** Adds nodes to the group, and tells Luna their MAC addresses; gives their names. */
export async function addNodes(count: number, on: Luna = luna, first = 1): Promise<string[]> {
  const names: string[] = []
  for (let number = first; number < first + count; number++) {
    const name = `node${String(number).padStart(3, '0')}`
    await on('node', 'add', '-n', name, '-g', 'compute')
    await on('node', 'change', name, '--mac', nodeMac(number))
    names.push(name)
  }
  return names
}

/** The step of a node's `status`, and the percentage while it downloads; undefined before the first one. */
export async function nodeStatus(name: string, on: Luna = luna): Promise<string | undefined> {
  const { stdout } = await on('node', 'show', name)
  return /^\| status +\| (.+?) - \d/m.exec(stdout)?.[1]
}
