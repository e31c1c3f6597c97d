// Users, groups and addresses of this machine, by its own tools (directory services included).
import { run } from './run.ts'

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
  const { status, stdout } = await run('getent', [database, name], { allowFailure: true })
  return status === 0 ? (stdout.split('\n')[0] ?? '').split(':') : []
}

/** True when the address is configured on an interface of this machine, whether that is up or not. */
export async function isLocalAddress(address: string): Promise<boolean> {
  const { status, stdout } = await run('ip', ['-o', 'addr', 'show', 'to', address], { allowFailure: true })
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
  const { stdout } = await run('runuser', ['-u', user, '--', 'sh', '-c', script, 'sh', ...paths])
  return stdout.split('\n').filter((path) => path !== '')
}
