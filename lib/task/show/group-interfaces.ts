// One interface of a group in the form of the first Luna: all values are text, '' for none.
import type { Store } from '../../store/store.ts'
import { finder } from '../find.ts'
import { groupInterfaces } from './describe.ts'
import type { Fact } from './facts.ts'

interface NetworkTexts {
  readonly name: string
  readonly network: string
  readonly prefix: string
  readonly netmask: string
}

export interface InterfaceFacts {
  readonly name: string
  readonly options: string
  readonly network: { readonly 4: NetworkTexts; readonly 6: NetworkTexts }
}

/** Name, parameters and networks of an interface; undefined when the group has none of that name. */
export async function groupInterfaceFacts(
  store: Store,
  group: string,
  name: string,
): Promise<InterfaceFacts | undefined> {
  const interfaces = await groupInterfaces(await store.getNamed('group', group), finder(store))
  const found = record(interfaces[name])
  if (!found) return undefined
  const network = { 4: texts(found.ipv4), 6: texts(found.ipv6) }
  return { name, options: String(found.params), network }
}

function texts(fact: Fact | undefined): NetworkTexts {
  const { name = '', network = '', prefix = '', netmask = '' } = record(fact) ?? {}
  return { name: String(name), network: String(network), prefix: String(prefix), netmask: String(netmask) }
}

function record(fact: Fact | undefined): Readonly<Record<string, Fact>> | undefined {
  return typeof fact === 'object' && fact !== null && !Array.isArray(fact)
    ? (fact as Readonly<Record<string, Fact>>)
    : undefined
}
