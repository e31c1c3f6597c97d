// Switches: added and changed. Each has one address in one network.
import { LunaError } from '../../error.ts'
import type { Typed } from '../../object/field.ts'
import { checkValues } from '../../object/given/value.ts'
import { lastHost } from '../../object/net/address.ts'
import { addressAt, type Network, prefixOf } from '../../object/network.ts'
import type { Change } from '../../object/objects.ts'
import type { Switch, switchFields } from '../../object/switch.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { checkSnmpUser, type Snmp } from '../switch/snmp-settings.ts'
import { assignAddress, reassignAddress, usersOf } from './assign-address.ts'
import { edit } from './edit.ts'
import type { Pool } from './pool.ts'

/** Adds switches. An address that is outside or taken is `failed` and ends it; earlier ones stay. */
export async function addSwitches(
  store: Store,
  wish: { readonly names: readonly string[]; readonly network: string; readonly ip: string } & Snmp,
): Promise<Outcome> {
  const { names, network: networkName, ip: address, ...snmp } = wish
  checkValues('switch', snmp)
  checkSnmpUser(snmp, snmp)
  return await edit(store, async ({ tx, pool, claims, insert, untilOneFails }) => {
    const network = await tx.getNamed('network', networkName)
    await pool.load([network.id])
    const claim = await claims('switch')
    await untilOneFails(names, async (name) => {
      claim(name)
      const ip = await assignAddress(pool, network, address)
      await insert('switch', { name, network: network.id, ip, ...snmp })
    })
  })
}

export type SwitchChange = Typed<typeof switchFields> & { readonly ip?: string }

/**
 * Changes switches. Into another network a switch keeps its offset, unless it is given an address there; the
 * same network again, and an address that is outside or taken, are failures that leave the old address as it
 * was.
 */
export async function changeSwitches(
  store: Store,
  names: readonly string[],
  change: SwitchChange,
): Promise<Outcome> {
  const { network: networkName, ip, ...fields } = change
  checkValues('switch', fields)
  return await edit(store, async ({ tx, pool, attempt, inTurn, update }) => {
    const target = networkName === undefined ? undefined : await tx.getNamed('network', networkName)
    await inTurn(names, async (name) => {
      const old = await tx.getNamed('switch', name)
      await pool.load([old.network, target?.id ?? null].filter((id) => id !== null))
      checkSnmpUser({ ...old, ...fields }, fields)
      let place: Change<'switch'> = {}
      if (target || ip !== undefined)
        await attempt(async () => {
          place = await moveSwitch(pool, old, target, ip)
        })
      await update('switch', old, { ...fields, ...place })
    })
  })
}

async function moveSwitch(
  pool: Pool,
  old: Switch,
  target: Network | undefined,
  address: string | undefined,
): Promise<Change<'switch'>> {
  if (target && target.id === old.network && address === undefined)
    throw new LunaError('failed', `switch "${old.name}" is in network "${target.name}" already`, {
      fix: 'give its new address there: --ip ADDRESS',
    })
  const network = target ?? (old.network === null ? undefined : pool.network(old.network))
  if (!network) {
    throw new LunaError('failed', `the network of switch "${old.name}" is gone`, {
      fix: `give it one: luna switch change ${old.name} --network NETWORK --ip ADDRESS`,
    })
  }
  if (address !== undefined && network.id === old.network)
    return { ip: await reassignAddress(pool, network, address, old.ip) }
  const ip =
    address === undefined ? await keepOffset(pool, network, old) : await assignAddress(pool, network, address)
  if (old.network !== null && old.ip !== null) pool.release(old.network, old.ip)
  return { network: network.id, ip }
}

async function keepOffset(pool: Pool, network: Network, old: Switch): Promise<bigint> {
  if (old.ip !== null && pool.reserve(network.id, old.ip)) return old.ip
  const fits = old.ip !== null && old.ip <= lastHost(prefixOf(network))
  const wanted = fits ? addressAt(network, old.ip) : 'its address'
  const [who] = fits ? await usersOf(pool.store, network, old.ip) : []
  throw new LunaError('failed', `switch "${old.name}" cannot have ${wanted} in network "${network.name}"`, {
    why: who ? `${who} has it` : 'it is not free there',
    fix: 'say which address it is to have there: --ip ADDRESS',
  })
}
