// The other heads of a cluster: files and commands go there as root over ssh, without questions.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LunaError } from '../error.ts'
import { patiently, type Ran, type RunOptions, run } from './run.ts'
import { shellWord } from './run-error.ts'

const sshOptions = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5']

/**
 * Runs a program on another head, and gives its output. Its arguments are quoted for the shell that sshd runs
 * them with. `what` is what an error says of it in place of the command.
 */
export async function runOn(head: string, args: readonly string[], what?: string): Promise<string> {
  const command = args.map(shellWord).join(' ')
  const options = [...sshOptions, '--', head, command]
  return await onHead(head, what ?? `run "${command}" on ${head}`, 'ssh', options, patiently)
}

/** Copies a file to a path on another head, with its mode. */
export async function copyTo(head: string, from: string, to: string): Promise<void> {
  const args = [...sshOptions, '-q', '-p', '--', from, `${bracketed(head)}:${to}`]
  await onHead(head, `copy ${to} to ${head}`, 'scp', args, patiently)
}

/** Makes a directory (or file) on another head equal to the one here. */
export async function rsyncTo(head: string, path: string, more: readonly string[] = []): Promise<void> {
  await onHead(head, `copy ${path} to ${head}`, 'rsync', rsyncArguments(head, path, more), patiently)
}

async function onHead(
  head: string,
  what: string,
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const ran = await run(program, args, { ...options, allowFailure: true })
  if (ran.status === 0) return ran.stdout
  throw notDone(`cannot ${what}`, head, ran, 'put that right, and give the command again')
}

/**
 * What went wrong with a program of ssh's on another machine. Its first words name the cause, its last ones
 * the place in its code; ssh(1) ends lines as for a terminal, and with status 255 when it did not get there.
 */
export function notDone(what: string, host: string, ran: Ran, otherwise: string): LunaError {
  const lines = (ran.stderr.trim() || ran.stdout.trim())
    .split(/[\r\n]+/)
    .filter(
      (line) => line.trim() !== '' && !/^rsync error:|^rsync: connection un|^lost connection/.test(line),
    )
  const unreached = ran.status === 255 || /\bssh\b|Connection|Host key|Permission denied \(/.test(ran.stderr)
  return new LunaError('failed', what, {
    why: lines.slice(0, 3).join('; ') || `exit status ${ran.status}`,
    fix: unreached ? `see that root of this machine reaches it: ssh ${host} true` : otherwise,
  })
}

// What the other head runs in place of rsync: that in the directory, with all else read-only. It is sent,
// since the Luna there may be another one.
const textOf = (file: string) => readFileSync(join(import.meta.dirname, 'image', file), 'utf8')
const receiving = () => `onto=${shellWord(textOf('onto-tree.sh'))}\n${textOf('receive.sh')}`

// An incomplete file waits in here to be continued: under its own name it could be taken for a whole one.
const partial = '.luna-partial'

/** Where progress is reported to, and what stops the copy. */
export interface Following {
  readonly onLine: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Mirrors a directory to another head, continuing an interrupted copy, and compares every byte at the end.
 * There root writes below that directory and nowhere else, and follows no link on the way that others could
 * have made. `from` is another path of the same directory here. Throws LunaError `failed` when the two still
 * differ.
 */
export async function mirrorTo(
  head: string,
  path: string,
  { onLine, signal }: Following,
  from: string = path,
): Promise<void> {
  const stopping = signal ? { signal } : {}
  const there = ['sh', '-c', receiving(), 'sh', path, 'rsync'].map(shellWord).join(' ')
  const more = ['--numeric-ids', '--delete', `--partial-dir=${partial}`, `--rsync-path=${there}`]
  const what = `copy ${path} to ${head}`
  await onHead(head, what, 'rsync', rsyncArguments(head, './', [...more, '--info=progress2'], from), {
    onLine,
    ...stopping,
  })
  onLine('comparing')
  const look = [...more, '--dry-run', '--checksum', '--itemize-changes']
  const stdout = await onHead(head, what, 'rsync', rsyncArguments(head, './', look, from), stopping)
  const differing = stdout.split('\n').filter((line) => line !== '')
  if (differing.length === 0) return
  throw new LunaError('failed', `${path} on ${head} is not what it is here`, {
    why: `${differing.length} differences: ${differing.slice(0, 5).join(', ')}`,
    fix: 'something writes to one of the two: wait until it is done, and try again',
  })
}

function rsyncArguments(head: string, path: string, more: readonly string[], from = path): string[] {
  const ssh = `ssh ${sshOptions.join(' ')}`
  return ['-aHAX', '--partial', '-e', ssh, ...more, '--', from, `${bracketed(head)}:${path}`]
}

function bracketed(head: string): string {
  return head.includes(':') ? `[${head}]` : head
}
