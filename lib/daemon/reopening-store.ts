// The store of a daemon: opened when it is first needed, and again after opening it has failed.
import type { Store } from '../store/store.ts'

export interface ReopeningStore {
  get(): Promise<Store>
  close(): Promise<void>
}

/** Opens the store at the first `get`. After an opening that failed the next `get` tries again. */
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
