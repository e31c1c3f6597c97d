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
