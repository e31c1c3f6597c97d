// What an initramfs must have in it for a node to install itself: dracut ends with status 0 also where it
// could not install what it was told to.
import { readFile } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { runInside } from '../../host/image/chroot.ts'
import { inTree } from '../../host/image/tree.ts'
import { osimageFields } from '../../object/osimage.ts'
import type { PackJob } from './pack-job.ts'

export interface Judged {
  /** What nodes may miss. */
  readonly warnings: readonly string[]
  /** The files of the initramfs; undefined where nobody could list them. */
  readonly files?: readonly string[]
}

/**
 * Lists the initramfs among the drafts of a job by the image's own lsinitrd(1). Throws LunaError `invalid`
 * when nodes could not install with it; of one that the image brought itself (`copied`) that is a warning.
 */
export async function judgeInitramfs(job: PackJob, version: string, copied: boolean): Promise<Judged> {
  const { image, tree } = job
  const inside = { root: tree.at, readOnly: true, work: job.drafts }
  const { status, stdout } = await runInside(inside, 'lsinitrd', ['/run/luna/initramfs'], {
    ...(job.signal && { signal: job.signal }),
    allowFailure: true,
  })
  const what = `nodes cannot install themselves with the initramfs of osimage "${image.name}"`
  if (status !== 0) {
    const unread = status === 127 ? 'the image has no lsinitrd' : `lsinitrd ended with status ${status}`
    const why = `${unread}, so nobody knows what is in it`
    if (copied) return { warnings: [`${what}: ${why}`] }
    const fix = `install the package dracut whole: lchroot ${image.name}`
    throw new LunaError('failed', what, { why, fix })
  }
  const files = namesListed(stdout)
  const lacks = missingIn(files, image.kernmodules, await builtIn(tree.at, version))
  const wanted = lacks.filter((one) => !usualDrivers.has(one))
  const warnings = lacks
    .filter((one) => usualDrivers.has(one))
    .map((one) => `the kernel of osimage "${image.name}" has no ${one.slice(driver.length)}`)
  if (!copied && !sharesIn(files)) warnings.push(lonely(image.name))
  if (wanted.length === 0) return { warnings, files }
  const why = `it lacks ${wanted.join(', ')}`
  if (copied) return { warnings: [`${what}: ${why} (pack without --copy_boot)`], files }
  throw new LunaError('invalid', what, { why, fix: remedy(image.name, wanted) })
}

/** Whether nodes with an initramfs of these files give the image to each other. Pure. */
export function sharesIn(files: readonly string[]): boolean {
  return files.some((file) => /^luna\/ltorrent-swarm$|^(usr\/)?bin\/aria2c$/.test(file))
}

function lonely(name: string): string {
  const why = `the initramfs of osimage "${name}" has neither libtorrent nor aria2`
  return `${why}: nodes take the image from the head alone, by HTTP (lchroot ${name}, install aria2, pack again)`
}

function remedy(name: string, lacks: readonly string[]): string {
  const steps = [
    ...(lacks.includes(lunaModule) ? [`luna osimage change ${name} --dracutmodules luna,...`] : []),
    ...(lacks.some((one) => programs.includes(one)) ? [`install what is missing: lchroot ${name}`] : []),
    ...(lacks.some((one) => one.startsWith(driver)) ? [`luna osimage change ${name} --kernmodules ...`] : []),
  ]
  return `${steps.join('; ')}; then pack again`
}

const lunaModule = 'the dracut module luna'
const driver = 'the driver '
/** Drivers that nobody asked for: nodes of that image may do without a service processor. */
const usualDrivers = new Set((osimageFields.kernmodules.absent ?? '').split(',').map((name) => driver + name))
/** What the scripts of Luna run before there is an image: what dracut/95luna cannot do without. */
export const programs = [
  ...[
    'bash',
    'curl',
    'ip',
    'tar',
    'gzip',
    'cat',
    'chown',
    'chroot',
    'cp',
    'cut',
    'grep',
    'head',
    'kill',
    'ln',
  ],
  ...[
    'ls',
    'mkdir',
    'mkfifo',
    'modprobe',
    'mount',
    'mv',
    'readlink',
    'rm',
    'sed',
    'setsid',
    'sha1sum',
    'sleep',
  ],
  ...['tail', 'udevadm', 'umount'],
]

/**
 * The files of an initramfs, as lsinitrd lists them: the last word of a line, before the
 * arrow of a link. Pure.
 */
export function namesListed(listing: string): string[] {
  return listing
    .split('\n')
    .filter((line) => /^[-lcbdp][-rwxsStT]{9}/.test(line))
    .map((line) =>
      line
        .replace(/ -> .*$/, '')
        .replace(/^.*\s/, '')
        .replace(/^\.?\//, ''),
    )
}

/**
 * What an initramfs with these files lacks. `drivers` is the operator's list (`a,-b`: with a, without b);
 * `builtIn` the names of those that the kernel has in itself. Pure.
 */
export function missingIn(
  files: readonly string[],
  drivers: string | null,
  builtInDrivers: ReadonlySet<string>,
): string[] {
  const modules = new Set(files.flatMap((file) => moduleName(file) ?? []))
  const runnable = new Set(files.flatMap((file) => /^(?:usr\/)?s?bin\/([^/]+)$/.exec(file)?.[1] ?? []))
  // dracut(8) divides by blanks what Luna divides by commas, and takes the name of a file for its module.
  const wanted = (drivers ?? '').split(/[,\s]+/).map((name) => name.replace(/\.ko(\.\w+)?$/, ''))
  return [
    ...(files.includes('luna/boot') ? [] : [lunaModule]),
    ...programs.filter((name) => !runnable.has(name)),
    ...wanted
      .filter((name) => /^[\w-]+$/.test(name) && !name.startsWith('-'))
      .filter((name) => !modules.has(plain(name)) && !builtInDrivers.has(plain(name)))
      .map((name) => driver + name),
  ]
}

/** The name of the kernel module that a file is: `e1000e` for `lib/modules/…/e1000e.ko.xz`. */
export function moduleName(file: string): string | undefined {
  const name = /([^/]+)\.ko(?:\.\w+)?$/.exec(file)?.[1]
  return name && plain(name)
}

/** modprobe(8) knows no difference between the two. */
function plain(name: string): string {
  return name.replaceAll('-', '_')
}

/** Names of the drivers that are part of the kernel itself (modules.builtin of kmod). */
async function builtIn(root: string, version: string): Promise<Set<string>> {
  const file = await inTree(root, `lib/modules/${version}/modules.builtin`)
  const text = file ? await readFile(file, 'utf8').catch(() => '') : ''
  return new Set(text.split('\n').flatMap((line) => moduleName(line) ?? []))
}
