// Kernel and initramfs of an image: the kernel as it is in the tree, the initramfs made there by its own
// dracut with Luna's module, or the one that the image has.
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { runInside } from '../../host/image/chroot.ts'
import { kernelFile, kernelPlaces } from '../../host/image/kernel.ts'
import { fileInTree } from '../../host/image/tree.ts'
import { makeDurable } from '../../host/publish.ts'
import { kernelVersionRule } from '../../object/given/rule.ts'
import type { Osimage } from '../../object/osimage.ts'
import { cardDrivers, driversFile, readModules } from './card-drivers.ts'
import { judgeInitramfs } from './initramfs.ts'
import type { Drafts, PackJob } from './pack-job.ts'

// Luna's own dracut modules, those of this installation: what the initramfs says is what
// this lweb understands.
const dracutModules = join(import.meta.dirname, '../../../dracut')

/**
 * Makes both as drafts. Throws LunaError `invalid` when the image lacks the kernel or
 * dracut, `failed` when dracut does.
 */
export async function packBoot(job: PackJob, copy: boolean): Promise<Drafts> {
  const version = kernelVersion(job.image)
  const names = bootNames(job.image, version, job.taken)
  const kernel = join(job.drafts, 'kernel')
  await copyBootFile(await kernelIn(job, version), kernel)
  await mkdir(join(job.drafts, 'tmp'))
  const initramfs = copy ? await copyInitramfs(job, version) : await buildInitramfs(job, version)
  const { warnings, files } = await judgeInitramfs(job, version, copy)
  const drivers = await draftDrivers(job, version, files)
  for (const file of [kernel, initramfs, drivers]) if (file) await makeDurable(file, job.owner)
  return {
    change: names,
    moves: [
      { draft: kernel, target: join(job.folder, names.kernfile) },
      { draft: initramfs, target: join(job.folder, names.initrdfile) },
      { draft: drivers, target: driversFile(join(job.folder, names.initrdfile)) },
    ],
    excluded: [],
    warnings,
  }
}

/** Which network cards it has drivers for, for who asks later; null where that is not known. */
async function draftDrivers(
  { tree, drafts }: PackJob,
  version: string,
  files: readonly string[] | undefined,
): Promise<string | null> {
  const modules = files && (await readModules(tree.at, version))
  if (!modules) return null
  const draft = join(drafts, 'drivers')
  await writeFile(draft, JSON.stringify(cardDrivers(modules, files)))
  return draft
}

function kernelVersion(image: Osimage): string {
  if (image.kernver && kernelVersionRule.objection(image.kernver) === undefined) return image.kernver
  throw new LunaError('invalid', `osimage "${image.name}" has no kernel version that can be used`, {
    why: image.kernver ? `it is ${JSON.stringify(image.kernver)}` : 'it is not set',
    fix: `luna osimage change ${image.name} --kernver VERSION`,
  })
}

/**
 * The names that nodes ask for, with the id in them where another image (renamed since it was packed) has the
 * usual ones. Throws LunaError `invalid` for an image whose name cannot be part of a file name; pure.
 */
export function bootNames(
  image: Pick<Osimage, 'id' | 'name'>,
  version: string,
  taken: ReadonlySet<string> = new Set(),
): { kernfile: string; initrdfile: string } {
  if (/[/\0]/.test(image.name)) {
    throw new LunaError('invalid', `"${image.name}" cannot be part of a file name`, {
      fix: 'rename the osimage: luna osimage rename NAME --newname OTHER',
    })
  }
  const names = (head: string) => ({
    kernfile: `${head}-vmlinuz-${version}`,
    initrdfile: `${head}-initramfs-${version}`,
  })
  const usual = names(image.name)
  const free = !taken.has(usual.kernfile) && !taken.has(usual.initrdfile)
  return free ? usual : names(`${image.name}-${image.id}`)
}

