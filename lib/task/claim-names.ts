// Names that DNS could not tell apart, and host names that no machine could have: refused when they are
// given.
import { LunaError } from '../error.ts'
import type { Id, Kind } from '../object/field.ts'
import type { Group } from '../object/group.ts'
import { aKind, checkNewName, hostNameObjection, hostNameWarning, nameTaken } from '../object/name.ts'
import type { Store } from '../store/store.ts'
import { groupOf } from './find.ts'
import type { Notes } from './outcome.ts'

/**
 * Takes a name for an object. Throws LunaError `refused` when nothing of the kind can be called that, and
 * `taken` when another one is.
 */
export type Claim = (name: string) => void

export interface ClaimWish {
  /** The name of an object that is renamed. */
  readonly former?: string
  /** The group that nodes come to: their names have to fit its domain. */
  readonly group?: Pick<Group, 'domain'>
}

const hosts: readonly Kind[] = ['node', 'switch', 'otherdev']

/**
 * A claim for objects of the kind. Names in DNS are the same in either case (RFC 4343). Hosts of different
 * kinds may share a name, with a warning, as they always could.
 */
export async function claimNames(
  store: Store,
  kind: Kind,
  notes: Pick<Notes, 'warnings'>,
  { former, group }: ClaimWish = {},
): Promise<Claim> {
  const inDns = kind === 'network' || hosts.includes(kind)
  const keyOf = (name: string) => (inDns ? name.toLowerCase() : name)
  const names = (await store.names(kind)).filter((name) => name !== former)
  const exact = new Set(names)
  const own = new Map(names.map((name) => [keyOf(name), name]))
  const others = new Map<string, Kind>()
  for (const other of hosts.includes(kind) ? hosts.filter((one) => one !== kind) : [])
    for (const name of await store.names(other)) others.set(keyOf(name), other)
  const zones = hosts.includes(kind) ? await store.list('network') : []
  const servers = new Set(zones.map(({ ns_hostname }) => keyOf(ns_hostname ?? '')))
  const domain = group && (await domainOf(store, group))
  return (name) => {
    checkNewName(kind, name)
    checkHostNames([name], domain)
    const there = exact.has(name) ? name : own.get(keyOf(name))
    if (there !== undefined) throw nameTaken(kind, there, there === name ? undefined : sameInDns)
    const other = others.get(keyOf(name))
    if (other)
      notes.warnings.push(
        `${aKind(other)} is called ${name}, too: where both are in one network, one is in DNS`,
      )
    if (servers.has(keyOf(name)))
      notes.warnings.push(
        `a name server is called ${name}, too: where both are in one network, one is in DNS`,
      )
    const doubtful = hosts.includes(kind) ? hostNameWarning(name) : undefined
    if (doubtful !== undefined) notes.warnings.push(doubtful)
    own.set(keyOf(name), name)
  }
}

/** Refuses a name that no new object of the kind may have (`refused`), or that one has already (`taken`). */
export async function checkFreeName(store: Store, kind: Kind, name: string): Promise<void> {
  checkNewName(kind, name)
  if (await store.findNamed(kind, name)) throw nameTaken(kind, name)
}

const sameInDns = 'names that differ only in case are the same in DNS (RFC 4343)'

/** Throws LunaError `refused` when a machine could not be called NAME.DOMAIN; no domain fits all names. */
export function checkHostNames(names: Iterable<string>, domain: string | undefined): void {
  if (domain === undefined) return
  for (const name of names) {
    const why = hostNameObjection(name, domain)
    if (why === undefined) continue
    throw new LunaError('refused', `no machine can be called ${name} in the domain ${domain}`, {
      why,
      fix: 'choose a shorter name, or another domain for the group: luna group change GROUP --domain NETWORK',
    })
  }
}

/** The domain of a group: the name of that network. */
export async function domainOf(store: Store, group: Pick<Group, 'domain'>): Promise<string | undefined> {
  return group.domain === null ? undefined : (await store.find('network', group.domain))?.name
}

/** Checks the host names that come of another name for a node or a network. */
export async function checkRenamed(store: Store, kind: Kind, id: Id, name: string): Promise<void> {
  if (kind === 'node') {
    const group = await groupOf(store.find.bind(store), await store.get('node', id))
    if (group) checkHostNames([name], await domainOf(store, group))
  }
  if (kind !== 'network') return
  for (const group of await store.list('group'))
    if (group.domain === id) checkHostNames(await memberNames(store, group.id), name)
}

/** The names of the nodes of a group. */
export async function memberNames(store: Store, group: Id): Promise<string[]> {
  return (await store.nodesOf(group)).map(({ name }) => name)
}
