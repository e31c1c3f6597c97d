// mdoc(7): text that roff shows as it is, lists of options, and what is written by hand between what is
// generated.
import type { Option, OptionTable } from '../../lib/program/option.ts'

export const begin =
  '.\\" From the table of commands: npm run manual. Written by hand here is only what stands after "by hand".'
export const end = '.\\" The end of what is from the table.'

/**
 * The page with another generated part in place of the one that it has; `make` is given the text written by
 * hand about an entry of the old part. Throws when the page lacks the marks.
 */
export function replacePart(page: string, make: (byHand: (entry: string) => string) => string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`the page has no lines ${begin} and ${end}`)
  const found = page.slice(from, to).matchAll(/^\.\\" by hand: (.+)\n([\s\S]*?)^\.\\" the table\n/gm)
  const hand = new Map([...found].map((match) => [match[1] ?? '', match[2] ?? '']))
  const byHand = (entry: string) =>
    `${lines(`.\\" by hand: ${entry}`)}${hand.get(entry) ?? ''}${lines('.\\" the table')}`
  return `${page.slice(0, from)}${begin}\n${make(byHand)}${page.slice(to)}`
}

/** The items of a list of options: spellings, help, limits and defaults; `after` follows each. */
export function optionItems(options: OptionTable, after: (long: string) => string = () => ''): string {
  return Object.entries(options)
    .map(
      ([long, option]) =>
        lines(`.It ${spellings(long, option)}`, ...sentences(`${capital(option.help)}.`), ...limits(option)) +
        after(long),
    )
    .join('')
}

/** All spellings of an option with its value: `Fl g , Fl Fl group Ar GROUP`. */
function spellings(long: string, option: Option): string {
  const longs = [long, ...(option.aliases ?? [])].map((name) => `Fl Fl ${name}`)
  const all = option.short ? [`Fl ${option.short}`, ...longs] : longs
  return all.join(' , ') + value(long, option)
}

/** The value of an option, with a blank before it. */
export function value(
  long: string,
  { kind, value: name = long.toUpperCase(), choices = [] }: Option,
): string {
  switch (kind) {
    case 'flag':
      return ''
    case 'optional':
      return ` Op Ar ${name}`
    case 'yes-no':
      return ' Cm y | n'
    case 'choice':
      return ` Cm ${choices.join(' | ')}`
    default:
      return ` ${name
        .split(' ')
        .map((word) => `Ar ${word.replace('/', ' Ns /')}`)
        .join(' ')}`
  }
}

function limits(option: Option): string[] {
  return [
    ...(option.limits === undefined ? [] : [roff(`${capital(option.limits)}.`)]),
    ...(option.required ? ['Required.'] : []),
    ...(option.default === undefined ? [] : ['The default is', `.Ql ${roff(String(option.default))} .`]),
  ]
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A text, a sentence a line. */
export function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z])/).map(roff)
}

/** Text that roff shows as it is. */
export function roff(text: string): string {
  const shown = text.replaceAll('\\', '\\e').replaceAll('-', '\\-')
  return /^[.']/.test(shown) ? `\\&${shown}` : shown
}

export function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
