// Other devices: added and changed. Each has an address in any number of networks.
import { LunaError } from '../../error.ts'
import type { Network } from '../../object/network.ts'
import type { Otherdev } from '../../object/otherdev.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome } from '../outcome.ts'
import { assignAddress, reassignAddress } from './assign-address.ts'
import { edit } from './edit.ts'
import type { Pool } from './pool.ts'

/** Adds devices. An address that is missing, outside or taken is `failed` and ends it; earlier ones stay. */
export async function addOtherdevs(
  store: Store,
  wish: { readonly names: readonly string[]; readonly network: string; readonly ip?: string },
): Promise<Outcome> {
  const address = wish.ip
  if (!address) throw new LunaError('failed', 'a new device needs an address', { fix: 'add --ip ADDRESS' })
  return await edit(store, async ({ tx, pool, claims, insert, untilOneFails }) => {
    const network = await tx.getNamed('network', wish.network)
    await pool.load([network.id])
    const claim = await claims('otherdev')
    await untilOneFails(wish.names, async (name) => {
      claim(name)
      const connected = { [network.id]: await assignAddress(pool, network, address) }
      await insert('otherdev', { name, connected })
    })
  })
}

/** Adds a device that is in no network yet. */
export async function addUnconnected(store: Store, name: string): Promise<Outcome> {
  return await edit(store, async ({ claims, insert }) => {
    const claim = await claims('otherdev')
    claim(name)
    await insert('otherdev', { name })
  })
}

export interface OtherdevChange {
  readonly network?: string
  /** '' disconnects the device from the network. */
  readonly ip?: string
  readonly comment?: string
}

/**
 * Changes devices: connects to a network, gives another address there, or disconnects. A refusal leaves the
 * old address.
 */
export async function changeOtherdevs(
  store: Store,
  names: readonly string[],
  change: OtherdevChange,
): Promise<Outcome> {
  const { network: networkName, ip, comment } = change
  if (ip !== undefined && networkName === undefined)
    throw new LunaError('failed', 'an address needs its network', { fix: 'add --network NETWORK' })
  return await edit(store, async ({ tx, pool, attempt, inTurn, update }) => {
    const network = networkName === undefined ? undefined : await tx.getNamed('network', networkName)
    if (network) await pool.load([network.id])
    await inTurn(names, async (name) => {
      const old = await tx.getNamed('otherdev', name)
      let { connected } = old
      if (network)
        await attempt(async () => {
          connected = await reconnect(pool, old, network, ip)
        })
      await update('otherdev', old, { connected, ...(comment !== undefined && { comment }) })
    })
  })
}

async function reconnect(
  pool: Pool,
  device: Otherdev,
  network: Network,
  address: string | undefined,
): Promise<Otherdev['connected']> {
  const { [network.id]: old = null, ...others } = device.connected
  if (address === undefined)
    throw new LunaError('failed', `no address is given for network "${network.name}"`, {
      fix: 'add --ip ADDRESS, or --ip "" to disconnect',
    })
  if (address !== '') return { ...others, [network.id]: await reassignAddress(pool, network, address, old) }
  if (old === null)
    throw new LunaError('failed', `otherdev "${device.name}" is not in network "${network.name}"`, {
      fix: `see where it is: luna otherdev show ${device.name}`,
    })
  pool.release(network.id, old)
  return others
}
