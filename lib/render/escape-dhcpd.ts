// How text becomes part of dhcpd.conf(5).
import { LunaError } from '../error.ts'

/**
 * Text as the inside of a quoted string: quotes and backslashes escaped, every byte that is not printable
 * ASCII as three octal digits (dhcp-eval(5)). A NUL byte, which dhcpd would end the string at, throws
 * LunaError `invalid`.
 */
export function escapeDhcpd(text: string): string {
  if (/^[\w.:/ +=-]*$/.test(text)) return text
  if (text.includes('\0'))
    throw new LunaError('invalid', 'a NUL character cannot be in dhcpd.conf', {
      fix: 'find where it is (luna db export), and take it out',
    })
  return Array.from(Buffer.from(text, 'utf8'), escapeByte).join('')
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte)
  if (char === '"' || char === '\\') return `\\${char}`
  return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, '0')}`
}

/** True for what dhcpd takes as the name of a `host` declaration, which stands there without quotes. */
export function isDhcpdName(text: string): boolean {
  return text.length <= 255 && /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/i.test(text)
}
