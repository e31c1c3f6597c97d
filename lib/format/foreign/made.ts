// A thing of ours made of what another program's file says: each field with the place that it comes from.
import type { Entry } from '../entry.ts'

export type Path = readonly (string | number)[]

/** A value, and where it stands in the file. */
export interface Found {
  readonly value: unknown
  readonly path: Path
}

/** What is found of a node; what is undefined is not said. */
export interface FoundNode {
  readonly name: Found
  readonly fields: { readonly [field: string]: Found | undefined }
  /** Addresses by the name of our interface. */
  readonly interfaces: readonly (readonly [name: string, address: Found])[]
}

/** The entry of a node; `place` says where paths of the file are. */
export function madeNode(place: (path: Path) => string, { name, fields, interfaces }: FoundNode): Entry {
  const known = Object.entries(fields).flatMap(([field, found]) => (found ? [[field, found] as const] : []))
  const addresses = new Map(interfaces)
  const values = Object.fromEntries(known.map(([field, { value }]) => [field, value]))
  const map = Object.fromEntries([...addresses].map(([iface, { value }]) => [iface, value]))
  return {
    fields: { name: name.value, ...values, ...(addresses.size > 0 && { interfaces: map }) },
    place: (first, second) => {
      const found = first === 'interfaces' ? addresses.get(String(second)) : fields[String(first)]
      return place((found ?? name).path)
    },
  }
}

/** What is in a map under one of the names, with its path; undefined where there is nothing, or ''. */
export function foundIn(map: unknown, path: Path, ...names: readonly string[]): Found | undefined {
  for (const name of names) {
    const value = mapOf(map)[name]
    if (value !== undefined && value !== null && value !== '') return { value, path: [...path, name] }
  }
  return undefined
}

/** A map as it is, and an empty one for anything else. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}

/** A text without the prefix length behind it: `10.30.0.1/16` is 10.30.0.1. Other values stay as they are. */
export function withoutLength(found: Found | undefined): Found | undefined {
  if (typeof found?.value !== 'string') return found
  return { ...found, value: found.value.replace(/\/\d{1,3}$/, '') }
}

/** A host of an inventory with its variables, and where they stand. */
export interface Host {
  readonly name: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly path: Path
  place(path: Path): string
}
