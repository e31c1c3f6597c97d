// Tables as the first Luna drew them: scripts cut them apart. What a cell holds is shown, never obeyed:
// control characters come out as text.
import { visible } from '../../log.ts'

/** A cell; null is "not set". Several lines are allowed. */
export type Cell = string | null

/** A table with a header; every column is as wide as its longest line and four blanks. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) => header.map((_, at) => cellLines(row[at] ?? null, at)))
  const widths = header.map((title, at) => columnWidth([[title], ...cells.map((row) => row[at] ?? [])]))
  const body = cells.flatMap((row) => rowLines(row, widths))
  const border = borderOf(widths)
  const head = rowLines(
    header.map((title) => [title]),
    widths,
  )
  return `${[border, ...head, border, ...body, border].join('\n')}\n`
}

/** A line of `+` and `-` for columns of these widths. */
export function borderOf(widths: readonly number[]): string {
  return `${widths.map((width) => `+${'-'.repeat(width + 1)}`).join('')}+`
}

/** The text padded with blanks to a width on the screen. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

function cellLines(cell: Cell, column: number): string[] {
  if (cell === null) return [column === 1 ? '-' : 'None']
  return cell.split('\n').map(shown)
}

/**
 * One line as it may be written to a terminal: tabs as blanks, other control characters and turns of
 * direction as text.
 */
export function shown(line: string): string {
  if (ascii.test(line)) return line
  const blanks = line.replace(/\t/g, '    ')
  return visible(blanks).replace(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function columnWidth(cells: readonly (readonly string[])[]): number {
  let longest = 0
  for (const lines of cells) for (const line of lines) longest = Math.max(longest, displayWidth(line))
  return longest + 4
}

function rowLines(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(1, ...row.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => {
    const texts = widths.map((width, at) => `| ${padEnd(row[at]?.[line] ?? '', width)}`)
    return `${texts.join('')}|`
  })
}

const ascii = /^[\x20-\x7e]*$/
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u

/** How many columns of a terminal the text takes: East Asian characters two, combining ones none. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue
    width += wide.test(character) ? 2 : 1
  }
  return width
}
