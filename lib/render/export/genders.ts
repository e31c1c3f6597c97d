// genders(3): nodes and their attributes; those that have the same are one line.
import { compressHostlist } from '../../object/hostlist.ts'
import { type ExportedNode, head, word } from './exported.ts'

/** Attributes are `all`, the name of the group, and group, image and switch with their values. */
export function renderGenders(nodes: readonly ExportedNode[]): string {
  const alike = Map.groupBy(nodes, attributesOf)
  const lines = [...alike].map(
    ([attributes, some]) => `${compressHostlist(some.map(({ name }) => name))} ${attributes}\n`,
  )
  return head('genders') + lines.join('')
}

function attributesOf(node: ExportedNode): string {
  const values = { group: node.group, image: node.image, switch: node.switch }
  const own = node.group === null ? '' : word(node.group, '.-+')
  const valued = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${word(value, '.-+')}`],
  )
  const plain = own === '' || own === 'all' || own in values ? [] : [own]
  return ['all', ...plain, ...valued].join(',')
}
