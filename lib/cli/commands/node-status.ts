// luna node status, history and why: where nodes are now, what they did before, and what they lack.
import { setTimeout as delay } from 'node:timers/promises'
import { option } from '../../program/option.ts'
import type { NodeChoice } from '../../task/choose/nodes.ts'
import { stateFieldReaders } from '../../task/choose/state-fields.ts'
import type { NodeState, StateFilter } from '../../task/record/states.ts'
import { choiceOf, choosingOptions } from '../choosing/chosen.ts'
import { columnOptions } from '../choosing/columns.ts'
import { type Command, type Context, command } from '../command.ts'
import { jsonOption, jsonText } from '../rows.ts'

// How often --watch looks, in milliseconds; where looking takes long, it looks less often.
const watchEvery = 1000

export const status: Command = command({
  action: 'status',
  help: 'Show where nodes are: how many at which step, and those together that say the same.',
  operand: 'some',
  options: {
    ...choosingOptions,
    step: option('text', 'only those at this step or one below it, such as install.error; none: never seen', {
      value: 'STEP',
    }),
    not: option('text', 'only those that are not there', { value: 'STEP' }),
    stuck: option('text', 'only those that are not done and have said nothing for so long, such as 10m', {
      value: 'TIME',
    }),
    ...columnOptions(stateFieldReaders),
    watch: option('flag', 'again and again, until Ctrl-C', { exclusive: 'form' }),
    json: option('flag', jsonOption.help, { exclusive: 'form' }),
  },
  examples: [
    ['luna node status -g compute --watch', 'a group while it boots'],
    ['luna node status --stuck 10m', 'who needs a look'],
    ['luna node status --step install.error', 'what failed, with the first line of the error'],
    ['luna node status --step install.download --columns name,percent,rate --sort percent', 'who is last'],
  ],
  async run(context, given, names) {
    const { parseSpan } = await import('../../object/record/duration.ts')
    const { step, not, stuck } = given
    const filter = { step, not, stuck: stuck === undefined ? undefined : parseSpan(stuck) }
    const look = await looking(context, choiceOf(status, given, names), filter)
    const { sortedStates, statesText } = await import('../choosing/print-states.ts')
    const store = await context.store()
    if (given.json) return context.print(jsonText(await sortedStates(store, given.sort, await look())))
    const text = async () => await statesText(store, given, await look())
    if (given.watch) await watch(context, text)
    else context.print(await text())
  },
})

/** Gives a look at the states, to be taken again and again: it reads what has changed since the last. */
async function looking(
  context: Context,
  choice: NodeChoice,
  filter: StateFilter,
): Promise<() => Promise<NodeState[]>> {
  const { FollowedStates } = await import('../../task/record/follow.ts')
  const { filterStates, withAge } = await import('../../task/record/states.ts')
  const { chosenAmong, chosenNodes } = await import('../../task/choose/nodes.ts')
  const [store, followed] = [await context.store(), new FollowedStates()]
  return async () => {
    const now = new Date()
    const states = await followed.look(store, now)
    // Conditions may hold for what only a list of the nodes has.
    const nodes = choice.where ? await chosenNodes(store, choice) : undefined
    const names = new Set(nodes?.map(({ name }) => name))
    const meant = nodes
      ? states.filter(({ name }) => names.has(name))
      : await chosenAmong(store, states, choice)
    return filterStates(
      meant.map((state) => withAge(state, now)),
      filter,
    )
  }
}

/** On a terminal each look takes the place of the last; else what is other than before is printed. */
async function watch({ print, signal }: Context, look: () => Promise<string>): Promise<void> {
  let last = ''
  while (!signal.aborted) {
    const began = performance.now()
    const text = await look()
    if (process.stdout.isTTY) print(`\x1b[H\x1b[J${fitting(text, process.stdout.rows)}`)
    else if (text !== last) print(`${text}\n`)
    last = text
    const pause = Math.max(watchEvery, 3 * (performance.now() - began))
    await delay(pause, undefined, { signal }).catch(() => undefined)
  }
}

/** As many lines as the terminal has. */
function fitting(text: string, rows: number): string {
  const lines = text.trimEnd().split('\n')
  if (lines.length < rows) return text
  const shown = lines.slice(0, Math.max(1, rows - 2))
  return `${[...shown, `and ${lines.length - shown.length} more lines`].join('\n')}\n`
}

export const history: Command = command({
  action: 'history',
  help: 'Show the last boots of a node; one of them as a timeline, beside what its group takes.',
  operand: 'name',
  options: {
    boot: option('int', 'this boot, step by step', { value: 'N' }),
    json: jsonOption,
  },
  examples: [
    ['luna node history node001', 'when it booted, and how that ended'],
    ['luna node history node001 --boot 12', 'what took how long, and what failed'],
  ],
  async run(context, { boot, json }, name) {
    const { bootsOf, timelineOf } = await import('../../task/record/history.ts')
    const { bootsTable, timelineText } = await import('../table/history-table.ts')
    const store = await context.store()
    if (boot === undefined) {
      const boots = await bootsOf(store, name)
      return context.print(json ? jsonText(boots) : bootsTable(boots))
    }
    const timeline = await timelineOf(store, name, boot)
    context.print(json ? jsonText(timeline) : timelineText(name, timeline))
  },
})

export const why: Command = command({
  action: 'why',
  help: 'Say why a node does not boot: the chain from its power button to its running system, link by link.',
  operand: 'name',
  options: { json: jsonOption },
  examples: [
    ['luna node why node001', 'as root, who may look at everything; the last lines say what mends it'],
  ],
  async run(context, { json }, name) {
    const { lookAtNode } = await import('../../task/why/look.ts')
    const { chainOf, missingLink } = await import('../../task/why/chain.ts')
    const { whyText } = await import('../table/why-text.ts')
    const { sight, byRoot } = await lookAtNode(await context.store(), context.config, name, context.signal)
    const chain = chainOf(sight)
    const missing = missingLink(chain)
    if (missing) context.endWith(1)
    const looked = byRoot === null ? null : new Date(byRoot).toISOString()
    if (json) context.print(jsonText({ node: name, missing: missing?.link ?? null, chain, looked }))
    else context.print(whyText(name, chain, { isRoot: process.geteuid?.() === 0, byRoot, now: sight.now }))
  },
})
