// Texts that operators give: UTF-8 without NUL, which is all that databases, shells and generated files can
// hold. Nothing is replaced: what cannot be kept as it is is refused.
import { LunaError } from '../../error.ts'

/**
 * The text that the bytes are. Throws LunaError `invalid` that says where it is none: `source` is what the
 * bytes came from. Columns count characters.
 */
export function decodeText(bytes: Buffer, source: string): string {
  const text = bytes.toString('utf8')
  if (!isSame(text, bytes)) {
    const { line, column, byte } = firstNoText(bytes)
    throw new LunaError('invalid', `${source} is not UTF-8`, {
      why: `line ${line}, column ${column}: the byte 0x${byte.toString(16)} is not part of a character there`,
      fix: 'convert it first, as with iconv -f latin1 -t utf-8',
    })
  }
  const at = text.indexOf('\0')
  if (at < 0) return text
  const before = text.slice(0, at).split('\n')
  throw new LunaError('invalid', `${source} has a NUL character in it`, {
    why: `line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1}: no script or configuration can hold it`,
    fix: 'take it out, as with tr -d "\\000"',
  })
}

/** Whether the text has these bytes: what could not be read has become U+FFFD. */
function isSame(text: string, bytes: Buffer): boolean {
  return Buffer.from(text).equals(bytes)
}

/** Of bytes that are no UTF-8: where the first of them is. */
function firstNoText(bytes: Buffer): { line: number; column: number; byte: number } {
  let start = 0
  for (let number = 1; ; number++) {
    // A line end is never a part of another character.
    const end = bytes.indexOf('\n', start)
    const line = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (!isSame(line.toString('utf8'), line)) return { line: number, ...firstNoCharacter(line) }
    start += line.length + 1
  }
}

function firstNoCharacter(line: Buffer): { column: number; byte: number } {
  let [at, column] = [0, 1]
  for (const char of line.toString('utf8')) {
    const end = at + Buffer.byteLength(char)
    if (!isSame(char, line.subarray(at, end))) break
    at = end
    column++
  }
  return { column, byte: line[at] ?? 0 }
}

/**
 * Throws LunaError `usage` for an argument of a command line that was not UTF-8: Node has put U+FFFD in place
 * of what it could not read.
 */
export function checkArguments(args: readonly string[]): void {
  const at = args.findIndex((arg) => arg.includes('\ufffd'))
  const bad = args[at]
  if (bad === undefined) return
  const column = [...bad.slice(0, bad.indexOf('\ufffd'))].length + 1
  throw new LunaError('usage', `argument ${at + 1} is not UTF-8`, {
    why: `its character ${column} cannot be read`,
    fix: 'give it in UTF-8 (a terminal in another locale sends other bytes)',
  })
}

/** What bash would take amiss in a script, or in lines that become one; a warning each. The text is kept. */
export function scriptWarnings(what: string, text: string): string[] {
  const alone = hasOnlyCr(text)
  const line = alone ? 0 : text.split('\n').findIndex((one) => one.endsWith('\r')) + 1
  return [
    ...(text.startsWith('\ufeff')
      ? [`${what} begins with a byte order mark, which bash takes for a part of the first word`]
      : []),
    ...(line > 0
      ? [`line ${line} of ${what} ends with CR LF, and bash takes the CR for a part of the line (dos2unix)`]
      : []),
    ...(alone
      ? [`the lines of ${what} end with CR alone, and bash takes all of it for one line (mac2unix)`]
      : []),
    ...(/^#!(?!.*\b(ba|da|k|z)?sh\b)/.test(text)
      ? [`${what} is run by bash, whatever its first line names`]
      : []),
  ]
}

/** Whether CR is what ends its lines: none of them ends with LF, but for the last one. */
function hasOnlyCr(text: string): boolean {
  const body = text.replace(/\n$/, '')
  return !body.includes('\n') && /\r[^\r]/.test(body)
}
