// Arming nodes by hand: they may be installed where only armed nodes are.
import { bootAccess } from '../../object/boot-access.ts'
import type { Store } from '../../store/store.ts'
import { edit } from '../change/edit.ts'
import type { Outcome } from '../outcome.ts'
import { newArm } from './token.ts'

export interface ArmWish {
  /** Until when; null: until it is installed. */
  readonly until: Date | null
  /** Also after it was installed. */
  readonly continuous: boolean
}

/** Arms nodes anew; one that does not exist ends it with the earlier ones armed. */
export async function armNodes(
  store: Store,
  names: readonly string[],
  { until, continuous }: ArmWish,
): Promise<Outcome> {
  return await edit(store, async ({ tx, notes, inTurn, update, cluster }) => {
    const level = bootAccess(await cluster())
    if (level !== 'armed')
      notes.warnings.push(
        `boot_access is ${level}: nodes are installed without being armed (luna cluster change --boot_access armed)`,
      )
    await inTurn(names, async (name) => {
      await update('node', await tx.getNamed('node', name), { armed: newArm(until, continuous) })
    })
  })
}

/** Ends that nodes are armed. A node that is being installed goes on. */
export async function disarmNodes(store: Store, names: readonly string[]): Promise<Outcome> {
  return await edit(store, async ({ tx, inTurn, update }) => {
    await inTurn(names, async (name) => {
      const node = await tx.getNamed('node', name)
      if (node.armed) await update('node', node, { armed: null })
    })
  })
}
