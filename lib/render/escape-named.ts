// How text becomes part of named.conf and of zone files (RFC 1035 section 5.1).
import { LunaError } from '../error.ts'

/**
 * Text as the inside of a quoted string of named.conf. Control characters cannot be there: LunaError
 * `invalid`.
 */
export function escapeNamed(text: string): string {
  if (/\p{Cc}/u.test(text))
    throw new LunaError('invalid', `${JSON.stringify(text)} cannot be in a configuration of named`, {
      fix: 'take the control characters out of it',
    })
  return text.replace(/["\\]/g, '\\$&')
}

/**
 * Text as part of a name or value in a zone file: every byte that could mean something else as three decimal
 * digits.
 */
export function escapeZone(text: string): string {
  if (/^[\w.:@/-]*$/.test(text)) return text
  return Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte)
    return /[\w.:@/-]/.test(char) ? char : `\\${String(byte).padStart(3, '0')}`
  }).join('')
}

/**
 * True for a name below a zone: labels of letters, digits, inner hyphens, and underscores, which named takes
 * only where it is told to.
 */
export function isZoneName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^\w([\w-]{0,61}\w)?$/.test(label))
}
