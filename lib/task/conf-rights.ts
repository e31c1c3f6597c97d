// Whether others than root and the service user can read the password in luna.conf.
import { stat } from 'node:fs/promises'
import type { Config } from '../config.ts'

/** What is wrong with the rights of luna.conf, and the command that mends it; undefined when nothing is. */
export async function openPassword(
  { file, store }: Pick<Config, 'file' | 'store'>,
  user: string,
): Promise<{ readonly what: string; readonly fix: string } | undefined> {
  if (!('mongo' in store) || !store.mongo.password) return undefined
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0
  if ((mode & 0o007) === 0) return undefined
  return {
    what: `every account of this machine can read the password in ${file}`,
    fix: `chgrp ${user} ${file} && chmod 640 ${file}`,
  }
}
