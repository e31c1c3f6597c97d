// The host keys of nodes, for ssh(1): an image brings them along, the same for all its nodes.
import { hostKeyTexts } from '../../host/image/host-keys.ts'
import type { ExportedNode } from '../../render/export/exported.ts'
import { type HostKey, parseHostKey } from '../../render/export/known-hosts.ts'
import type { Store } from '../../store/store.ts'

export interface NodeKeys {
  readonly node: ExportedNode
  readonly keys: readonly HostKey[]
}

/** The nodes with the public keys of their images; a line for each image that has none. */
export async function hostKeys(
  store: Store,
  nodes: readonly ExportedNode[],
): Promise<{ nodes: readonly NodeKeys[]; warnings: readonly string[] }> {
  const used = new Set(nodes.map(({ image }) => image))
  const images = (await store.list('osimage')).filter(({ name }) => used.has(name))
  const keys = new Map<string | null, readonly HostKey[]>()
  for (const { name, path } of images) keys.set(name, path ? await keysIn(path) : [])
  const bare = images.filter(({ name }) => keys.get(name)?.length === 0)
  return {
    nodes: nodes.flatMap((node) => {
      const own = keys.get(node.image) ?? []
      return own.length > 0 ? [{ node, keys: own }] : []
    }),
    warnings: bare.map(
      ({ name, path }) =>
        `left out: the nodes of osimage ${name}: no host keys in ${path ?? ''}/etc/ssh (lchroot ${name} ssh-keygen -A)`,
    ),
  }
}

async function keysIn(root: string): Promise<HostKey[]> {
  return (await hostKeyTexts(root)).flatMap((text) => parseHostKey(text) ?? [])
}
