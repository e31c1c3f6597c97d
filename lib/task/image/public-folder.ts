// The directories boot/ and torrents/, which nginx serves. The cluster path is the service user's, so what is
// at their names could be anything; they themselves are root's.
import { LunaError } from '../../error.ts'
import { makeDirectory, reason } from '../../host/file.ts'
import { type Pin, withPin } from '../../host/pin.ts'
import type { Owner } from '../../host/user.ts'
import { type Cluster, paths } from '../../object/cluster.ts'

export interface PublicFolder {
  /** Leads to it whatever is renamed meanwhile. */
  readonly folder: string
  /** What people call it. */
  readonly shown: string
  /** Whose files in it are. */
  readonly owner: Owner
}

const root: Owner = { uid: 0, gid: 0 }

/**
 * Does work in one of them, made where it is missing. One of the first Luna, the service user's, becomes
 * root's. In torrents/ the service user may remove what is its own, as the seeder does with what no image
 * needs any more. Throws LunaError `failed` where something else is at its name.
 */
export async function withPublicFolder<T>(
  cluster: Cluster,
  name: 'boot' | 'torrents',
  user: Owner,
  work: (folder: PublicFolder) => Promise<T>,
): Promise<T> {
  const shown = paths(cluster)[name]
  await makeDirectory(shown)
  let held = false
  const within = async (pin: Pin) => {
    held = true
    if (process.getuid?.() !== 0) return await work({ folder: pin.at, shown, owner: user })
    if (pin.uid !== 0 && pin.uid !== user.uid)
      throw notOurs(shown, `it belongs to user ${pin.uid}`, `chown root: ${shown}`)
    const isShared = name === 'torrents' && user.uid !== 0
    await pin.handle.chown(0, isShared ? user.gid : 0)
    await pin.handle.chmod(isShared ? 0o1775 : 0o755)
    return await work({ folder: pin.at, shown, owner: name === 'boot' ? root : user })
  }
  return await withPin(shown, within).catch((cause: unknown) => {
    if (held) throw cause
    const fix = 'make it a directory; one on another file system is mounted there: mount --bind'
    throw notOurs(shown, reason(cause), fix)
  })
}

function notOurs(shown: string, why: string, fix: string): LunaError {
  return new LunaError('failed', `${shown} is not a directory that root can work in`, { why, fix })
}
