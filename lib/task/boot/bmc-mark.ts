// Which user and password the BMC of a node has taken: it does not tell its password, and setting it again at
// each boot would reset it each time. A print of both is remembered, made with a secret of the node, so that
// who reads it in a script cannot try passwords.
import { createHmac, randomBytes } from 'node:crypto'
import type { Id } from '../../object/field.ts'
import type { Node } from '../../object/node.ts'
import type { InstallBmc } from '../../render/install.ts'
import type { Store } from '../../store/store.ts'

/** What remembers it. */
export type BmcMarks = Pick<Store, 'find' | 'markBmc'>

/** For the script: what it tells when the BMC has taken all, and whether it has before. */
export async function givenBefore(
  marks: BmcMarks,
  node: Id,
  bmc: InstallBmc,
): Promise<Pick<InstallBmc, 'print' | 'given'>> {
  const known = (await marks.find('node', node))?.bmc_set
  const mark = known ?? { secret: randomBytes(18).toString('base64url'), done: '' }
  if (!known) await marks.markBmc(node, mark)
  const print = printOf(mark.secret, bmc)
  return { print, given: mark.done === print }
}

/** The BMC has taken what the print stands for; one of what has changed meanwhile counts for nothing. */
export async function bmcIsSet(
  marks: BmcMarks,
  { id, bmc_set: mark }: Node,
  bmc: InstallBmc,
  print: string,
): Promise<boolean> {
  if (!mark || printOf(mark.secret, bmc) !== print) return false
  if (mark.done !== print) await marks.markBmc(id, { ...mark, done: print })
  return true
}

function printOf(secret: string, { user, password, userid }: InstallBmc): string {
  const text = JSON.stringify([user, password, userid])
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22)
}
