// Scripts of operators, as bash reads them.
import { briefly, run } from './run.ts'

/** What bash says of a script. */
export interface Reading {
  /** `line N: ...` */
  readonly said: string
  /** It cannot read the script to its end. */
  readonly stops: boolean
}

/**
 * What bash says when it reads a script, be it that it takes it (a here-document without its end); undefined
 * where it says nothing, or where there is no bash. Nothing of it is run.
 */
export async function readByBash(script: string): Promise<Reading | undefined> {
  // Not run, `shopt` would change nothing for the lines after it.
  const options = /\bshopt\s+-s\b.*\bextglob\b/.test(script) ? ['-O', 'extglob'] : []
  const asked = run('bash', [...options, '-n', '-s'], { ...briefly, input: script, allowFailure: true })
  const ran = await asked.catch(() => undefined)
  if (ran === undefined || (ran.status === 0 && ran.stderr === '')) return undefined
  const said = ran.stderr.split('\n')[0]?.replace(/^bash: /, '') || `status ${ran.status}`
  return { said, stops: ran.status !== 0 }
}
