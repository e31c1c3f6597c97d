// What completion offers for the value of an option: names from the database, files, the words of a choice.
import type { Kind } from '../../object/field.ts'
import type { Option } from '../../program/option.ts'
import type { Scan } from './scan.ts'
import { atFile, beginning, type Candidate, hostlist, plain, prefixed } from './words.ts'

/** Reads what there is; completion asks only for what it offers. */
export interface Names {
  ofKind(kind: Kind): Promise<readonly string[]>
  /** The interfaces of groups, or of the groups of nodes; those of all groups when no name is given. */
  interfacesOf(kind: Kind, names: readonly string[]): Promise<readonly string[]>
}

/** What may stand there; `files`: the shell knows those. */
export type Completion = readonly Candidate[] | 'files'

/** Where in the table the cursor is. */
export interface Place {
  /** Whose interfaces are meant by an option that takes one. */
  readonly object: string
  readonly names: Names
}

/** The fields of nodes that name objects. */
const named: Readonly<Record<string, Kind>> = {
  name: 'node',
  group: 'group',
  image: 'osimage',
  switch: 'switch',
}

/** What a field may be in a condition, where it names something that is there. */
export async function valuesOfField(
  names: Names,
  field: string,
  current: string,
): Promise<readonly Candidate[]> {
  const kind = Object.hasOwn(named, field) ? named[field] : undefined
  return kind ? plain(await names.ofKind(kind), current) : []
}

/** What may stand as the value of an option. */
export async function valuesOf(
  place: Place,
  option: Option,
  seen: Pick<Scan, 'operands'>,
  current: string,
): Promise<Completion> {
  const { refersTo, kind, choices, begins } = option
  if (begins) {
    const [, head = '', field] = /^(([^=!]+)!?=)/.exec(current) ?? []
    if (field !== undefined)
      return prefixed(head, await valuesOfField(place.names, field, current.slice(head.length)))
    return beginning(
      current,
      begins.map((word) => ({ word })),
    )
  }
  if (refersTo === 'file' || (kind === 'names' && atFile(current))) return 'files'
  if (refersTo === 'interface')
    return plain(await place.names.interfacesOf(place.object as Kind, seen.operands), current)
  if (refersTo && kind === 'names') return hostlist(await place.names.ofKind(refersTo), current)
  if (refersTo) return plain(await place.names.ofKind(refersTo), current)
  if (kind === 'yes-no') return plain(['y', 'n'], current)
  return plain(choices ?? [], current)
}
