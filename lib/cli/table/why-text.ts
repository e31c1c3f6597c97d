// The chain of `luna node why` for people: a line per link, where it stops, and what mends that.
import { spanText } from '../../object/record/duration.ts'
import { missingLink, stateWords } from '../../task/why/chain.ts'
import type { Link } from '../../task/why/sight.ts'
import { shown } from './table.ts'

/** Who looked: root, or a user for whom root found the rest at that time (milliseconds), or never did. */
interface Who {
  readonly isRoot: boolean
  readonly byRoot: number | null
  readonly now: number
}

export function whyText(name: string, chain: readonly Link[], who: Who): string {
  const missing = missingLink(chain)
  const lines = [
    ...chain.map(({ state, link, seen }) => `${stateWords[state].padEnd(7)}  ${link}: ${shown(seen)}`),
    '',
    ...(missing ? stopLines(name, missing) : [`nothing is wrong with ${name}`]),
    ...rootLines(name, who),
  ]
  return `${lines.join('\n')}\n`
}

function stopLines(name: string, { link, seen, fix, retry }: Link): string[] {
  return [
    `${name} stops at: ${link}: ${shown(seen)}`,
    ...(fix === null ? [] : [`  ${fix}`]),
    ...(retry === undefined ? [] : [`  then ${retry}`]),
  ]
}

function rootLines(name: string, { isRoot, byRoot, now }: Who): string[] {
  if (isRoot) return []
  const age =
    byRoot === null
      ? 'was never looked at by root'
      : `is what root found ${spanText((now - byRoot) / 1000)} ago`
  return ['', `What only root may see ${age}; to see it now, as root: luna node why ${name}`]
}
