// Adding and changing the setups of management controllers.
import type { bmcsetupFields } from '../../object/bmcsetup.ts'
import type { Typed } from '../../object/field.ts'
import { checkValues } from '../../object/given/value.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { edit } from './edit.ts'

type Settings = Typed<typeof bmcsetupFields>

/** Adds a setup. `taken` when the name is in use. */
export async function addBmcsetup(store: Store, wish: { name: string } & Settings): Promise<Outcome> {
  checkValues('bmcsetup', wish)
  const outcome = await edit(store, ({ insert }) => insert('bmcsetup', wish))
  return { ...outcome, warnings: doubtful(wish) }
}

/** Changes what is given. `not-found` when there is no such setup. */
export async function changeBmcsetup(store: Store, name: string, change: Settings): Promise<Outcome> {
  checkValues('bmcsetup', change)
  const outcome = await edit(store, async ({ tx, update }) =>
    update('bmcsetup', await tx.getNamed('bmcsetup', name), change),
  )
  return { ...outcome, warnings: doubtful(change) }
}

/** What IPMI has, and what a BMC hardly does with it. */
function doubtful({ userid, netchannel, mgmtchannel }: Settings): string[] {
  const noLan = [netchannel, mgmtchannel].find((one) => one !== undefined && (one < 1 || one > 11))
  return [
    ...(userid === 1
      ? ['user 1 is the one without a name (IPMI 2.0 section 22.28): most BMCs refuse to name it']
      : []),
    ...(noLan === undefined
      ? []
      : [`channel ${noLan} is no LAN channel, which are 1 to 11 (IPMI 2.0 section 6.3)`]),
  ]
}
