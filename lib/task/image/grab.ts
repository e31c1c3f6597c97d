// luna osimage grab: the tree of an image made equal to the file systems of a running node. luna osimage
// sync: the same tree on the other heads.
import { join, relative } from 'node:path'
import { LunaError } from '../../error.ts'
import { makeDirectory } from '../../host/file.ts'
import { dyingWithUs, ontoTree, place } from '../../host/image/chroot.ts'
import { inTree } from '../../host/image/tree.ts'
import { mirrorTo, notDone } from '../../host/remote.ts'
import { run } from '../../host/run.ts'
import { type Grab, grabsOf } from '../../object/grab.ts'
import { isDnsName } from '../../object/name.ts'
import { parseIp } from '../../object/net/address.ts'
import type { Store } from '../../store/store.ts'
import { findHeads, tellPassive } from '../heads.ts'
import { getCluster } from '../inventory.ts'
import { attempt, newNotes } from '../outcome.ts'
import type { Synced } from '../sync.ts'
import { withImageLock } from './lock.ts'
import type { Tree } from './tree.ts'

export interface GrabWish {
  readonly name: string
  /** Host name or address of the node, where root of this machine may log in by ssh. */
  readonly host: string
  readonly dryRun: boolean
  readonly verbose: boolean
  /** Trust the host key of a node that was never met before, and remember it. */
  readonly acceptNewHostKey?: boolean
}

interface GrabContext {
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Copies every file system of the image's list from the node, with what is not there any more deleted here.
 * Gives their mount points.
 */
export async function grabOsimage(store: Store, wish: GrabWish, context: GrabContext): Promise<string[]> {
  const image = await store.getNamed('osimage', wish.name)
  if (!isDnsName(wish.host) && !parseIp(wish.host)) {
    throw new LunaError('invalid', `${JSON.stringify(wish.host)} is not a host name or address`, {
      fix: 'give the node as the name or address that ssh reaches it by',
    })
  }
  const grabs = grabsOf(image.grab_filesystems ?? '', image.grab_exclude_list ?? '')
  if (grabs.length === 0) {
    const fix = `luna osimage change ${image.name} --grab_filesystems /,/boot`
    throw new LunaError('invalid', `osimage "${image.name}" has no file systems to grab`, { fix })
  }
  return await withImageLock(image, 'grabbed', async (tree) => {
    if (wish.acceptNewHostKey && !wish.dryRun) await learnHostKey(wish.host, context)
    for (const grab of grabs) await grabOne(wish, grab, tree, context)
    return grabs.map(({ mountPoint }) => mountPoint)
  })
}

/**
 * How rsync meets the node. A dry run that shall trust a node which was never met before remembers no key:
 * ssh writes new ones into the first of these files.
 */
function transportOf({ dryRun, acceptNewHostKey }: GrabWish): string {
  if (!dryRun || !acceptNewHostKey) return [...ssh, '-o', 'StrictHostKeyChecking=yes'].join(' ')
  const files = '"-oUserKnownHostsFile=/dev/null ~/.ssh/known_hosts ~/.ssh/known_hosts2"'
  return [...ssh, '-o', 'StrictHostKeyChecking=accept-new', '-o', 'LogLevel=ERROR', files].join(' ')
}

const ssh = ['ssh', '-o', 'BatchMode=yes', '-o', 'UpdateHostKeys=no'] as const

/** Remembers the key of a node that was never met before; what else is wrong with it rsync says. */
async function learnHostKey(host: string, { signal }: GrabContext): Promise<void> {
  const [program, ...options] = [...ssh, '-o', 'StrictHostKeyChecking=accept-new', '--', host, 'true']
  await run(program, options, { signal, allowFailure: true })
}

async function grabOne(
  wish: GrabWish,
  grab: Grab,
  tree: Tree,
  { onLine, signal }: GrabContext,
): Promise<void> {
  const target = await targetOf(tree, grab.mountPoint)
  if (!wish.dryRun) await makeDirectory(target)
  const host = wish.host.includes(':') ? `[${wish.host}]` : wish.host
  // A dry run that says nothing is of no use.
  const loud = wish.verbose || wish.dryRun
  const flags = [...(wish.dryRun ? ['--dry-run'] : []), ...(loud ? ['--verbose'] : [])]
  const args = ['-aHAX', '--numeric-ids', '--one-file-system', '--delete', '--exclude-from=-', ...flags]
  const source = `${host}:${join(grab.mountPoint, '/')}`
  const input = `${grab.rules.join('\n')}\n`
  const transport = transportOf(wish)
  const options = { input, signal, allowFailure: true, ...(loud && { onLine }) }
  const rsync = (to: string) => [...args, '-e', transport, '--', source, join(to, '/')]
  // It holds no lock by itself, so it must not outlive what does. As root it can write into the tree alone.
  const isRoot = process.getuid?.() === 0
  const command = isRoot
    ? ontoTree(tree.at, 'rsync', rsync(join(place, relative(tree.at, target))))
    : dyingWithUs('rsync', rsync(target))
  const ran = await run(command.program, command.args, options)
  if (ran.status === 0) return
  const otherwise = 'grab again when that is mended; what was copied stays'
  throw notDone(`cannot copy ${grab.mountPoint} of ${wish.host}`, wish.host, ran, otherwise)
}

/** Links of the tree lead where they would lead in the image, and never out of it. */
async function targetOf({ at, path }: Tree, mountPoint: string): Promise<string> {
  const target = await inTree(at, mountPoint)
  if (target !== undefined) return target
  throw new LunaError('invalid', `${mountPoint} of the image is a circle of links`, {
    fix: `look at ${join(path, mountPoint)}`,
  })
}

/**
 * Copies the tree to every other head; nothing is to be done, whatever the name, where there is no other one.
 */
export async function syncOsimage(
  store: Store,
  name: string,
  { onLine, signal }: GrabContext,
): Promise<Synced> {
  const cluster = await getCluster(store)
  const { others } = await findHeads(cluster)
  const notes = newNotes()
  const heads: string[] = []
  if (others.length === 0) return { ...notes, heads }
  const image = await store.getNamed('osimage', name)
  await tellPassive(cluster, onLine)
  return await withImageLock(image, 'copied to the other heads', async ({ at, path }) => {
    for (const head of others) {
      const following = { signal, onLine: (line: string) => onLine(`${head}: ${line.trim()}`) }
      if (await attempt(notes, () => mirrorTo(head, `${path}/`, following, `${at}/`))) heads.push(head)
    }
    return { ...notes, heads }
  })
}
