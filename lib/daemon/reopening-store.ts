// A store for as long as a daemon lives: opened when it is first needed, and again after a failure.
import type { Store } from '../store/store.ts'

export interface ReopeningStore {
  get(): Promise<Store>
  close(): Promise<void>
}

/** A daemon outlives its database: an opening that failed is tried again at the next `get`. */
export function reopeningStore(open: () => Promise<Store>): ReopeningStore {
  let opened: Promise<Store> | undefined
  const get = () => {
    const mine = opened ?? open()
    opened = mine
    mine.catch(() => {
      if (opened === mine) opened = undefined
    })
    return mine
  }
  const close = async () => {
    await opened?.then((store) => store.close()).catch(() => {})
  }
  return { get, close }
}
