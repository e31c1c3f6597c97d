// Tables as Markdown, and RESULTS.md, which keeps the last tables of every bench.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import type { Table } from './bench.ts'

const file = join(import.meta.dirname, 'RESULTS.md')

const head = `# Results of the benches

Written by \`npm run bench -- --write [NAME...]\`; what is of \`boot\` comes from the lab. Every table is of one run, its ratios are
of that run, and only they can be compared with those of another run or machine. What was tried, and what holds what is not
reached: NOTES.md.
`

/** Tables as text; the columns line up. */
export function formatTables(tables: readonly Table[]): string {
  return tables.map(formatTable).join('\n')
}

function formatTable({ title, columns, rows, notes = [] }: Table): string {
  const all = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, at) => Math.max(3, ...all.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width))).join(' | ')} |`
  const rule = `|${widths.map((width, at) => `${'-'.repeat(width + 1)}${at === 0 ? '-' : ':'}`).join('|')}|`
  const [header = [], ...body] = all
  const table = [line(header), rule, ...body.map(line)].join('\n')
  return `### ${title}\n\n${table}\n${notes.map((note) => `\n${note}\n`).join('')}`
}

/** When and where: the date, the cores, how busy they were before. */
export function circumstances(load: number, now = new Date()): string {
  const model = cpus()[0]?.model ?? 'unknown'
  return `${now.toISOString().slice(0, 10)}, ${availableParallelism()} cores (${model}), Node ${process.versions.node}, load before ${load.toFixed(1)}`
}

/** Puts the text of a bench in the place of what its last run gave. */
export function keepResults(name: string, text: string): void {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : head
  const sections = present.split(/^(?=## )/m).filter((part) => !part.startsWith(`## ${name}\n`))
  const [top = head, ...others] = sections.map((part) => part.trimEnd())
  const sorted = [...others, `## ${name}\n\n${text.trimEnd()}`].sort()
  writeFileSync(file, `${[top.trimEnd(), ...sorted].join('\n\n')}\n`)
}
