// What other programs are told of the cluster.
import type { Mac } from '../../object/net/mac.ts'

/** A node; its name is a label of a host name (RFC 1123 section 2.1), or it is not exported. */
export interface ExportedNode {
  readonly name: string
  /** NAME.DOMAIN, or the bare name. */
  readonly host: string
  readonly group: string | null
  readonly image: string | null
  readonly mac: Mac | null
  /** Those of its further boot cards. */
  readonly also: readonly Mac[]
  /** By which it is reached: on BOOTIF, else on another interface that is not BMC. */
  readonly address: string | null
  readonly interfaces: readonly ExportedInterface[]
  readonly switch: string | null
  readonly port: string | null
  readonly comment: string
}

export interface ExportedInterface {
  readonly name: string
  readonly ipv4: string | null
  readonly ipv6: string | null
}

/** The name with an underscore in place of everything that is no letter, digit or one of `more`. */
export function word(name: string, more = ''): string {
  return Array.from(name, (letter) =>
    /[A-Za-z0-9_]/.test(letter) || more.includes(letter) ? letter : '_',
  ).join('')
}

/** Nodes by what is said of them, in the order in which each is said first; those without it are left out. */
export function nodesBy(
  nodes: readonly ExportedNode[],
  textOf: (node: ExportedNode) => string | null,
): ReadonlyMap<string, readonly ExportedNode[]> {
  const all = Map.groupBy(nodes, textOf)
  return new Map([...all].flatMap(([text, some]) => (text === null ? [] : [[text, some] as const])))
}

/** How a file begins that Luna writes whole. */
export function head(what: string): string {
  return `# Written by: luna export ${what}\n`
}
