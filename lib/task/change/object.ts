// What can be done to an object of any kind: rename it, delete it.
import type { Kind } from '../../object/field.ts'
import { checkNewName } from '../../object/name.ts'
import type { Change } from '../../object/objects.ts'
import type { Store } from '../../store/store.ts'
import { checkRenamed } from '../claim-names.ts'
import type { Outcome } from '../outcome.ts'
import { edit } from './edit.ts'

/**
 * Deletes a named object that nothing uses: `not-found`, or `refused` with the users named. Its addresses
 * become free, the MAC addresses of a node are forgotten.
 */
export async function deleteObject(store: Store, kind: Kind, name: string): Promise<Outcome> {
  return await edit(store, async ({ tx, remove }) => remove(kind, await tx.getNamed(kind, name)))
}

/** Deletes objects one after the other. One that does not exist ends it with the earlier ones gone. */
export async function deleteObjects(store: Store, kind: Kind, names: readonly string[]): Promise<Outcome> {
  return await edit(store, async ({ tx, inTurn, remove }) => {
    await inTurn(names, async (name) => await remove(kind, await tx.getNamed(kind, name)))
  })
}

/**
 * Gives an object another name; references are by id and stay. `taken` when the new name is in use, `refused`
 * when it cannot be a name, `not-found` when there is no such object.
 */
export async function renameObject(
  store: Store,
  kind: Kind,
  name: string,
  newName: string,
): Promise<Outcome> {
  checkNewName(kind, newName)
  return await edit(store, async ({ tx, claims }) => {
    const { id } = await tx.getNamed(kind, name)
    const claim = await claims(kind, name === newName ? {} : { former: name })
    claim(newName)
    await checkRenamed(tx, kind, id, newName)
    const change: Change<Kind> = { name: newName }
    await tx.update(kind, id, change)
  })
}
