// The part of the page of a program beside luna that comes from its row: its actions and its options.
import { helpOption } from '../../lib/program/option.ts'
import type { Program } from '../../lib/program/program.ts'
import { capital, lines, optionItems, replacePart, sentences } from './mdoc.ts'

/**
 * The page with actions and options of the row in place of those that it has. Throws when it lacks the marks.
 */
export function withProgram(page: string, { actions, options }: Program): string {
  return replacePart(page, (byHand) => {
    const words = Object.keys(actions)
    const longest = words.toSorted((a, b) => b.length - a.length)[0]
    const items = Object.entries(actions).map(
      ([word, help]) => lines(`.It Cm ${word}`, ...sentences(`${capital(help)}.`)) + byHand(word),
    )
    const all = optionItems({ ...options, help: helpOption }, (long) => byHand(`--${long}`))
    return (
      lines('The actions are:', `.Bl -tag -width ${longest}`) +
      items.join('') +
      lines('.El', '.Pp', 'The options are:', '.Bl -tag -width Ds') +
      all +
      lines('.El')
    )
  })
}
