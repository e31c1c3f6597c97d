// Facts about objects as the cells of `list` and `show` tables.
import type { Kind } from '../../object/field.ts'
import { fieldsOf } from '../../object/objects.ts'
import type { Fact, Facts } from '../../task/show/facts.ts'
import { type Cell, padEnd, table } from './table.ts'

/** The table of one object: name first, comment last, the rest by name (upper case first). */
export function showTable(kind: Kind, facts: Facts): string {
  const hidden = kind === 'cluster' ? ['name', 'db_version', 'comment'] : ['name', 'comment']
  const rest = Object.keys(facts)
    .filter((name) => !hidden.includes(name))
    .sort()
  const names = [...(kind === 'cluster' ? [] : ['name']), ...rest, 'comment']
  return table(
    ['Parameter', 'Value'],
    names.map((name) => [name, cellOf(kind, name, facts[name] ?? null)]),
  )
}

/** One fact as a cell. */
export function cellOf(kind: Kind, name: string, fact: Fact): Cell {
  if (fact === null) return null
  if (name === 'interfaces') return kind === 'group' ? groupCell(fact) : nodeCell(fact)
  if (name === 'connected') return connectedCell(fact)
  if (name === 'status') return statusCell(fact)
  if (name === 'armed') return armedCell(fact)
  if (Array.isArray(fact)) return fact.join('\n')
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  return isReference(kind, name) ? `[${String(fact)}]` : String(fact)
}

function isReference(kind: Kind, name: string): boolean {
  const fields: Readonly<Record<string, { readonly kind: string }>> = fieldsOf[kind]
  return ['ref', 'hexid'].includes(fields[name]?.kind ?? '')
}

/** `[BOOTIF]:[cluster]:10.30.0.0/16`, the IPv6 network on a line of its own, `-` where there is none. */
function groupCell(fact: Fact): string {
  const interfaces = entries(fact)
  const width = Math.max(0, ...interfaces.map(([name]) => name.length + 3))
  return interfaces
    .flatMap(([name, iface]) => {
      const networks = [facts(iface).ipv4, facts(iface).ipv6]
        .filter((network) => network != null)
        .map(networkText)
      const { number } = facts(iface)
      // A base for each IP version.
      for (const base of number == null ? [] : String(number).split(' '))
        networks.push(`node N has ${base} + N`)
      return labelled(`[${name}]:`, width, networks.length > 0 ? networks : ['-'])
    })
    .join('\n')
}

function networkText(fact: Fact): string {
  const { name, network, prefix } = facts(fact)
  return `[${String(name)}]:${String(network)}/${String(prefix)}`
}

/** `BOOTIF:10.30.0.1` for every interface of a node that has an address. */
function nodeCell(fact: Fact): string {
  const interfaces = addressed(fact)
  const width = Math.max(0, ...interfaces.map(([name]) => name.length + 1))
  return interfaces.flatMap(([name, addresses]) => labelled(`${name}:`, width, addresses)).join('\n')
}

/** The interfaces of a node that have addresses, with those. */
export function addressed(fact: Fact): [string, string[]][] {
  return entries(fact)
    .map(([name, iface]): [string, string[]] => [name, addressesOf(iface)])
    .filter(([, addresses]) => addresses.length > 0)
}

/** The addresses of a node's interface, IPv4 first. */
export function addressesOf(iface: Fact): string[] {
  const { ipv4, ipv6 } = facts(iface)
  return [ipv4, ipv6].filter((address) => address != null).map(String)
}

function connectedCell(fact: Fact): string {
  const networks = entries(fact)
  const width = Math.max(0, ...networks.map(([name]) => name.length + 3))
  return networks.map(([name, address]) => padEnd(`[${name}]:`, width) + String(address ?? '-')).join('\n')
}

function labelled(label: string, width: number, lines: readonly string[]): string[] {
  const first = padEnd(label, width) + (lines[0] ?? '')
  return [first, ...lines.slice(1).map((line) => padEnd('', width) + line)]
}

/** `install.download (25.00% / last update 3sec) - 0:00:40` */
function statusCell(fact: Fact): string {
  const { step, age, progress } = facts(fact)
  const done = progress == null ? '' : ` ${progressText(facts(progress))}`
  return `${String(step)}${done} - ${duration(Number(age))}`
}

/** `once, until 2026-03-04T05:06:07.000Z`, or `at every boot` */
export function armedCell(fact: Fact): string {
  const { until, continuous } = facts(fact)
  return `${continuous ? 'at every boot' : 'once'}${until == null ? '' : `, until ${String(until)}`}`
}

function progressText({ percent, age }: Facts): string {
  return `(${Number(percent).toFixed(2)}% / last update ${String(age)}sec)`
}

/** Hours, minutes and seconds: `0:00:40`; hours go on after 24. */
export function duration(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function facts(fact: Fact | undefined): Facts {
  return typeof fact === 'object' && fact !== null && !Array.isArray(fact) ? (fact as Facts) : {}
}

/** The named parts of a fact. */
export function entries(fact: Fact | undefined): [string, Fact][] {
  return Object.entries(facts(fact))
}
