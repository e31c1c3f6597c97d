// What may stand in an iPXE script and in a SYSLINUX menu. Neither language can quote: what could be taken
// for syntax is refused, and what goes into a URL is percent-encoded.
import { LunaError } from '../error.ts'
import { unreadByIpxe } from '../object/given/rule.ts'

/** True for a name that stands for itself in both languages, in a URL and on a kernel command line. */
export function isPlainName(name: string): boolean {
  return /^[a-z0-9_][a-z0-9_.+-]{0,252}$/i.test(name)
}

/** Gives the name back, or throws LunaError `invalid` with what it is the name of. */
export function plainName(what: string, name: string): string {
  if (isPlainName(name)) return name
  throw new LunaError('invalid', `${what} has a name that no boot script can hold: ${shown(name)}`, {
    fix: 'rename it to letters, digits, dots and hyphens',
  })
}

/**
 * One segment of a URL path (RFC 3986 section 3.3). Throws LunaError `invalid` for half of a surrogate pair.
 */
export function urlSegment(text: string): string {
  try {
    return encodeURIComponent(text).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  } catch (cause) {
    throw new LunaError('invalid', `${shown(text)} cannot be part of a URL`, {
      fix: 'rename it to letters, digits, dots and hyphens',
      cause,
    })
  }
}

/**
 * Words of a kernel command line, with single blanks between them. The operator's own text keeps everything
 * but line ends and tabs, which count as blanks. Throws LunaError `invalid` for what iPXE would take for the
 * end of the command (`;`, `&&`, `||`, and a word that begins with `#`), for other control characters, and
 * for a backslash at the end.
 */
export function kernelArguments(text: string): string {
  const bad = unreadByIpxe(text)
  if (bad === undefined) return text.trim().replace(/[\s\u2028\u2029]+/g, ' ')
  throw new LunaError('invalid', `the kernel options ${shown(text)} cannot stand in a boot script`, {
    why: `iPXE would not read ${shown(bad)} as an argument`,
    fix: 'change them: luna osimage change -o',
  })
}

/** For the templates: lets through what cannot end a line. Every value was made safe for its place before. */
export function oneLine(value: string): string {
  if (!/[\p{Cc}\u2028\u2029]/u.test(value)) return value
  throw new LunaError('invalid', `${shown(value)} does not fit on a line of a boot script`, {
    fix: 'take the control characters and line breaks out of it',
  })
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 120)).replace(/\p{Cc}/gu, '?')
}
