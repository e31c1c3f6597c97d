// Users, groups and addresses of this machine, by its own tools (directory services included).
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { briefly, run } from './run.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** The user with its primary group, or undefined when there is none (getent(1)). */
export async function findUser(name: string): Promise<Owner | undefined> {
  const [, , uid, gid] = await entry('passwd', name)
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

/** The number of a group, or undefined when there is none. */
export async function findGroup(name: string): Promise<number | undefined> {
  const [, , gid] = await entry('group', name)
  return gid ? Number(gid) : undefined
}

async function entry(database: string, name: string): Promise<string[]> {
  // Digits would be taken for a number and not for a name.
  if (!/^[a-z_][\w.-]*\$?$/i.test(name)) return []
  const { status, stdout } = await run('getent', [database, name], { ...briefly, allowFailure: true })
  return status === 0 ? (stdout.split('\n')[0] ?? '').split(':') : []
}

/** True when the address is configured on an interface of this machine, whether that is up or not. */
export async function isLocalAddress(address: string): Promise<boolean> {
  const args = ['-o', 'addr', 'show', 'to', address]
  const { status, stdout } = await run('ip', args, { ...briefly, allowFailure: true })
  return status === 0 && stdout.trim() !== ''
}

/**
 * The paths that a user may not read and, with `write`, write; a directory also not search. Another user's
 * rights are asked for with runuser(1), which needs root.
 */
export async function pathsDenied(user: string, paths: readonly string[], write: boolean): Promise<string[]> {
  const rights = write ? '[ -r "$path" ] && [ -w "$path" ]' : '[ -r "$path" ]'
  const search = '{ [ ! -d "$path" ] || [ -x "$path" ]; }'
  const script = `for path; do ${rights} && ${search} || printf '%s\\n' "$path"; done`
  const { stdout } = await run('runuser', ['-u', user, '--', 'sh', '-c', script, 'sh', ...paths], briefly)
  return stdout.split('\n').filter((path) => path !== '')
}

/** The number of those who did not log in, such as services (proc(5)). */
const nobody = 4_294_967_295

export interface Person {
  readonly user: string
  /** The account that the program runs as, where that is another one. */
  readonly as: string | null
}

/**
 * Who gives a command, also behind sudo(8) and su(1): asks the environment of sudo(8), then the kernel who
 * logged in (pam_loginuid(8)). Never rejects.
 */
export async function whoAsks(env: NodeJS.ProcessEnv): Promise<Person> {
  const own = ownName()
  const { SUDO_USER: sudo } = env
  const named = process.getuid?.() === 0 && sudo !== undefined && /^[^\p{Cc}]{1,100}$/u.test(sudo)
  const user = named ? sudo : ((await loginName()) ?? own)
  return { user, as: user === own ? null : own }
}

/** The name of who runs this program; the number where passwd(5) has none. */
export function ownName(): string {
  try {
    return userInfo().username
  } catch {
    // No entry of passwd(5) has that number.
    return String(process.getuid?.() ?? '')
  }
}

async function loginName(): Promise<string | undefined> {
  const uid = loginUid()
  if (uid === undefined || uid === process.getuid?.()) return undefined
  const asked = run('getent', ['passwd', String(uid)], { ...briefly, allowFailure: true })
  const { status, stdout } = await asked.catch(() => ({ status: 1, stdout: '' }))
  return (status === 0 && stdout.split(':')[0]) || String(uid)
}

function loginUid(): number | undefined {
  try {
    const uid = Number(readFileSync('/proc/self/loginuid', 'utf8'))
    return uid === nobody ? undefined : uid
  } catch {
    return undefined
  }
}
