// Switches and other devices as documents describe them.
import type { Id } from '../../../object/field.ts'
import { addressIn } from '../../../object/network.ts'
import { addUnconnected, changeOtherdevs } from '../../change/otherdev.ts'
import { addSwitches, changeSwitches, type SwitchChange } from '../../change/switch.ts'
import { readMap, textOf } from '../read.ts'
import { type Applying, changedOf, hasAll, referred, textIn, typed } from './apply-one.ts'

export async function applySwitch(one: Applying): Promise<void> {
  const { tx, name, fields, note } = one
  const { network: _, ip: __, comment: ___, ...settings } = fields
  const network = textIn(fields, 'network')
  const wished = network === '' ? undefined : await referred(one, 'network', network, 'network')
  if (network !== '' && !wished) return
  if (!(await tx.findNamed('switch', name))) {
    if (!hasAll(one, 'switch', ['network', 'ip'])) return
    const snmp = typed<SwitchChange>(settings)
    note(await addSwitches(tx, { names: [name], network, ip: textIn(fields, 'ip'), ...snmp }), 'ip')
  }
  const old = await tx.findNamed('switch', name)
  if (!old) return
  const own = old.network === null ? undefined : await tx.find('network', old.network)
  const now = own && old.ip !== null ? addressIn(own, old.ip) : undefined
  const ip = textIn(fields, 'ip')
  const change = typed<SwitchChange>({
    ...changedOf('switch', old, fields),
    ...(wished && wished.id !== old.network && { network }),
    ...(ip !== '' && ip !== now && { ip }),
  })
  if (Object.keys(change).length > 0) note(await changeSwitches(tx, [name], change), 'ip')
}

/** `connected` is all of its networks: from others it is disconnected. */
export async function applyOtherdev(one: Applying): Promise<void> {
  const { tx, name, entry, fields, faults, note } = one
  if (!(await tx.findNamed('otherdev', name))) note(await addUnconnected(tx, name), 'name')
  const old = await tx.getNamed('otherdev', name)
  const comment = changedOf('otherdev', old, fields).comment
  if (comment !== undefined) note(await changeOtherdevs(tx, [name], { comment: String(comment) }))
  if (entry.fields.connected === undefined) return
  const wished = readMap(entry, ['connected'], entry.fields.connected, faults)
  if (!wished) return
  for (const id of Object.keys(old.connected) as Id[]) {
    const network = await tx.find('network', id)
    if (network && !(Object.hasOwn(wished, network.name) && wished[network.name]))
      note(await changeOtherdevs(tx, [name], { network: network.name, ip: '' }), 'connected')
  }
  for (const [network, value] of Object.entries(wished)) {
    const [found, ip] = [await referred(one, 'network', network, 'connected', network), textOf(value)]
    const offset = found && old.connected[found.id]
    const now = offset === undefined ? undefined : addressIn(found as NonNullable<typeof found>, offset)
    if (!found || ip === '' || ip === now) continue
    note(await changeOtherdevs(tx, [name], { network, ip: ip ?? 'no text' }), 'connected', network)
  }
}
