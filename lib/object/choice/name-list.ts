// Lists of names as people type them: hostlists, `@FILE` for those of a file, `!NAMES` for those that are not
// meant.
import { LunaError } from '../../error.ts'
import { expandHostlist, splitOutsideBrackets } from '../hostlist.ts'

export interface NameList {
  /** In the order given; undefined when nothing but exceptions is given. */
  readonly names: readonly string[] | undefined
  readonly except: ReadonlySet<string>
}

/**
 * Reads parts separated by commas. A part that begins with `!` takes away, wherever it stands; `!@FILE` takes
 * away what the file names. No host may have such a name (RFC 1123 section 2.1). `textOf` reads a file.
 * Throws LunaError `invalid` for what cannot be read and for a list that names nothing.
 */
export function readNameList(text: string, textOf: (path: string) => string): NameList {
  const parts = splitOutsideBrackets(text)
  if (!parts.some((part) => /^[!@]/.test(part))) return { names: expandHostlist(text), except: new Set() }
  const named = (part: string) =>
    part.startsWith('@') ? namesOfFile(part.slice(1), textOf) : expandHostlist(part)
  const names = parts.filter((part) => !part.startsWith('!')).flatMap(named)
  const except = parts.filter((part) => part.startsWith('!')).flatMap((part) => named(part.slice(1)))
  return { names: names.length > 0 ? [...new Set(names)] : undefined, except: new Set(except) }
}

/** The names that are meant. Throws LunaError `invalid` when there are only exceptions, or none is left. */
export function namesLeft({ names, except }: NameList): readonly string[] {
  const left = names?.filter((name) => !except.has(name)) ?? []
  if (left.length > 0) return left
  throw new LunaError('invalid', 'the list of names leaves nothing', {
    why: names ? 'all that it names is taken away by !' : 'it only takes away by !',
    fix: "write it like 'node[001-100],!node[007]'",
  })
}

/** A file has hostlists, separated by commas, blanks or line ends; `#` begins a comment. */
function namesOfFile(path: string, textOf: (path: string) => string): string[] {
  const words = textOf(path)
    .replace(/#.*$/gm, '')
    .split(/[\s,]+(?![^[]*\])/)
    .filter((word) => word !== '')
  if (words.length > 0) return expandHostlist(words.join(','))
  throw new LunaError('invalid', `the file ${JSON.stringify(path)} names nothing`, {
    fix: 'write names or hostlists into it, a line each',
  })
}
