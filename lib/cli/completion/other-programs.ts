// Completion of the programs beside luna. Their command lines are short.
import type { Completion, Names } from './complete.ts'
import { beginning, type Candidate, hostlist, plain } from './words.ts'

const daemonActions = ['start', 'stop', 'restart', 'run']
const powerActions = ['status', 'on', 'off', 'reset', 'cycle', 'identify', 'noidentify']
const powerOptions: readonly Candidate[] = [
  { word: '-g', help: 'the nodes of these groups' },
  { word: '--groups', help: 'the nodes of these groups' },
  { word: '-i', help: 'the interface of the BMC' },
  { word: '--interface', help: 'the interface of the BMC' },
  { word: '--pace', help: 'so many in a second' },
  { word: '--json', help: 'as JSON, for scripts' },
]

/** What may stand at the cursor of lchroot, lpower, lweb, ltorrent and lfs_pxelinux. */
export async function completeOther(
  program: string,
  before: readonly string[],
  current: string,
  names: Names,
): Promise<Completion> {
  switch (program) {
    case 'lchroot':
      // What runs in the image is found there, not here.
      return before.length === 0 ? plain(await names.ofKind('osimage'), current) : []
    case 'lweb':
      return before.length === 0 ? plain(daemonActions, current) : []
    case 'ltorrent':
      return before.length === 0 ? plain([...daemonActions, 'reload'], current) : []
    case 'lfs_pxelinux':
      return completeMenus(before, current)
    case 'lpower':
      return await completePower(before, current, names)
    default:
      return []
  }
}

function completeMenus(before: readonly string[], current: string): Completion {
  if (before.at(-1) === '--def_file') return 'files'
  if (current.startsWith('-'))
    return beginning(current, [{ word: '--def_file', help: 'what machines get that are not known' }])
  return before.some((word) => daemonActions.includes(word)) ? [] : plain(daemonActions, current)
}

async function completePower(before: readonly string[], current: string, names: Names): Promise<Completion> {
  const last = before.at(-1) ?? ''
  if (['-g', '--groups'].includes(last)) return hostlist(await names.ofKind('group'), current)
  if (['-i', '--interface'].includes(last)) return plain(await names.interfacesOf('group', []), current)
  if (last === '--pace') return []
  if (current.startsWith('-')) return beginning(current, powerOptions)
  const operands = before.filter((word, index) => !word.startsWith('-') && !takesValue(before[index - 1]))
  const actions = plain(powerActions, current)
  if (operands.length > 0 || before.some((word) => ['-g', '--groups'].includes(word))) {
    return operands.some((word) => powerActions.includes(word)) ? [] : actions
  }
  return hostlist(await names.ofKind('node'), current)
}

function takesValue(word = ''): boolean {
  return ['-g', '--groups', '-i', '--interface', '--pace'].includes(word)
}
