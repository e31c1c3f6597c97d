// A head as people have it: a minimal Debian with the packages of its servers as they come, booted by its own
// systemd in a container, with a cable to a node. Luna is this checkout, where its package puts it.
import { copyFileSync, globSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makePair, type Pair } from '../daemons/namespace.ts'
import { type DebianRoot, type Extra, makeDebianRoot } from '../packaging/debian-root.ts'
import { type Container, startContainer } from './container.ts'

const top = join(import.meta.dirname, '../..')

/** What a head needs of its distribution, beside systemd itself. */
const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps'],
  ...['nginx-light', 'isc-dhcp-server', 'tftpd-hpa', 'bind9', 'bind9-utils', 'ipxe', 'pigz', 'zstd', 'rsync'],
]

export interface Head extends Pick<Container, 'run' | 'shell'> {
  readonly root: string
  /** The network namespace of a node: its eth0 is at the head's eth0, and has no address that matters. */
  readonly node: string
  /** Powers it off, and removes it. */
  remove(): Promise<void>
}

const plain: Extra = { name: 'head', packages: [] }

/** Boots one whose eth0 has the address (ADDRESS/PREFIX), with more packages where it is called otherwise. */
export async function bootHead(suite: string, mirror: string, address: string, more = plain): Promise<Head> {
  const root = await stockRoot(suite, mirror, more)
  putLuna(root)
  return await bootRoot(root, address, `--bind-ro=${top}:/usr/lib/luna`)
}

/** The system without Luna. */
export async function stockRoot(suite: string, mirror: string, { name, packages: more } = plain) {
  return await makeDebianRoot(suite, mirror, { name, packages: [...packages, ...more] })
}

/** Boots such a system, which is removed with the head. */
export async function bootRoot(root: DebianRoot, address: string, ...options: string[]): Promise<Head> {
  let pair: Pair | undefined
  let container: Container | undefined
  const remove = async () => {
    await container?.remove()
    pair?.remove()
    await root.remove()
  }
  try {
    pair = makePair(address)
    // for firewalls; a network of its own would have it of itself
    const network = [`--network-namespace-path=/run/netns/${pair.server}`, '--capability=CAP_NET_ADMIN']
    container = await startContainer(root.path, ...network, ...options)
    const { run, shell } = container
    return { root: root.path, node: pair.client, run, shell, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Programs and units; the checkout itself is mounted. */
function putLuna({ path }: DebianRoot): void {
  for (const program of globSync('bin/*', { cwd: top }))
    symlinkSync(`/usr/lib/luna/${program}`, join(path, 'usr/bin', basename(program)))
  for (const unit of readdirSync(join(top, 'systemd')))
    copyFileSync(join(top, 'systemd', unit), join(path, 'usr/lib/systemd/system', unit))
}
