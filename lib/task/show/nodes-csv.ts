// The list of nodes as a table that `luna node import` takes: a column per field and per interface.
import { writeCsv } from '../../format/csv.ts'
import { interfaceColumn } from '../apply/kind/node-table.ts'
import type { Fact, Facts } from './facts.ts'
import type { ListedNode } from './nodes.ts'

const first = ['name', 'group', 'mac']
const before = ['switch', 'port']
const after = ['localboot', 'setupbmc', 'service', 'comment']

/** The table; the cell of an interface has its addresses, IPv4 first, with a blank between them. */
export function nodesCsv(nodes: readonly ListedNode[]): string {
  const interfaces = [...new Set(nodes.flatMap((node) => Object.keys(node.interfaces)))].sort()
  const cells = (node: ListedNode, fields: readonly string[]) => fields.map((field) => cellOf(node[field]))
  // Few have several boot cards.
  const cards = nodes.some(({ also }) => also !== undefined) ? [...first, 'also'] : first
  const rows = nodes.map((node) => [
    ...cells(node, cards),
    ...cells(node, before),
    ...interfaces.map((name) => addressesOf(node.interfaces[name])),
    ...cells(node, after),
  ])
  return writeCsv([...cards, ...before, ...interfaces.map(interfaceColumn), ...after], rows)
}

function cellOf(fact: Fact | undefined): string {
  if (Array.isArray(fact)) return fact.join(' ')
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  return typeof fact === 'string' || typeof fact === 'number' ? String(fact) : ''
}

function addressesOf(fact: Fact | undefined): string {
  const { ipv4 = null, ipv6 = null } = (fact ?? {}) as Facts
  return [ipv4, ipv6].filter((address) => address !== null).join(' ')
}
