// Work inside the tree of an image, in mount and pid namespaces of its own: nothing is left mounted or
// running, whatever ends this process. What is mounted where is said in in-image.sh.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpath, stat } from 'node:fs/promises'
import { constants } from 'node:os'
import { join, relative } from 'node:path'
import { LunaError } from '../../error.ts'
import { programEnvironment } from '../environment.ts'
import { rootsOwn } from '../pin.ts'
import { type Ran, type RunOptions, run } from '../run.ts'
import { fileInTree, inTree } from './tree.ts'

export interface Inside {
  /** The tree; a path of a pin (host/pin.ts) stays the same tree whatever is renamed. */
  readonly root: string
  /** The tree cannot be written to. */
  readonly readOnly?: boolean
  /** A directory that is /run/luna inside; it must have a directory `tmp`, which becomes /tmp. */
  readonly work?: string
  /** A directory with dracut modules that the image shall have as well, over its own of the same name. */
  readonly dracutModules?: string
  /** Names are resolved as on this machine. */
  readonly resolvesNames?: boolean
  /** A library that makes uname(2) answer with this kernel (packaging/uname). */
  readonly kernel?: { readonly library: string; readonly version: string }
  /** More for the environment of the program. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CommandLine {
  readonly program: string
  readonly args: readonly string[]
}

/** What programs see inside: nothing of the operator's own environment. */
const insideEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root' }

const script = join(import.meta.dirname, 'in-image.sh')
const ontoScript = join(import.meta.dirname, 'onto-tree.sh')

/** Where a tree is mounted while root works in it, in a mount namespace of its own. */
export const place = join(rootsOwn, 'tree')

/**
 * The command that runs a program of this machine which finds the tree at `place`, and can write there and
 * nowhere else. It dies with the process that starts it.
 */
export function ontoTree(root: string, program: string, args: readonly string[]): CommandLine {
  const unshare = ['unshare', '--mount', '--propagation', 'private', '--']
  return dyingWithUs('env', [`--chdir=${root}`, ...unshare, 'sh', ontoScript, place, program, ...args])
}

/**
 * The command that runs a program inside. It dies with the process that starts it (PR_SET_PDEATHSIG), and its
 * namespaces and all that runs there die with it (pid_namespaces(7)).
 */
export async function insideCommand(
  inside: Inside,
  program: string,
  args: readonly string[],
): Promise<CommandLine> {
  const work = inside.work && (await realpath(inside.work))
  const { dev, ino } = await stat(inside.work ?? '/')
  const options = [
    ...(inside.readOnly ? ['-r'] : []),
    ...(work ? ['-w', work] : []),
    ...(inside.dracutModules ? ['-m', inside.dracutModules] : []),
    ...(inside.resolvesNames ? ['-n'] : []),
    ...(inside.kernel ? ['-u', inside.kernel.library] : []),
  ]
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  // The current directory is the one thing of another mount namespace that a new one takes over.
  return dyingWithUs('env', [
    ...[`--chdir=${inside.root}`, 'unshare', ...namespaces, '--'],
    ...[
      'env',
      `work_id=${dev}:${ino}`,
      ...(await placesIn(inside.root)),
      'sh',
      script,
      ...options,
      '--',
      place,
    ],
    ...['env', '-i', ...environment(inside), program, ...args],
  ])
}

/** What is mounted upon. Images may have links in place of each of them, or above them. */
const places = {
  at_dev: 'dev',
  at_dracut: 'usr/lib/dracut/modules.d',
  at_proc: 'proc',
  at_resolv: 'etc/resolv.conf',
  at_run: 'run',
  at_sys: 'sys',
  at_tmp: 'tmp',
}

/** Where these are, from the root of the tree on, as assignments; empty for links in a circle. */
async function placesIn(root: string): Promise<string[]> {
  const assign = async ([name, path]: [string, string]) => {
    const real = await inTree(root, path)
    return `${name}=${real === undefined ? '' : relative(root, real)}`
  }
  return await Promise.all(Object.entries(places).map(assign))
}

/** The shell of an image for a person: bash, or sh where it has none. */
export async function shellOf(root: string): Promise<string> {
  return (await fileInTree(root, 'bin/bash')) ? '/bin/bash' : '/bin/sh'
}

/**
 * The command with which a program is killed as soon as the process that started it is
 * gone, however that ends.
 */
export function dyingWithUs(program: string, args: readonly string[]): CommandLine {
  return { program: 'setpriv', args: ['--pdeathsig', 'KILL', '--', program, ...args] }
}

/**
 * Runs a program inside and gives its status and output, as `run` does. Throws LunaError
 * `refused` when not root.
 */
export async function runInside(
  inside: Inside,
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  mustBeRoot()
  const command = await insideCommand(inside, program, args)
  return await run(command.program, command.args, options)
}

/** Throws LunaError `refused` when this process is not root. */
export function mustBeRoot(): void {
  if (process.getuid?.() === 0) return
  throw new LunaError('refused', 'only root can work inside an image', { fix: 'run it as root' })
}

function environment({ env, kernel }: Inside): string[] {
  const preload = kernel && { LD_PRELOAD: '/run/luna-uname.so', FAKE_KERN: kernel.version }
  return Object.entries({ ...insideEnvironment, ...env, ...preload }).map(
    ([name, value]) => `${name}=${value}`,
  )
}

/**
 * Runs a program inside with this terminal, and gives its exit status, as a shell would. Ctrl-C is the
 * program's; `signal` ends it and everything that it started.
 */
export async function enter(
  inside: Inside,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  mustBeRoot()
  const command = await insideCommand(inside, program, args)
  const child = spawn(command.program, command.args, { env: programEnvironment(), stdio: 'inherit' })
  // What is inside ends with the first process that was started, and nothing can hold that one up.
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  try {
    await once(child, 'exit')
    return child.exitCode ?? 128 + (child.signalCode ? constants.signals[child.signalCode] : 0)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}
