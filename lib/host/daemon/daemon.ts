// What a daemon needs of its host: account, pid file, messages to systemd. control.ts starts and stops a
// daemon from outside.
import { readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import notify from 'systemd-notify'
import { LunaError } from '../../error.ts'
import { isMissing, makeDirectory, reason } from '../file.ts'
import { briefly, run } from '../run.ts'
import { findUser, type Owner } from '../user.ts'

/** The account that a daemon shall run as. Throws LunaError `failed` when this machine has no such user. */
export async function getUser(name: string): Promise<Owner> {
  const owner = await findUser(name)
  if (owner) return owner
  throw new LunaError('failed', `this machine has no user "${name}"`, {
    fix: `make it (useradd --system ${name}), or say which one to use: luna cluster change --user USER`,
  })
}

/** Takes the identity of a user, with its groups, when this process is root's; else does nothing. */
export async function becomeUser(name: string, owner: Owner): Promise<void> {
  if (process.getuid?.() !== 0 || owner.uid === 0) return
  const { stdout } = await run('id', ['-G', name], briefly)
  process.setgroups?.(stdout.trim().split(' ').map(Number))
  process.setgid?.(owner.gid)
  process.setuid?.(owner.uid)
}

/** The process of a pid file, when it is alive and runs that program: process numbers are used again. */
export async function runningPid(pidfile: string, program: string): Promise<number | undefined> {
  const pid = Number((await textOf(pidfile))?.trim())
  if (!Number.isSafeInteger(pid) || pid < 2) return undefined
  const args = (await textOf(`/proc/${pid}/cmdline`))?.split('\0') ?? []
  return args.some((arg) => basename(arg) === program) ? pid : undefined
}

/**
 * Writes the number of this process. Throws LunaError `refused` when another process of the program has it.
 */
export async function writePidFile(pidfile: string, program: string): Promise<void> {
  const other = await runningPid(pidfile, program)
  if (other && other !== process.pid) {
    throw new LunaError('refused', `${program} is running already, as process ${other}`, {
      fix: `${program} restart`,
    })
  }
  try {
    await writeFile(pidfile, `${process.pid}\n`, { mode: 0o644 })
  } catch (cause) {
    throw new LunaError('failed', `cannot write the pid file ${pidfile}`, {
      why: reason(cause),
      fix: `give the user of the daemon the directory ${dirname(pidfile)}`,
      cause,
    })
  }
}

/** Removes the pid file when it is that of this process. */
export async function removePidFile(pidfile: string): Promise<void> {
  if (Number(await textOf(pidfile)) === process.pid) await rm(pidfile, { force: true })
}

/** Where the pid file of a program is when no cluster says otherwise. */
export function usualPidFile(program: string): string {
  // systemd names the directory that it made (RuntimeDirectory=).
  const [runtime] = (process.env.RUNTIME_DIRECTORY || '/run/luna').split(':')
  return join(runtime ?? '', `${program}.pid`)
}

/**
 * Writes the pid file of a daemon that still waits, so that `stop` finds it; where that is not possible yet,
 * writes none. Gives a function that removes it, to be called before the directory is made for another user.
 * Throws LunaError `refused` when the program runs already.
 */
export async function standBy(pidfile: string, program: string): Promise<() => Promise<void>> {
  await makeDirectory(dirname(pidfile)).catch(() => {})
  try {
    await writePidFile(pidfile, program)
  } catch (error) {
    if (error instanceof LunaError && error.code === 'refused') throw error
  }
  return async () => {
    await removePidFile(pidfile)
    // An empty directory that root made is made anew, for the user of the cluster.
    if (process.getuid?.() === 0) await rmdir(dirname(pidfile)).catch(() => {})
  }
}

export interface Systemd {
  /** Tells that the service is up, also while it waits, and in a few words what it does. */
  ready(status: string): Promise<void>
  /** Tells what the service does now, in a few words. */
  status(status: string): Promise<void>
  /** Pings the watchdog as long as `healthy` says so; gives a function that ends that. */
  watch(healthy: () => boolean): () => void
}

/** Messages to systemd by systemd-notify(1), when it wants them (NOTIFY_SOCKET, WATCHDOG_USEC). */
export function systemd(env: NodeJS.ProcessEnv = process.env): Systemd {
  const wanted = env.NOTIFY_SOCKET !== undefined
  const say = async (message: Parameters<typeof notify>[0]) => {
    // A service manager that does not listen is no reason to refuse service.
    if (wanted) await notify({ ...message, pid: process.pid }).catch(() => {})
  }
  const period = wanted ? Number(env.WATCHDOG_USEC ?? 0) / 1000 : 0
  return {
    ready: (status) => say({ ready: true, status }),
    status: (status) => say({ status }),
    watch: (healthy) => {
      if (!(period > 0)) return () => {}
      // Three pings in a period, so that a late one does no harm.
      const timer = setInterval(() => healthy() && ping(), period / 3)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}

function ping(): void {
  // The npm package cannot ping the watchdog; the program that it runs can.
  run('systemd-notify', [`--pid=${process.pid}`, 'WATCHDOG=1'], { timeout: 10_000 }).catch(() => {})
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause) || !(cause instanceof Error)) return undefined
    // A process that goes away while its files are read gives ESRCH.
    if ('code' in cause && cause.code === 'ESRCH') return undefined
    throw cause
  }
}
