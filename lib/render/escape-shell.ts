// A value in a shell script: one word that the shell takes as it is.
import { LunaError } from '../error.ts'

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * A word for POSIX sh and bash (POSIX.1 XCU 2.2.2): bare where every character is plain, else in single
 * quotes. No word of a script of ours has a line break or NUL in it: they throw LunaError `invalid`.
 */
export function quoteForShell(value: string): string {
  if (/[\0\n\r]/.test(value)) {
    throw new LunaError(
      'invalid',
      `"${value.replaceAll(/[\0\n\r]/g, ' ')}" cannot be put into a shell script`,
      {
        why: 'it has a line break or a NUL in it',
        fix: 'change it to one line of text',
      },
    )
  }
  return plain.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

/** An end marker for a here-document that no line of the text equals. */
export function endMarker(name: string, text: string): string {
  const lines = new Set(text.split('\n'))
  let marker = `LUNA_${name.toUpperCase()}`
  while (lines.has(marker)) marker += '_'
  return marker
}
