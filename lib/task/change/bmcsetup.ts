// Adding and changing the setups of management controllers.
import { LunaError } from '../../error.ts'
import type { Bmcsetup } from '../../object/bmcsetup.ts'
import { checkNewName, hasControl } from '../../object/name.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { insertLinked } from './reference-counts.ts'

type Settings = Pick<Bmcsetup, 'user' | 'password' | 'userid' | 'netchannel' | 'mgmtchannel'>
/** How `lpower` reaches the BMCs; stored only when it is given. */
type Reach = Partial<Pick<Bmcsetup, 'protocol' | 'certificate'>>

/** Adds a setup. `taken` (255) when the name is in use. */
export async function addBmcsetup(store: Store, wish: { name: string } & Settings & Reach): Promise<void> {
  checkNewName('bmcsetup', wish.name)
  checkSettings(wish)
  await store.transaction(async (tx) => {
    await insertLinked(tx, (await getCluster(tx)).id, 'bmcsetup', wish)
  })
}

/** Changes what is given. `not-found` (255) when there is no such setup. */
export async function changeBmcsetup(
  store: Store,
  name: string,
  change: Partial<Settings> & Reach,
): Promise<void> {
  checkSettings(change)
  const { id } = await store.getNamed('bmcsetup', name)
  await store.update('bmcsetup', id, change)
}

// Bytes that a BMC has room for (IPMI 2.0, 22.28 and 22.30).
const longest = { user: 16, password: 20 }

/** User and password reach a BMC line by line: a line end in them would be another command. */
function checkSettings(settings: Partial<Settings>): void {
  for (const name of ['user', 'password'] as const) {
    const value = settings[name] ?? ''
    if (hasControl(value))
      throw new LunaError('invalid', `the ${name} of a BMC cannot hold control characters`)
    const length = Buffer.byteLength(value)
    if (length > longest[name]) throw tooLong(name, length)
  }
}

function tooLong(name: 'user' | 'password', length: number): LunaError {
  const what = name === 'user' ? 'name of the user' : 'password'
  return new LunaError('invalid', `the ${what} of a BMC cannot be longer than ${longest[name]} characters`, {
    why: `this one has ${length}; IPMI has no room for more, and a BMC would cut it off unsaid`,
    fix: 'choose a shorter one',
  })
}