async function kernelIn({ tree, image }: PackJob, version: string): Promise<string> {
  const file = await kernelFile(tree.at, version)
  if (file) return file
  throw new LunaError('invalid', `osimage "${image.name}" has no ${kernelPlaces(version).join(' or ')}`, {
    fix: `install the kernel ${version} in the image, or choose another one: luna osimage change ${image.name} --kernver VERSION`,
  })
}

async function copyInitramfs({ tree, image, drafts }: PackJob, version: string): Promise<string> {
  const places = [`boot/initramfs-${version}.img`, `boot/initrd.img-${version}`]
  const [from] = (await Promise.all(places.map((place) => fileInTree(tree.at, place)))).filter((file) => file)
  if (!from) {
    throw new LunaError('invalid', `osimage "${image.name}" has no ${places.join(' or ')}`, {
      fix: 'make one in the image, or pack without --copy_boot',
    })
  }
  const draft = join(drafts, 'initramfs')
  await copyBootFile(from, draft)
  return draft
}

/** Throws LunaError `invalid` for an empty file: what made it had no room, or was ended. */
async function copyBootFile(from: string, draft: string): Promise<void> {
  await copyFile(from, draft, constants.COPYFILE_FICLONE)
  if ((await stat(draft)).size > 0) return
  throw new LunaError('invalid', `${from} is empty: nothing could boot with it`, {
    fix: 'have it made again in the image',
  })
}

async function buildInitramfs(job: PackJob, version: string): Promise<string> {
  const inside = { root: job.tree.at, readOnly: true, work: job.drafts, dracutModules }
  const args = dracutArguments(job.image, version)
  job.progress?.({ phase: 'initramfs' })
  const ran = await runInside(inside, 'dracut', args, {
    ...(job.signal && { signal: job.signal }),
    allowFailure: true,
    onLine: (line) => {
      const detail = /\*\*\* (.+?) \*\*\*/.exec(line)?.[1]
      if (detail) job.progress?.({ phase: 'initramfs', detail })
    },
  })
  const draft = join(job.drafts, 'initramfs')
  const made = await lstat(draft).catch(() => undefined)
  if (ran.status === 0 && made && made.size > 0) return draft
  throw notBuilt(job.image, ran.status, ran.stderr)
}

function notBuilt(image: Osimage, status: number, stderr: string): LunaError {
  // env(1) says so by its status when there is no such program.
  if (status === 127) {
    return new LunaError('invalid', `osimage "${image.name}" has no dracut`, {
      fix: `install it: lchroot ${image.name}, then the package manager of the image (packages dracut, dracut-network)`,
    })
  }
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => !idleTalk.test(line))
  const said = lines.slice(-8).join('\n')
  return new LunaError('failed', `dracut in osimage "${image.name}" made no initramfs`, {
    why: said === '' ? `exit status ${status}` : `exit status ${status}; it said:\n${said}`,
    fix: `mend that in the image (lchroot ${image.name}), and pack again`,
  })
}

// What dracut says of modules that nobody asked for, on every image.
const idleTalk = /will not be installed, because|Could not find any command|memstrack|--list-modules/

/** The arguments of dracut(8) for an image; a name with `-` in front is left out of the initramfs. Pure. */
export function dracutArguments(
  image: Pick<Osimage, 'dracutmodules' | 'kernmodules'>,
  version: string,
): string[] {
  return [
    // Nodes differ from the head that packs.
    ...['--force', '--no-hostonly', '--tmpdir', '/run/luna/tmp', '--kver', version],
    ...flags(image.dracutmodules, '--add', '--omit'),
    ...flags(image.kernmodules, '--add-drivers', '--omit-drivers'),
    '/run/luna/initramfs',
  ]
}

function flags(list: string | null, add: string, omit: string): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim())
  return names.flatMap((name) => {
    if (name === '' || name === '-') return []
    return name.startsWith('-') ? [omit, name.slice(1)] : [add, name]
  })
}
