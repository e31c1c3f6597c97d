// Scripts of operators, as bash reads them.
import { briefly, run } from './run.ts'

/**
 * What bash says of a script that it cannot read to its end, `line N: ...`; undefined where it can, or where
 * there is no bash. Nothing of it is run.
 */
export async function syntaxError(script: string): Promise<string | undefined> {
  const asked = run('bash', ['-n', '-s'], { ...briefly, input: script, allowFailure: true })
  const ran = await asked.catch(() => undefined)
  if (ran === undefined || ran.status === 0) return undefined
  return ran.stderr.split('\n')[0]?.replace(/^bash: /, '') || `status ${ran.status}`
}
