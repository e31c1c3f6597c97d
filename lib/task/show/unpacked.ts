// Nodes whose image is not packed: they cannot boot, and nothing else tells.
import { label } from '../../object/check/defect.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Osimage } from '../../object/osimage.ts'
import { isPacked } from '../image/packed.ts'

/** A line for each image that is not packed and that nodes have. */
export function unpackedLines({
  group,
  node,
  osimage,
}: Pick<Inventory, 'group' | 'node' | 'osimage'>): string[] {
  return osimage
    .filter((image) => !isPacked(image))
    .flatMap(({ id, name }) => {
      const groups = new Set(group.filter(({ osimage: image }) => image === id).map((each) => each.id))
      const waiting = node.filter((each) => each.group !== null && groups.has(each.group))
      if (waiting.length === 0) return []
      const list = compressHostlist(waiting.map((each) => each.name))
      const names = /^[\w.,[\]+-]+$/.test(list) ? list : JSON.stringify(list)
      return [
        `${label('osimage', name)} is not packed: ${names} cannot be installed (luna osimage pack ${name})`,
      ]
    })
}

/** What to say when nodes are about to get an image that is not packed. */
export function unpackedWarning(image: Osimage, nodes: string): string[] {
  if (isPacked(image)) return []
  return [
    `${label('osimage', image.name)} is not packed: ${nodes} cannot boot until then (luna osimage pack ${image.name})`,
  ]
}
