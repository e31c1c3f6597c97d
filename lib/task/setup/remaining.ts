// What luna doctor finds when luna setup has done all that it can.
import type { Config } from '../../config.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import type { Finding } from '../doctor/check.ts'
import { examine } from '../doctor/doctor.ts'

/** All findings, the fine ones among them; `config` is as setup has left it. `signal` ends the waiting. */
export async function findRemaining(config: Config, signal: AbortSignal): Promise<Finding[]> {
  let store: Promise<Store> | undefined
  const open = () => {
    store ??= openStore(config)
    return store
  }
  try {
    return await examine(open, config, signal)
  } finally {
    await (await store?.catch(() => undefined))?.close()
  }
}
