// Rows that most objects have: list, show, rename, delete; and what rows share.
import type { Kind } from '../object/field.ts'
import type { Objects } from '../object/objects.ts'
import { option } from '../program/option.ts'
import { foldFailures, type Outcome } from '../task/outcome.ts'
import type { Facts } from '../task/show/facts.ts'
import type { Synced } from '../task/sync.ts'
import { type Command, type Context, command, type Operands } from './command.ts'
import { cellOf, showTable } from './table/show-table.ts'
import { type Cell, table } from './table/table.ts'

/** `--json` of list and show. */
export const jsonOption = option('flag', 'as JSON, for scripts: names of fields as in show, values as shown')
const rawOption = option('flag', 'the stored document as JSON', { short: 'R' })
export const commentOption = option('flag', 'only the comment', { short: 'C' })

/** Facts as the text of `--json`. */
export function jsonText(facts: unknown): string {
  return `${JSON.stringify(facts, null, 2)}\n`
}

/** A column of a list: its title, and the field that it shows or what it makes of all fields. */
type Column = readonly [title: string, cell: string | ((facts: Facts) => Cell)]

/** `luna OBJECT list`. */
export function listRow(kind: Kind, help: string, columns: readonly Column[]): Command {
  return command({
    action: 'list',
    help,
    operand: 'none',
    options: { json: jsonOption },
    examples: [[`luna ${kind} list --json`, 'the same with all fields, for scripts']],
    async run(context, given) {
      const { listObjects } = await import('../task/show/objects.ts')
      const all = await listObjects(await context.store(), kind, new Date())
      context.print(given.json ? jsonText(all) : listTable(kind, columns, all))
    },
  })
}

function listTable(kind: Kind, columns: readonly Column[], all: readonly Facts[]): string {
  const rows = all.map((facts) =>
    columns.map(([, cell]) =>
      typeof cell === 'string' ? cellOf(kind, cell, facts[cell] ?? null) : cell(facts),
    ),
  )
  return table(
    columns.map(([title]) => title),
    rows,
  )
}

/** Options of every `show`. */
export const showOptions = { raw: rawOption, comment: commentOption, json: jsonOption }

/** `luna OBJECT show` of objects that have nothing of their own to show. */
export function showRow(kind: Kind, operand: 'name' | 'names', help: string): Command {
  return command({
    action: 'show',
    help,
    operand,
    options: showOptions,
    examples: [[`luna ${kind} show ${sample[kind]} --json`, 'the same for scripts']],
    run: (context, given, names) => show(context, kind, given, listOf(names)),
  })
}

type Show = { readonly raw: boolean; readonly comment: boolean; readonly json: boolean }

/** Prints what is asked for of every name; raw wins over the comment. */
export async function show(
  context: Context,
  kind: Kind,
  given: Show,
  names: readonly string[],
): Promise<void> {
  const store = await context.store()
  const { rawObject, showObject } = await import('../task/show/objects.ts')
  const shown: Facts[] = []
  for (const name of names) {
    if (given.raw) {
      const { rawJson } = await import('./raw.ts')
      context.print(rawJson(await rawObject(store, kind, name)))
      continue
    }
    const facts = await showObject(store, kind, name, new Date())
    if (given.comment) printText(context, facts.comment)
    else if (given.json) shown.push(facts)
    else context.print(showTable(kind, facts))
  }
  if (shown.length > 0) context.print(jsonText(shown.length === 1 ? shown[0] : shown))
}

/** A text of an object as the operator gives it now; an editor begins with what the object has. */
export async function textFrom<K extends Kind>(
  context: Context,
  kind: K,
  name: string,
  field: keyof Objects[K] & string,
): Promise<string> {
  const old: unknown = (await (await context.store()).getNamed(kind, name))[field]
  return await context.readText(typeof old === 'string' ? old : '')
}

/** The comment of an object as the operator gives it now. */
export async function commentFrom(context: Context, kind: Kind, name: string): Promise<string> {
  return await textFrom(context, kind, name, 'comment')
}

/** Prints a text of the operator's as it is, a blank line where there is none. */
export function printText(context: Context, text: unknown): void {
  context.print(`${text === null || text === undefined ? '' : String(text)}\n`)
}

/** `luna OBJECT rename`. */
export function renameRow(kind: Kind): Command {
  return command({
    action: 'rename',
    help: `Give the ${kind} another name. References to it stay.`,
    operand: 'name',
    options: { newname: option('text', 'the new name', { aliases: ['nn'], required: true }) },
    examples: [[`luna ${kind} rename old --newname new`, 'what was "old" is now "new"']],
    changes: 'told',
    exits: { taken: 1 },
    async run(context, { newname }, name) {
      const { renameObject } = await import('../task/change/object.ts')
      reportOutcome(context, await renameObject(await context.store(), kind, name, newname))
    },
  })
}

