// The status of a node as facts: the step as the node told it, and its parts.
import type { Status } from '../../object/field.ts'
import type { Node } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'

/**
 * `install.download 13` is phase `install.download` with percent 13; most steps have no percent. A node that
 * asked what to boot while its image has no kernel is at `boot.error.image`: the database keeps
 * `boot.request`, as that of Luna 1.2 does.
 */
export function statusFacts(
  { step: told, time }: Status,
  { localboot }: Pick<Node, 'localboot'>,
  image: Pick<Osimage, 'kernfile'> | undefined,
) {
  const stuck = told === 'boot.request' && !localboot && image !== undefined && !image.kernfile
  const step = stuck ? 'boot.error.image' : told
  const [, phase = step, percent] = /^(\S+) (\d{1,3})%?$/.exec(step) ?? []
  return { step, phase, ...(percent !== undefined && { percent: Number(percent) }), time: time.toISOString() }
}
