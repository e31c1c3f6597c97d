// The lab's other head: a minimal Debian with Luna's package on it, which boots with its own systemd beside
// the nodes. Outside the lab, where there is a way to the repositories, it is installed; inside, it runs.

import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LunaError } from '../../lib/error.ts'
import { type Container, startContainer } from '../head/container.ts'
import { builtPackages } from '../packaging/built.ts'
import {
  type DebianRoot,
  makeDebianRoot,
  mirrorOf,
  policy,
  withoutServices,
} from '../packaging/debian-root.ts'
import { readmeInstallation } from '../packaging/readme.ts'
import { emulatedImage, type Luna } from './cluster.ts'
import type { Image } from './image.ts'
import { layImage } from './machine.ts'
import { network } from './net.ts'

export const suites = { bookworm: 'Debian 12', trixie: 'Debian 13' } as const
export type Suite = keyof typeof suites

/** What debootstrap leaves out and every machine has. */
const machine = { name: 'server', packages: ['systemd-sysv', 'dbus', 'logrotate', 'openssh-server'] }
/** What the README has typed in the folder of the package, and what afterwards. */
export const [installing = '', ...afterwards] = readmeInstallation()

/** The latter with what emulated nodes want beside it. */
export function headLines(): string[] {
  const more = emulatedImage.map((command) => ['luna', ...command].map(quoted).join(' '))
  return afterwards.flatMap((line) => (line.startsWith('luna osimage add ') ? [line, ...more] : [line]))
}

function quoted(word: string): string {
  return /[ '"$]/.test(word) ? JSON.stringify(word) : word
}

const interfaceFile = 'etc/systemd/network/10-host0.network'

export interface InstalledRoot extends DebianRoot {
  /** Seconds that the installation took. */
  readonly took: number
}

/**
 * A minimal system of that suite, as a machine with an address has it, with the package installed. Throws
 * LunaError `failed` with the words of apt.
 */
export async function installHead(suite: Suite): Promise<InstalledRoot> {
  const mirror = await mirrorOf(suite)
  if (!mirror)
    throw new LunaError('failed', `no repository of this machine's apt has ${suites[suite]} (${suite})`, {
      fix: 'name one: LUNA_LAB_MIRROR=URL',
    })
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  const root = await makeDebianRoot(suite, mirror, machine)
  try {
    await cp(
      join(await builtPackages(), 'luna_2.0.0_amd64.deb'),
      join(root.path, 'root/luna_2.0.0_amd64.deb'),
    )
    await giveAddress(root.path, network.server)
    const start = performance.now()
    const { status, stdout, stderr } = await root.run(
      '/root',
      `${quiet}\n${installing}\nrm ${policy}`,
      interruption.signal,
    )
    if (status === 0) return { ...root, took: (performance.now() - start) / 1000 }
    throw new LunaError('failed', `"${installing}" failed`, { fix: null, why: stdout + stderr })
  } catch (error) {
    await root.remove()
    throw error
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
}

const quiet = `set -e
${withoutServices}
systemctl enable systemd-networkd
export DEBIAN_FRONTEND=noninteractive
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/01yes`

/** The address that its interface has from the next start on. */
export async function giveAddress(root: string, ...addresses: readonly string[]): Promise<void> {
  const lines = addresses.map((address) => `Address=${address}/${network.prefix}\n`).join('')
  await writeFile(
    join(root, interfaceFile),
    `[Match]\nName=host0\n\n[Network]\nLinkLocalAddressing=no\n${lines}`,
  )
}

export interface PackagedHead {
  readonly root: string
  readonly container: Container
  /** Runs a command of Luna's there; throws LunaError `failed` when its status is not 0. */
  readonly luna: Luna
  remove(): Promise<void>
}

/** Where the README has the image of the nodes. */
const imageTree = '/opt/luna/os/compute'

/** Boots it on the lab's bridge, with the image of the nodes in its place. `name` is its host name. */
export async function startHead(root: string, name: string, image: Image): Promise<PackagedHead> {
  await writeFile(join(root, 'etc/hostname'), `${name}\n`)
  await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`)
  // set-uid programs of images are not for the accounts of a head, as its doctor says
  await mkdir(join(root, dirname(imageTree)), { mode: 0o700 })
  await layImage(image, join(root, imageTree))
  const container = await startContainer(root, `--machine=${name}`, `--network-bridge=${network.bridge}`)
  const luna: Luna = async (...args) => {
    const ran = await container.run('luna', ...args)
    if (ran.status === 0) return ran
    throw new LunaError('failed', `luna ${args.join(' ')}: status ${ran.status}`, {
      fix: null,
      why: ran.stderr,
    })
  }
  return { root, container, luna, remove: () => container.remove() }
}

/** The systems that were installed outside by what they are called, for a command inside. */
export function headsIn(roots: Readonly<Record<string, DebianRoot | undefined>>): NodeJS.ProcessEnv {
  const paths = Object.entries(roots).map(([name, root]) => [name, root?.path])
  return { LUNA_LAB_HEADS: JSON.stringify(Object.fromEntries(paths)) }
}

/** One of them. */
export function rootOf(name: string): string {
  const paths = JSON.parse(process.env.LUNA_LAB_HEADS ?? '{}') as Readonly<Record<string, string>>
  const path = paths[name]
  if (path) return path
  throw new LunaError('refused', `no head was installed for ${name}`, {
    fix: 'node test/boot/run.ts packaged',
  })
}
