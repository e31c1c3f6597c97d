// PXELINUX menus for TFTP: a file per known MAC address, with the answer that lweb would give.
import { LunaError, sentence } from '../../error.ts'
import { frontendUrl } from '../../object/cluster.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Store } from '../../store/store.ts'
import { macOwners } from '../macs.ts'
import { scriptOf } from './boot.ts'
import { loadCache } from './cache.ts'
import { bootFacts } from './node-facts.ts'

export interface PxelinuxMenus {
  /** Texts by file name. */
  readonly files: ReadonlyMap<string, string>
  /** Names of nodes that have an address but no menu, and why. */
  readonly refused: ReadonlyMap<string, string>
}

/**
 * The menu of every known MAC address of a node, as `step=discovery&type=syslinux` answers it; the status
 * stays. The number of reads does not depend on the number of nodes. Throws LunaError `not-found` before
 * there is a cluster.
 */
export async function pxelinuxMenus(store: Store): Promise<PxelinuxMenus> {
  const shared = await loadCache(store)
  const url = frontendUrl(await shared.cluster())
  const nodes = new Map((await store.list('node')).map((node) => [node.id, node]))
  const files = new Map<string, string>()
  const refused = new Map<string, string>()
  for (const [mac, id] of await macOwners(store)) {
    const node = nodes.get(id)
    if (!node) continue
    try {
      files.set(menuName(mac), scriptOf({ ...(await bootFacts(shared, node)), mac }, 'syslinux', url))
    } catch (error) {
      if (!(error instanceof LunaError)) throw error
      refused.set(node.name, sentence(error))
    }
  }
  return { files, refused }
}

/** The name that PXELINUX asks for: ARP hardware type 1 (Ethernet) and the address, with hyphens. */
export function menuName(mac: Mac): string {
  return `01-${mac.replaceAll(':', '-')}`
}
