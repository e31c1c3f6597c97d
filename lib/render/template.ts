// Templates: mustache texts of conf-templates (or the site's own copy of the same name), rendered for one target language.
// The values come in escaped for that language; a name that the view lacks is an error, never an empty string.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mustache from 'mustache'
import { LunaError } from '../error.ts'

export type View = { readonly [name: string]: Value }
type Value = string | number | boolean | null | View | readonly View[] | readonly string[]

/** Turns a value into text that is safe where the template puts it, or throws LunaError `invalid`. */
export type Escape = (value: string) => string

const shipped = join(import.meta.dirname, '../../conf-templates')

/**
 * The text of a template: `<siteDir>/<name>` when the site has one, else the one that Luna ships.
 * The first line of a template names its render file and is not part of the output.
 */
export function loadTemplate(name: string, siteDir?: string): string {
  const text = (siteDir && readIfThere(join(siteDir, name))) || readFileSync(join(shipped, name), 'utf8')
  return text.startsWith('{{!') ? text.slice(text.indexOf('\n') + 1) : text
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Renders a template: `{{name}}` is escaped for the target language, `{{{name}}}` is verbatim (the operator's own text).
 * A name that neither the view nor an enclosing section has throws LunaError `internal`.
 */
export function renderTemplate(template: string, view: View, quote: Escape): string {
  return mustache.render(template, new StrictContext(view), undefined, {
    escape: (value) => quote(String(value)),
  })
}

class StrictContext extends mustache.Context {
  override lookup(name: string): unknown {
    const found: unknown = super.lookup(name)
    if (found !== undefined) return found
    throw new LunaError('internal', `template uses the unknown name "${name}"`)
  }

  override push(view: unknown): mustache.Context {
    return new StrictContext(view, this)
  }
}
