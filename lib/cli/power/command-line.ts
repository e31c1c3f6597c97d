// The command line of lpower, in the ways in which the first Luna's could be written.
import { LunaError } from '../../error.ts'
import type { PowerAction } from '../../host/bmc/bmc.ts'
import { type NameList, namesLeft } from '../../object/choice/name-list.ts'
import { checkArguments } from '../../object/given/text.ts'
import { lpower } from '../../program/program.ts'
import { readNames } from '../arguments/names.ts'
import { normalise } from '../arguments/normalise.ts'

export interface PowerLine {
  readonly action: PowerAction
  /** Undefined when none are named. */
  readonly names: NameList | undefined
  readonly groups: readonly string[]
  readonly interface: string
  /** Milliseconds between two nodes. */
  readonly pause: number
  readonly where: readonly string[]
  readonly fold: boolean
  readonly json: boolean
  /** Arms the nodes before. */
  readonly arm: boolean
}

const actions = Object.keys(lpower.actions) as (keyof typeof lpower.actions)[]

/** What the arguments say. Throws LunaError `usage`, or `invalid` for a hostlist that cannot be read. */
export function parsePower(args: readonly string[]): PowerLine | 'help' {
  checkArguments(args)
  const plain = normalise(lpower.options, args)
  const end = plain.indexOf('--')
  const all = plain.slice(0, end).map(nameAndValue)
  const given = new Map(all)
  if (given.has('help')) return 'help'
  const operands = plain.slice(end + 1)
  const action = actions.find((one) => one === operands.at(-1))
  if (!action) throw misused('the last word is no action', `say one of ${actions.join(', ')}`)
  const [names, ...more] = operands.slice(0, -1)
  const groups = given.get('groups')
  if (more.length > 0) throw misused('there is a word too many', 'write the nodes as one hostlist')
  if (!names && !groups && !given.has('where'))
    throw misused('no nodes are given', 'give a hostlist, or -g GROUPS')
  return {
    action,
    names: names ? readNames(names) : undefined,
    groups: groups ? namesLeft(readNames(groups)) : [],
    interface: given.get('interface') || lpower.options.interface.default,
    pause: pauseOf(given.get('pace')),
    where: all.flatMap(([name, value]) => (name === 'where' ? [value] : [])),
    fold: given.has('fold'),
    json: given.has('json'),
    arm: given.has('arm'),
  }
}

function nameAndValue(text: string): readonly [string, string] {
  const [, name = '', value = ''] = /^--([^=]*)=?(.*)$/s.exec(text) ?? []
  return [name, value]
}

/** `2/s` is half a second between two nodes; `30/m` two seconds; a bare number is per second. */
function pauseOf(pace: string | undefined): number {
  if (pace === undefined) return 0
  const [, count, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(?:\/(s|m))?$/.exec(pace.trim()) ?? []
  if (!count || Number(count) === 0)
    throw misused(`${JSON.stringify(pace)} is no pace`, 'write it like 2/s or 30/m')
  return (unit === 'm' ? 60_000 : 1000) / Number(count)
}

function misused(what: string, fix: string): LunaError {
  return new LunaError('usage', what, { fix })
}
