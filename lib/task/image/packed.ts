// What is packed of images, as the database has it.
import { join } from 'node:path'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Node } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'
import { readDrivers } from './card-drivers.ts'

/** Whether the image has all that a node fetches. */
export function isPacked({ kernfile, initrdfile, torrent, tarball }: Osimage): boolean {
  return Boolean(kernfile && initrdfile && torrent && tarball)
}

/** The files that nodes fetch of an image, as paths below the cluster path. */
export function packedFiles({ kernfile, initrdfile, torrent, tarball }: Osimage): string[] {
  return [
    ...[kernfile, initrdfile].filter(Boolean).map((file) => join('boot', String(file))),
    ...(torrent ? [join('torrents', `${torrent}.torrent`)] : []),
    ...(tarball ? [join('torrents', `${tarball}.tgz`)] : []),
  ]
}

/** The drivers for network cards of its initramfs, where that was written down. */
export async function packedDrivers(root: string, { initrdfile }: Osimage) {
  return initrdfile ? await readDrivers(join(root, 'boot', initrdfile)) : undefined
}

/** Images without a tarball or torrent, and the nodes that cannot be installed for that. */
export function unpackedImages(
  all: Inventory,
): { readonly name: string; readonly waiting: readonly Node[] }[] {
  return all.osimage
    .filter(({ torrent, tarball }) => !torrent || !tarball)
    .map(({ id, name }) => {
      const groups = new Set(all.group.filter(({ osimage }) => osimage === id).map((each) => each.id))
      return { name, waiting: all.node.filter(({ group }) => group !== null && groups.has(group)) }
    })
    .filter(({ waiting }) => waiting.length > 0)
}
