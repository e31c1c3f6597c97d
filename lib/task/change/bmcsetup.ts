// Adding and changing the setups of management controllers.
import { LunaError } from '../../error.ts'
import { bmcsetupFields } from '../../object/bmcsetup.ts'
import type { Typed } from '../../object/field.ts'
import { checkNewName, hasControl } from '../../object/name.ts'
import type { Store } from '../../store/store.ts'
import { edit } from './edit.ts'

type Settings = Typed<typeof bmcsetupFields>

/** Adds a setup. `taken` when the name is in use. */
export async function addBmcsetup(store: Store, wish: { name: string } & Settings): Promise<void> {
  checkNewName('bmcsetup', wish.name)
  checkSettings(wish)
  await edit(store, ({ insert }) => insert('bmcsetup', wish))
}

/** Changes what is given. `not-found` when there is no such setup. */
export async function changeBmcsetup(store: Store, name: string, change: Settings): Promise<void> {
  checkSettings(change)
  const { id } = await store.getNamed('bmcsetup', name)
  await store.update('bmcsetup', id, change)
}

/** User and password reach a BMC line by line: a line end in them would be another command. */
function checkSettings(settings: Settings): void {
  for (const name of ['user', 'password'] as const) {
    const value = settings[name] ?? ''
    if (hasControl(value))
      throw new LunaError('invalid', `the ${name} of a BMC cannot hold control characters`, {
        fix: 'use characters that can be typed on one line',
      })
    const most = bmcsetupFields[name].mostBytes ?? Number.POSITIVE_INFINITY
    const length = Buffer.byteLength(value)
    if (length > most) throw tooLong(name, length, most)
  }
}

function tooLong(name: 'user' | 'password', length: number, most: number): LunaError {
  const what = name === 'user' ? 'name of the user' : 'password'
  return new LunaError('invalid', `the ${what} of a BMC cannot be longer than ${most} characters`, {
    why: `this one has ${length}; IPMI has no room for more, and a BMC would cut it off unsaid`,
    fix: 'choose a shorter one',
  })
}
