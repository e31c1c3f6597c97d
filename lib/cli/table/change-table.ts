// The history of changes, and one entry of it.
import { compressHostlist, counted } from '../../object/hostlist.ts'
import type { HistoryEntry, Touched, Verb } from '../../store/store.ts'
import type { Difference } from '../../task/apply/differences.ts'
import { differenceTable } from './difference-table.ts'
import { clock } from './history-table.ts'
import { shown, table } from './table.ts'

const titles = ['Entry', 'When', 'User', 'Command', 'What']

// In characters.
const [longestCommand, longestWhat] = [80, 80]

export function changesTable(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return 'no entries\n'
  const rows = entries.map((entry) => [
    String(entry.number),
    clock(entry.time.toISOString()),
    whoIn(entry),
    cut(oneLine(entry.command), longestCommand),
    cut(oneLine(whatIn(entry)), longestWhat),
  ])
  return table(titles, rows)
}

export function changeText(entry: HistoryEntry, differences: readonly Difference[]): string {
  const head = `entry ${entry.number}: ${clock(entry.time.toISOString())}, ${whoIn(entry)}`
  const body = entry.whole || entry.omitted ? `${whatIn(entry)}; the differences are not kept` : undefined
  return [
    `${shown(head)}\n`,
    `${oneLine(entry.command)}\n`,
    body === undefined ? differenceTable(differences, ['Before', 'After']) : `${shown(body)}\n`,
  ].join('')
}

function whoIn({ user, as }: HistoryEntry): string {
  return as === null ? user : `${user} (${as})`
}

const past: Readonly<Record<Verb, string>> = {
  add: 'added',
  change: 'changed',
  rename: 'renamed',
  remove: 'deleted',
}

/** In a few words, with names folded. */
function whatIn({ objects, whole }: HistoryEntry): string {
  return whole ? 'the whole database' : objects.map(touchedText).join('; ')
}

function touchedText({ verb, kind, names }: Touched): string {
  if (kind === 'cluster') return `${past[verb]} the cluster`
  if (verb === 'rename') return `renamed ${kind} ${names.join(' to ')}`
  return `${past[verb]} ${counted(names.length, kind)}: ${compressHostlist(names)}`
}

/** Several lines of a command are one here. */
function oneLine(text: string): string {
  return shown(text.replaceAll('\n', '\\n'))
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text
}
