// Whether the menus of PXELINUX and petitboot are what the database says.
import { join } from 'node:path'
import { staleMenus } from '../../host/menu-folder.ts'
import { pxelinuxMenus } from '../boot/pxelinux.ts'
import { type Check, fine, firstOf, type Verdict, warning, wrong } from './check.ts'

export const menuCheck: Check = {
  name: 'menus',
  async run({ store, config }) {
    const folder = join(config.paths.tftp_root, 'pxelinux.cfg')
    const { files, refused } = await pxelinuxMenus(store)
    const stale = await staleMenus(folder, files)
    return judgeMenus({ folder, wanted: files.size, stale, refused })
  },
}

/** `stale` are the files that are not as wanted; undefined where there is no folder. */
export function judgeMenus(seen: {
  readonly folder: string
  readonly wanted: number
  readonly stale: readonly string[] | undefined
  readonly refused: ReadonlyMap<string, string>
}): Verdict {
  const { folder, wanted, stale, refused } = seen
  if (stale === undefined)
    return warning(
      `there is no ${folder}: PXELINUX and petitboot get no menus`,
      'systemctl restart lfs_pxelinux',
    )
  if (stale.length > 0)
    return wrong(
      `not what the database says: ${firstOf(stale)} in ${folder}`,
      'systemctl restart lfs_pxelinux',
    )
  const [[node, why] = []] = refused
  if (node !== undefined) return warning(`no menu for ${node}: ${why}`, 'luna db migrate --dry-run')
  return fine(`${wanted} in ${folder}`)
}
