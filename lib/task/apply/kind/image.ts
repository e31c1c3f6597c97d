// OS images and the setups of BMCs as documents describe them: they have plain fields only.

import type { bmcsetupFields } from '../../../object/bmcsetup.ts'
import type { Typed } from '../../../object/field.ts'
import type { Change } from '../../../object/objects.ts'
import { addBmcsetup, changeBmcsetup } from '../../change/bmcsetup.ts'
import { changeOsimage, describeOsimage } from '../../change/osimage.ts'
import { type Applying, changedOf, hasAll, typed } from './apply-one.ts'

/** A tree that is not there yet is warned of: an inventory may come before it. */
export async function applyOsimage(one: Applying): Promise<void> {
  const { tx, name, fields, note } = one
  const old = await tx.findNamed('osimage', name)
  if (old) {
    const change = typed<Change<'osimage'>>(changedOf('osimage', old, fields))
    if (Object.keys(change).length > 0) note(await changeOsimage(tx, name, change))
  } else if (hasAll(one, 'osimage', ['path'])) {
    note(await describeOsimage(tx, { ...typed<Change<'osimage'>>(fields), name }), 'path')
  }
}

export async function applyBmcsetup({ tx, name, fields, note }: Applying): Promise<void> {
  const old = await tx.findNamed('bmcsetup', name)
  const change = typed<Typed<typeof bmcsetupFields>>(old ? changedOf('bmcsetup', old, fields) : fields)
  if (!old) note(await addBmcsetup(tx, { ...change, name }))
  else if (Object.keys(change).length > 0) note(await changeBmcsetup(tx, name, change))
}