type Deleter<K extends 'name' | 'names'> = (context: Context, operand: Operands[K]) => Promise<Outcome>

/** Deletes one, or several in turn. */
async function deleted(context: Context, kind: Kind, named: string | readonly string[]): Promise<Outcome> {
  const { deleteObject, deleteObjects } = await import('../task/change/object.ts')
  const store = await context.store()
  return await (typeof named === 'string'
    ? deleteObject(store, kind, named)
    : deleteObjects(store, kind, named))
}

/** `luna OBJECT delete`. */
export function deleteRow<K extends 'name' | 'names'>(
  kind: Kind,
  operand: K,
  remove: Deleter<K> = (context, named) => deleted(context, kind, named),
  help = `Delete the ${kind}. Refused while something uses it.`,
): Command {
  return command({
    action: 'delete',
    help,
    operand,
    examples: [[`luna ${kind} delete ${sample[kind]}`, 'gone']],
    changes: 'asked',
    run: async (context, _given, names) => reportOutcome(context, await remove(context, names)),
  })
}

/** `luna OBJECT delete` of objects that are no hosts. */
export function deleteListRow(
  kind: Kind,
  remove: Deleter<'name'> = (context, name) => deleted(context, kind, name),
): Command {
  return command({
    action: 'delete',
    help: `Delete the ${kind}. Refused while something uses it.`,
    operand: 'list',
    examples: [[`luna ${kind} delete NAME`, 'gone']],
    changes: 'asked',
    async run(context, _given, list) {
      const { eachOf } = await import('./list-operand.ts')
      await eachOf(context, kind, list, async (one, name) => reportOutcome(one, await remove(one, name)))
    },
  })
}

/** Logs the outcome of a task; failures show in the exit status. */
export function reportOutcome(context: Context, outcome: Outcome): void {
  warn(context, outcome.warnings)
  for (const failure of foldFailures(outcome.failures)) context.report(failure)
  context.undone.push(...(outcome.undone ?? []))
}

/** Says which other heads are equal now, beside the outcome. */
export function tellSynced(context: Context, synced: Synced): void {
  const { heads, failures } = synced
  if (heads.length > 0) context.log.info(`the same as here: ${heads.join(', ')}`)
  else if (failures.length === 0) context.log.info('there is only one head')
  reportOutcome(context, synced)
}

/** Says every fault of a file before the error that counts them. */
export async function tellFaults<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const { Faulty } = await import('../task/apply/faults.ts')
  try {
    return await work()
  } catch (error) {
    if (error instanceof Faulty) for (const fault of error.faults) context.report(fault)
    throw error
  }
}

/** Logs warnings, a line of one a line of the log. */
export function warn(context: Context, warnings: readonly string[]): void {
  for (const line of warnings.flatMap((warning) => warning.split('\n'))) context.log.warning(line)
}

/** Says what is left undone of what was given, where one command does one thing: the first of `order`. */
export function warnOfRest(
  context: Context,
  given: Readonly<Record<string, unknown>>,
  order: readonly string[],
): void {
  const isGiven = (name: string) => given[name] !== undefined && given[name] !== false
  const [first, ...rest] = order.filter(isGiven).map((name) => `--${name}`)
  if (rest.length > 0)
    context.log.warning(`only ${first} is done, not ${rest.join(', ')}: one command does one thing`)
}

/** The values without those that the first Luna ignores: not given, empty, zero. */
export function withoutEmpty<T extends Readonly<Record<string, unknown>>>(values: T): Filled<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Boolean(value))) as Filled<T>
}

/** The values without those that are not given. */
export function withoutUndefined<T extends Readonly<Record<string, unknown>>>(values: T): Filled<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Filled<T>
}

type Filled<T> = { readonly [N in keyof T]?: Exclude<T[N], undefined> }

function listOf(operand: string | readonly string[]): readonly string[] {
  return typeof operand === 'string' ? [operand] : operand
}

const sample: Readonly<Record<Kind, string>> = {
  cluster: 'general',
  osimage: 'compute',
  bmcsetup: 'base',
  network: 'ipmi',
  group: 'gpu',
  node: "'node[001-003]'",
  switch: "'sw[01-02]'",
  otherdev: "'pdu[01-02]'",
}
