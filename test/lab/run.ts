// How the lab runs programs: with argument arrays, to their end, their output kept for the message when they fail.

import { type SpawnOptions, spawn } from 'node:child_process'
import { LunaError } from '../../lib/error.ts'

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end and gives what it said, whatever its exit status. */
export function tryRun(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text
    })
    child.on('error', (cause) =>
      reject(new LunaError('failed', `cannot run ${program}`, { why: cause.message, cause })),
    )
    child.on('close', (code, signal) => resolve({ code: code ?? signalled(signal), ...said }))
  })
}

/** Runs a program that must succeed; gives its standard output. */
export async function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options)
  if (code === 0) return stdout
  const why = lastLines(stderr || stdout, 15)
  throw new LunaError('failed', `${program} ${args.join(' ')} ended with status ${code}`, { why })
}

/** Runs a program on the lab's own terminal; gives its exit status. */
export function runHere(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signalled(signal)))
  })
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

// as a shell counts them
function signalled(signal: NodeJS.Signals | null): number {
  return signal === 'SIGINT' ? 130 : 143
}
