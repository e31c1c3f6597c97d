// How text becomes part of an nginx configuration.
import { LunaError } from '../error.ts'

/**
 * Text as the inside of a quoted string. nginx has no way to write a dollar sign or a control character
 * there, so those throw LunaError `invalid`.
 */
export function escapeNginx(text: string): string {
  if (/[$\p{Cc}]/u.test(text)) {
    throw new LunaError('invalid', `${JSON.stringify(text)} cannot be in an nginx configuration`, {
      why: 'dollar signs and control characters cannot be written there',
      fix: 'use a path without them: luna cluster change --path DIRECTORY',
    })
  }
  return text.replace(/["\\]/g, '\\$&')
}
