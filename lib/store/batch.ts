// Single writes gathered: those of requests that are answered at the same time go to the engine together,
// which does a hundred in little more time than one. And what all of them read, read once.
import { LunaError } from '../error.ts'
import type { Backend, Write } from './backend.ts'

interface Waiting {
  readonly writes: readonly Write[]
  resolve(): void
  reject(error: unknown): void
}

/** Applies writes like the engine, in their order; each call resolves when its own are done. */
export function batching(backend: Pick<Backend, 'apply'>): (writes: readonly Write[]) => Promise<void> {
  let waiting: Waiting[] = []
  let busy = false

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await applyAll(backend, batch)
    }
    busy = false
  }

  return (writes) =>
    new Promise((resolve, reject) => {
      waiting.push({ writes, resolve, reject })
      if (busy) return
      busy = true
      // Writes of requests that arrived in the same turn of the event loop are gathered first.
      setImmediate(() => void flush())
    })
}

/**
 * Reads once for all who ask in the same turn of the event loop; nobody gets what was read before asking.
 */
export function sharing<T>(read: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | undefined
  return () => {
    next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      next = undefined
      return read()
    })
    return next
  }
}

async function applyAll(backend: Pick<Backend, 'apply'>, batch: readonly Waiting[]): Promise<void> {
  try {
    await backend.apply(batch.flatMap(({ writes }) => writes))
    for (const { resolve } of batch) resolve()
  } catch (error) {
    const final = batch.length === 1 || (error instanceof LunaError && error.code === 'unavailable')
    // A write that is refused is no reason to refuse the others.
    if (!final) for (const one of batch) await applyAll(backend, [one])
    else for (const { reject } of batch) reject(error)
  }
}
