// Commands at random, on the small site: each of them may be done or refused.
import { LunaError } from '../../lib/error.ts'
import type { Store } from '../../lib/store/store.ts'
import { addGroup, changeGroup, cloneGroup } from '../../lib/task/change/group.ts'
import { addInterface, deleteInterface, renameInterface } from '../../lib/task/change/group-interface.ts'
import { delNetwork, setNetwork } from '../../lib/task/change/group-network.ts'
import { addNetwork, deleteNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { deleteObject, deleteObjects, renameObject } from '../../lib/task/change/object.ts'
import { addOtherdevs, changeOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches } from '../../lib/task/change/switch.ts'

const groups = ['compute', 'g1', 'g2']
const names = ['a1', 'a2', 'a3']
const interfaces = ['BOOTIF', 'BMC', 'eth1']
const addresses = {
  cluster: ['10.30.0.0', '10.30.0.1', '10.30.0.2', '10.30.1.1', '10.30.255.254'],
  ipmi: ['10.31.0.1', '10.31.0.2', '10.31.255.254', '10.31.255.255'],
  tiny: ['172.16.1.1', '172.16.1.2', '172.16.1.3', '172.16.1.6', '172.16.1.7'],
  six: ['fd00:30::1', 'fd00:30::2', 'fd00:30::f000:0:0:1', 'fd00:30::ffff:ffff:ffff:fffe'],
} as const
const networks = Object.keys(addresses) as (keyof typeof addresses)[]
const tiny = { name: 'tiny', address: '172.16.1.0', prefix: 29, nsHostname: 'master01' }

/** One command at random. */
export function randomCommand(store: Store, chance: () => number): Promise<unknown> {
  const one = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T
  const [group, name, iface, network] = [one(groups), one(names), one(interfaces), one(networks)]
  const [ip, other] = [one<string>(addresses[network]), one(networks)]
  const commands = [
    () => addNodes(store, { group, names: [name, one(names)] }),
    () => addNodes(store, { group }),
    () => deleteObjects(store, 'node', [name]),
    () => changeNodes(store, [name], { group }),
    () => changeNodes(store, [name], { interface: { name: iface, address: ip } }),
    () => changeNodes(store, names, { switch: one([name, '']), mac: one(['', '52:54:00:00:00:01']) }),
    () => addSwitches(store, { names: [name], network, ip }),
    () => changeSwitches(store, [name], one([{ network }, { ip }, { network, ip }])),
    () => deleteObjects(store, 'switch', [name]),
    () => addOtherdevs(store, { names: [name], network, ip }),
    () => changeOtherdevs(store, [name], { network, ip: one([ip, '']) }),
    () => deleteObjects(store, 'otherdev', [name]),
    () => addGroup(store, { name: group, osimage: 'os', network, bmcnetwork: other }),
    () => cloneGroup(store, { from: group, to: one(groups) }),
    () => changeGroup(store, group, one([{ domain: one([network, '']) }, { bmcsetup: one(['base', '']) }])),
    () => deleteObject(store, 'group', group),
    () => addInterface(store, group, iface),
    () => deleteInterface(store, group, iface),
    () => renameInterface(store, group, iface, one(interfaces)),
    () => setNetwork(store, group, iface, network),
    () => delNetwork(store, group, iface),
    () => addNetwork(store, tiny),
    () => deleteNetwork(store, network),
    () => changeNetwork(store, network, one([{ prefix: 15 }, { prefix: 28 }, { prefix: 64 }, { ns_ip: ip }])),
    () => changeNetwork(store, network, { reserve: ip }),
    () => renameObject(store, one(['node', 'switch', 'otherdev']), name, one(names)),
  ]
  return one(commands)()
}

/** True when it was done, false when it was refused. */
export async function tried(command: Promise<unknown>): Promise<boolean> {
  try {
    await command
    return true
  } catch (error) {
    if (error instanceof LunaError && error.code !== 'internal') return false
    throw error
  }
}

/** Numbers in 0..1 that look like chance (a linear congruence, as in POSIX rand). */
export function generator(start: number): () => number {
  let state = start
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) / 0x800000
  }
}
