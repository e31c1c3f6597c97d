// A password in luna.conf that others can read is said once after each start of the machine, to root: every
// command of a site that has it so from the first Luna would say it otherwise.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { rootsLock } from '../host/lock.ts'
import { rootsOwn } from '../host/pin.ts'
import { openPassword } from '../task/conf-rights.ts'
import type { Context } from './command.ts'

/** Warns of it, unless that was done. */
export async function sayOpenPassword({ config, log }: Pick<Context, 'config' | 'log'>): Promise<void> {
  if (!('mongo' in config.store) || !config.store.mongo.password || process.getuid?.() !== 0) return
  const name = encodeURIComponent(config.file)
  if (existsSync(join(rootsOwn, 'said', name))) return
  const open = await openPassword(config, 'luna')
  if (!open) return
  await rootsLock('said', name)
  log.warning(`${open.what}: ${open.fix}`)
}
