// Tables as the first Luna drew them: scripts cut them apart. What a cell holds is shown, never obeyed:
// control characters come out as text.
import { visible } from '../../log.ts'

/** A cell; null is "not set". Several lines are allowed. */
export type Cell = string | null

/** A table with a header; every column is as wide as its longest line and four blanks. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = widthsOf(header, rows)
  const border = `${borderOf(widths)}\n`
  let text = border + rowText(header, widths) + border
  for (const row of rows) text += rowText(row, widths)
  return text + border
}

/** A line of `+` and `-` for columns of these widths. */
export function borderOf(widths: readonly number[]): string {
  return `${widths.map((width) => `+${'-'.repeat(width + 1)}`).join('')}+`
}

/** The text padded with blanks to a width on the screen. */
export function padEnd(text: string, width: number): string {
  if (ascii.test(text)) return text.padEnd(width)
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

function cellLines(cell: Cell, column: number): string[] {
  if (cell === null) return [column === 1 ? '-' : 'None']
  return cell.includes('\n') ? cell.split('\n').map(shown) : [shown(cell)]
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

/** Lines are made twice, here and when they are drawn: to keep those of many thousand rows takes longer. */
function widthsOf(header: readonly string[], rows: readonly (readonly Cell[])[]): number[] {
  const longest = header.map(displayWidth)
  for (const row of rows)
    for (let at = 0; at < header.length; at++)
      for (const line of cellLines(row[at] ?? null, at))
        longest[at] = Math.max(longest[at] ?? 0, displayWidth(line))
  return longest.map((width) => width + 4)
}

function rowText(row: readonly Cell[], widths: readonly number[]): string {
  const cells = widths.map((_, at) => cellLines(row[at] ?? null, at))
  const height = cells.reduce((most, lines) => Math.max(most, lines.length), 1)
  let text = ''
  for (let line = 0; line < height; line++) {
    for (let at = 0; at < widths.length; at++) text += `| ${padEnd(cells[at]?.[line] ?? '', widths[at] ?? 0)}`
    text += '|\n'
  }
  return text
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
