// The other heads of a cluster: files and commands go there as root over ssh, without questions.
import { run } from './run.ts'
import { shellWord } from './run-error.ts'

const sshOptions = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5']

/** Runs a program on another head. Its arguments are quoted for the shell that sshd runs them with. */
export async function runOn(head: string, args: readonly string[]): Promise<void> {
  await run('ssh', [...sshOptions, '--', head, args.map(shellWord).join(' ')], { timeout: 120_000 })
}

/** Copies a file to a path on another head, with its mode. */
export async function copyTo(head: string, from: string, to: string): Promise<void> {
  await run('scp', [...sshOptions, '-q', '-p', '--', from, `${bracketed(head)}:${to}`], { timeout: 120_000 })
}

/** Makes a directory (or file) on another head equal to the one here; every line that rsync says goes to `onLine`. */
export async function rsyncTo(
  head: string,
  path: string,
  more: readonly string[] = [],
  onLine?: (line: string) => void,
): Promise<void> {
  const args = ['-aHAX', '--partial', '-e', `ssh ${sshOptions.join(' ')}`, ...more, '--', path]
  await run('rsync', [...args, `${bracketed(head)}:${path}`], onLine ? { onLine } : {})
}

function bracketed(head: string): string {
  return head.includes(':') ? `[${head}]` : head
}
