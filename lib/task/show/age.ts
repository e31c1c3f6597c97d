// How old something is.

/** Whole seconds, never less than 0. */
export function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - then.getTime()) / 1000))
}
