// Polling for a lock that another process holds.
import { setTimeout as sleep } from 'node:timers/promises'
import { LunaError } from '../error.ts'

// The first pause and the longest, and when to give up, in milliseconds.
const firstPause = 2
const longestPause = 50
const longestWait = 120_000

/**
 * Tries until an attempt gives something. The pauses grow and are random, so that waiting processes do not
 * try all at once. Rejects with `unavailable` when another process has held `what` for too long.
 */
export async function pollUntil<T>(
  what: string,
  attempt: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const began = performance.now()
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const result = await attempt()
    if (result !== undefined) return result
    if (performance.now() - began > longestWait) {
      throw new LunaError('unavailable', `another command has kept the ${what} to itself for too long`, {
        why: `this one waited ${longestWait / 1000} seconds for its turn`,
        fix: 'look for a luna command that hangs, and end it',
      })
    }
    await sleep(pause * (0.5 + Math.random()))
  }
}
