// Whether the services, which run as the cluster's user, can read the configuration and use the store.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { findUser, ownName, pathsDenied } from '../../host/user.ts'
import { openPassword } from '../conf-rights.ts'
import { type Check, fine, firstOf, needsRoot, type Verdict, warning, wrong } from './check.ts'

export const storeCheck: Check = {
  name: 'store',
  async run({ config, cluster, advice, root }) {
    const user = cluster.user || 'root'
    if (!(await findUser(user))) return noUser(user)
    if (!root && ownName() !== user) return needsRoot
    const file = 'embedded' in config.store ? config.store.embedded : undefined
    const parts = file === undefined ? [] : [dirname(file), file, `${file}-wal`, `${file}-shm`]
    const look = (paths: readonly string[], write: boolean) =>
      root
        ? pathsDenied(
            user,
            paths.filter((path) => existsSync(path)),
            write,
          )
        : []
    const [unread, unusable] = [await look([config.file], false), await look(parts, true)]
    return judgeStore({ user, unread, unusable, advice, open: await openPassword(config, user) })
  },
}

function noUser(user: string): Verdict {
  return wrong(`there is no user "${user}", as which the services run`, `useradd --system ${user}`)
}

/** `unread` and `unusable` are the files of the configuration and of the store that the user may not use. */
export function judgeStore(seen: {
  readonly user: string
  readonly unread: readonly string[]
  readonly unusable: readonly string[]
  readonly advice: readonly string[]
  readonly open?: { readonly what: string; readonly fix: string } | undefined
}): Verdict {
  const { user, unread, unusable, advice } = seen
  const [conf] = unread
  if (conf !== undefined)
    return wrong(`the user ${user} may not read ${conf}`, `chgrp ${user} ${conf}; chmod 640 ${conf}`)
  if (unusable.length > 0)
    return wrong(
      `the user ${user} may not use ${unusable.join(', ')}`,
      `chown ${user}: ${unusable.join(' ')}`,
    )
  if (seen.open) return warning(seen.open.what, seen.open.fix)
  if (advice.length > 0) return warning(firstOf(advice), 'luna cluster check')
  return fine(`the user ${user} can use it`)
}
