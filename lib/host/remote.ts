// The other heads of a cluster: files and commands go there as root over ssh, without questions.
import { LunaError } from '../error.ts'
import { run } from './run.ts'
import { shellWord } from './run-error.ts'

const sshOptions = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5']

/**
 * Runs a program on another head, and gives its output. Its arguments are quoted for the shell that sshd runs
 * them with.
 */
export async function runOn(head: string, args: readonly string[]): Promise<string> {
  const words = [...sshOptions, '--', head, args.map(shellWord).join(' ')]
  return (await run('ssh', words, { timeout: 120_000 })).stdout
}

/** Copies a file to a path on another head, with its mode. */
export async function copyTo(head: string, from: string, to: string): Promise<void> {
  await run('scp', [...sshOptions, '-q', '-p', '--', from, `${bracketed(head)}:${to}`], { timeout: 120_000 })
}

/** Makes a directory (or file) on another head equal to the one here. */
export async function rsyncTo(head: string, path: string, more: readonly string[] = []): Promise<void> {
  await run('rsync', rsyncArguments(head, path, more))
}

// An incomplete file waits in here to be continued: under its own name it could be taken for a whole one.
const partial = '.luna-partial'

/** Where progress is reported to, and what stops the copy. */
export interface Following {
  readonly onLine: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Mirrors a directory to another head, continuing an interrupted copy, and compares every byte at the end.
 * Throws LunaError `failed` when the two still differ.
 */
export async function mirrorTo(head: string, path: string, { onLine, signal }: Following): Promise<void> {
  const stopping = signal ? { signal } : {}
  const more = ['--numeric-ids', '--delete', `--partial-dir=${partial}`]
  // rsync gives the directory itself its mode; those above it get theirs here.
  await runOn(head, ['sh', '-c', 'umask 022; mkdir -p -- "$1"', 'sh', path])
  await run('rsync', rsyncArguments(head, path, [...more, '--info=progress2']), { onLine, ...stopping })
  onLine('comparing')
  const look = [...more, '--dry-run', '--checksum', '--itemize-changes']
  const { stdout } = await run('rsync', rsyncArguments(head, path, look), stopping)
  const differing = stdout.split('\n').filter((line) => line !== '')
  if (differing.length === 0) return
  throw new LunaError('failed', `${path} on ${head} is not what it is here`, {
    why: `${differing.length} differences: ${differing.slice(0, 5).join(', ')}`,
    fix: 'something writes to one of the two: wait until it is done, and try again',
  })
}

function rsyncArguments(head: string, path: string, more: readonly string[]): string[] {
  const ssh = `ssh ${sshOptions.join(' ')}`
  return ['-aHAX', '--partial', '-e', ssh, ...more, '--', path, `${bracketed(head)}:${path}`]
}

function bracketed(head: string): string {
  return head.includes(':') ? `[${head}]` : head
}
