// What the packing bench measures with: time on the clock and of the processors, and the
// better of some rounds.
import { execFileSync } from 'node:child_process'
import { busySeconds } from './cpu.ts'

export interface Took {
  readonly wall: number
  /** Of the whole machine. */
  readonly cpu: number
}

export const never: Took = { wall: Number.NaN, cpu: Number.NaN }

/**
 * What a piece of work takes. What was written before it is on the disk first, so that
 * nobody pays for others.
 */
export async function measure(work: () => unknown): Promise<Took> {
  execFileSync('sync')
  const began = { time: performance.now(), busy: busySeconds() }
  await work()
  return { wall: (performance.now() - began.time) / 1000, cpu: busySeconds() - began.busy }
}

export function better(one: Took, other: Took | undefined): Took {
  return other && other.wall <= one.wall ? other : one
}

/** Runs lines of bash, with these variables; throws when any of them fails. */
export function shell(script: string, variables: Readonly<Record<string, string>>): void {
  execFileSync('bash', ['-eE', '-o', 'pipefail', '-c', script], {
    env: { ...process.env, ...variables, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
