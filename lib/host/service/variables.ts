// Files of variables that a shell reads (/etc/default of Debian): one value read, one value changed, and all
// else as it is.

/** The value of a variable, the last one that is given; undefined where there is none. */
export function variableOf(text: string, name: string): string | undefined {
  const found = [...text.matchAll(assignment(name))].at(-1)
  return found && (found[1] ?? found[2] ?? found[3] ?? '')
}

/** The text with another value, which has neither quotes nor `$`. */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}="${value}"`
  const last = [...text.matchAll(assignment(name))].at(-1)
  if (last) return text.slice(0, last.index) + line + text.slice(last.index + last[0].length)
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}

function assignment(name: string): RegExp {
  return new RegExp(`^${name}=(?:"([^"\\n]*)"|'([^'\\n]*)'|([^\\s#]*))`, 'gm')
}
