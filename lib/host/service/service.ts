// Services of this machine, by the names that systemd has for them.
import { LunaError } from '../../error.ts'
import { run } from '../run.ts'

export type Action = 'start' | 'stop' | 'restart' | 'reload'

/** Has systemd do it, and waits until it is done. Throws LunaError `failed` with where to look. */
export async function service(action: Action, unit: string): Promise<void> {
  try {
    await run('systemctl', [action, unit], { timeout: 120_000 })
  } catch (cause) {
    if (!(cause instanceof LunaError)) throw cause
    throw new LunaError('failed', `the service ${unit} did not ${action}`, {
      why: cause.why ?? cause.message,
      fix: cause.fix ?? `see: journalctl -u ${unit} -n 20`,
      cause,
    })
  }
}

/** Like `service`, and fails also when the service does not stay up. */
export async function bringUp(action: Exclude<Action, 'stop'>, unit: string): Promise<void> {
  await service(action, unit)
  if (await isActive(unit)) return
  throw new LunaError('failed', `the service ${unit} is not up after ${action}`, {
    fix: `see: journalctl -u ${unit} -n 20`,
  })
}

/** Has the service read its configuration again; one that is down is started. */
export async function reloadOrStart(unit: string): Promise<void> {
  await bringUp((await isActive(unit)) ? 'reload' : 'start', unit)
}

/** True when systemd has the unit running (or on its way up). */
export async function isActive(unit: string): Promise<boolean> {
  const { status } = await run('systemctl', ['is-active', unit], { allowFailure: true })
  return status === 0
}
