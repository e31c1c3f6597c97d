// For tests that only root can do: they are skipped for others with a sentence, and fail in CI.
import { execFileSync } from 'node:child_process'
import type { Context } from 'mocha'

/** To be called first in a test or hook; `programs` must be in PATH as well. */
export function needsRoot(context: Context): void {
  if (process.getuid?.() === 0) return
  if (process.env.CI === 'true') throw new Error('this test must run as root in CI')
  if (context.test) context.test.title += ' (skipped: only root can do that)'
  context.skip()
}

/** Runs a module where a directory is mounted at another one as well. Gives what it prints. */
export function whereMounted(directory: string, at: string, module: string): string {
  const shell = `mount --bind "$1" "$2" && exec "$3" --input-type=module -e "$4"`
  const words = ['sh', '-c', shell, 'sh', directory, at, process.execPath, module]
  return execFileSync('unshare', ['-m', '--propagation', 'private', ...words], { encoding: 'utf8' })
}
