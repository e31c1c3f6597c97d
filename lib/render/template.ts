// Templates: mustache texts of conf-templates (or the site's own copy of the same name), rendered for one
// target language. The values come in escaped for that language; a name that the view lacks is an error,
// never an empty string.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import mustache from 'mustache'
import { LunaError } from '../error.ts'
import type { Source } from '../object/origin.ts'

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
  const own = siteDir === undefined ? undefined : readAgain(join(siteDir, name))
  if (own) return own
  const present = ours.get(name) ?? withoutFirst(readFileSync(join(shipped, name), 'utf8'))
  ours.set(name, present)
  return present
}

/** What the lines of a template itself come from. */
export function templateSource(name: string, siteDir: string): Source {
  const own = join(siteDir, name)
  if (existsSync(own))
    return {
      name: `the site's template ${own}`,
      fix: `correct it, or remove it: then that of Luna is used (man luna-templates)`,
    }
  return {
    name: `what Luna's template ${name} makes`,
    fix: 'luna cluster check; where that finds nothing, report it',
  }
}

const ours = new Map<string, string>()
const theirs = new Map<string, { readonly stamp: string; readonly text: string }>()

/**
 * The text of a site's template, read anew when the file is another one than before; undefined when there is
 * none.
 */
function readAgain(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
    if (!stat) return undefined
    const stamp = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
    const present = theirs.get(path)
    if (present?.stamp === stamp) return present.text
    const text = withoutFirst(readFileSync(path, 'utf8'))
    theirs.set(path, { stamp, text })
    return text
  } catch {
    return undefined
  }
}

function withoutFirst(text: string): string {
  return text.startsWith('{{!') ? text.slice(text.indexOf('\n') + 1) : text
}

/**
 * Renders a template: `{{name}}` is escaped for the target language, `{{{name}}}` is verbatim (the operator's
 * own text). A name that neither the view nor an enclosing section has throws LunaError `internal`.
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
    throw new LunaError('internal', `template uses the unknown name "${name}"`, {
      fix: 'man luna-templates lists the names that it may use',
    })
  }

  override push(view: unknown): mustache.Context {
    return new StrictContext(view, this)
  }
}
