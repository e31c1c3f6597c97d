// Completion of the programs beside luna, from their rows.
import { helpOption } from '../../program/option.ts'
import { type Program, programs } from '../../program/program.ts'
import { scan } from './scan.ts'
import { type Completion, type Names, valuesOf, valuesOfField } from './values.ts'
import { atFile, beginning, hostlist, plain, spellings } from './words.ts'

/** What may stand at the cursor of lchroot, lpower, lweb, ltorrent and lfs_pxelinux. */
export async function completeOther(
  name: string,
  before: readonly string[],
  current: string,
  names: Names,
): Promise<Completion> {
  const program = programs.find((one) => one.name === name)
  if (!program) return []
  const options = { ...program.options, help: helpOption }
  const { awaiting, used, operands } = scan(options, before)
  if (awaiting?.field !== undefined) return await valuesOfField(names, awaiting.field, current)
  if (awaiting?.option)
    return await valuesOf({ object: 'group', names }, awaiting.option, { operands: [] }, current)
  if (current.startsWith('-'))
    return operands.length > 0 && !program.words ? [] : spellings(options, used, current)
  return await completeOperand(program, operands, used.includes('groups'), current, names)
}

/**
 * First what is acted on, unless options say it, then the action; what follows a whole line is not for us to
 * guess.
 */
async function completeOperand(
  { operand, actions }: Program,
  operands: readonly string[],
  named: boolean,
  current: string,
  names: Names,
): Promise<Completion> {
  if (operand && operands.length === 0 && !named) {
    const all = await names.ofKind(operand.names)
    if (operand.list && atFile(current)) return 'files'
    return operand.list ? hostlist(all, current) : plain(all, current)
  }
  if (operands.some((word) => word in actions)) return []
  return beginning(
    current,
    Object.entries(actions).map(([word, help]) => ({ word, help })),
  )
}
