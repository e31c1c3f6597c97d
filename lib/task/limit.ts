// A limit on how many operations run at once.

/** Runs work as soon as fewer than `most` others given to it are running; first come, first served. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function makeLimit(most: number): Limit {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // The next in the queue takes over this place.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
