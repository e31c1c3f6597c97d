// What a node would say when it is installed of an interface: keys that the network files of its image have
// no form for, that mean nothing beside the others, or that nothing in the image reads.
import { LunaError } from '../../error.ts'
import { linesOfScript } from '../../host/scratch.ts'
import type { GroupInterface, Id } from '../../object/field.ts'
import { type Group, sortedInterfaces } from '../../object/group.ts'
import { parameterDoubts, untranslatedParameters } from '../../object/ifcfg.ts'
import { addressAt } from '../../object/network.ts'
import { type InstallInterface, ifcfgText, type Placed, renderNetworkCheck } from '../../render/install.ts'
import type { Store } from '../../store/store.ts'

/**
 * One line for each key of the interface that is lost or has a word that no reader takes, and for each of
 * another one that is lost for its sake (a VLAN above its MTU); nothing when the image cannot be looked at.
 */
export async function networkLosses(store: Store, groupName: string, name: string): Promise<string[]> {
  const group = await store.getNamed('group', groupName)
  const shown = sortedInterfaces(group).filter((one) => one.name !== 'BMC' && !one.name.includes('/'))
  const wanted = await Promise.all(shown.map((one) => installInterface(store, one)))
  const files = Object.fromEntries(wanted.map((one) => [`network/ifcfg-${one.name}`, ifcfgText(one)]))
  const env = { LUNA_IMAGE: await imageOf(store, group) }
  const lines = await linesOfScript(renderNetworkCheck(), files, env).catch(noLines)
  const found = lines.flatMap((line) => (namedIn(line).includes(name) ? line.slice('luna: '.length) : []))
  const params = wanted.find((one) => one.name === name)?.params ?? ''
  return [
    ...found,
    // A translation tells of such words itself. What has nothing yet is taken for an image with ifcfg files.
    ...(lines.includes('luna: network files: ifcfg') ? doubts(name, params) : []),
    ...(lines[0] === 'none' ? unknownKeys(name, params) : []),
  ]
}

/** The words of "luna: interface NAME: WHAT: KEY (REASON)", the names of interfaces among them. */
function namedIn(line: string): string[] {
  return line.startsWith('luna: interface ') ? line.split(/:? |[()]/) : []
}

/** What cannot be looked at is nothing to warn of. */
function noLines(error: unknown): string[] {
  if (error instanceof LunaError) return []
  throw error
}

function doubts(name: string, params: string): string[] {
  return parameterDoubts(params).map((why) => `interface ${name}: ${why}`)
}

/** For an image that has nothing yet: keys that only one kind of image knows. */
function unknownKeys(name: string, params: string): string[] {
  const keys = untranslatedParameters(params)
  return keys.length === 0
    ? []
    : [`interface ${name}: only for images that have ifcfg files: ${keys.join(', ')}`]
}

async function imageOf(store: Store, group: Group): Promise<string> {
  const image = group.osimage === null ? undefined : await store.find('osimage', group.osimage)
  return image?.path ?? '/nonexistent'
}

/** The interface as the first node of its networks would have it. */
async function installInterface(
  store: Store,
  { name, params, network }: GroupInterface,
): Promise<InstallInterface> {
  const [v4, v6] = [await firstAddress(store, network[4]), await firstAddress(store, network[6])]
  return { name, params, v4, v6 }
}

async function firstAddress(store: Store, id: Id | null): Promise<Placed | null> {
  const network = id === null ? undefined : await store.find('network', id)
  return network ? { address: addressAt(network, 1n), prefix: network.PREFIX } : null
}
