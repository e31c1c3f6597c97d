// Which nodes a command line means: its options for that, and what they come to.
import type { OptionTable } from '../../program/option.ts'
import { option } from '../../program/option.ts'
import { nodeFieldReaders } from '../../task/choose/fields.ts'
import type { NodeChoice } from '../../task/choose/nodes.ts'
import type { Command, Context, Given, Operands } from '../command.ts'

/** `--where`, for every command that is about some of the nodes. */
export const whereOption = option(
  'texts',
  'only nodes of which this holds; given several times, all of them. * is any text, != is not',
  {
    value: 'FIELD=PATTERN',
    begins: Object.keys(nodeFieldReaders).map((field) => `${field}=`),
    chooses: true,
    newer: true,
  },
)

/** `-g` where it does not mean a new group. */
const groupOption = option('text', 'the nodes of this group, or of a hostlist of groups', {
  short: 'g',
  refersTo: 'group',
  chooses: true,
  newer: true,
})

/** The options of commands that take nodes as `chosen` or `some`. */
export const choosingOptions = { group: groupOption, where: whereOption } as const

/** What a command line says of the nodes that it means. */
export function choiceOf(
  { options }: Pick<Command, 'options'>,
  given: Given<OptionTable>,
  names: Operands['some'],
): NodeChoice {
  const group = options.group?.chooses && given.group ? (given.group as string) : undefined
  return { names, group, where: given.where as readonly string[] | undefined }
}

/** The names of the nodes that a `chosen` operand and the options of its command mean. */
export async function namesChosen(
  context: Context,
  row: Pick<Command, 'options'>,
  given: Given<OptionTable>,
  names: Operands['some'],
): Promise<readonly string[]> {
  const choice = choiceOf(row, given, names)
  if (choice.group === undefined && !choice.where) {
    const { namesLeft } = await import('../../object/choice/name-list.ts')
    return namesLeft(names ?? { names: undefined, except: new Set() })
  }
  const { chosenNames } = await import('../../task/choose/nodes.ts')
  return await chosenNames(await context.store(), choice)
}
