// Services of this machine, by the names that systemd has for them.
import { LunaError } from '../../error.ts'
import { patiently, run, tookTooLong } from '../run.ts'

export type Action = 'start' | 'stop' | 'restart' | 'reload'

/** Has systemd do it, and waits until it is done. Throws LunaError `failed` with the end of the journal. */
export async function service(action: Action, unit: string): Promise<void> {
  const why = await run('systemctl', [action, unit], { ...patiently, allowFailure: true }).then(
    ({ status, stderr }) => (status === 0 ? undefined : `exit status ${status}; it said:\n${stderr.trim()}`),
    (cause: unknown) => {
      if (cause instanceof LunaError && cause.why === tookTooLong) return tookTooLong
      throw cause
    },
  )
  if (why !== undefined) throw await notDone(unit, `the service ${unit} did not ${action}`, why)
}

/** Like `service`, and fails also when the service does not stay up. */
export async function bringUp(action: Exclude<Action, 'stop'>, unit: string): Promise<void> {
  await service(action, unit)
  if (!(await isActive(unit))) throw await notDone(unit, `the service ${unit} is not up after ${action}`)
}

/** Has the service read its configuration again; one that is down is started. */
export async function reloadOrStart(unit: string): Promise<void> {
  await bringUp((await isActive(unit)) ? 'reload' : 'start', unit)
}

/** True when systemd has the unit running (or on its way up). */
export async function isActive(unit: string): Promise<boolean> {
  const { status } = await run('systemctl', ['is-active', unit], { ...patiently, allowFailure: true })
  return status === 0
}

/** True when systemd starts it with the machine. */
export async function isEnabled(unit: string): Promise<boolean> {
  const { status } = await run('systemctl', ['is-enabled', unit], { ...patiently, allowFailure: true })
  return status === 0
}

/** True when systemd knows a unit of that name. */
export async function isInstalled(unit: string): Promise<boolean> {
  return (await propertyOf(unit, 'LoadState')) === 'loaded'
}

/** The program and arguments that a unit starts, as one line; empty where systemd does not say. */
export async function startCommand(unit: string): Promise<string> {
  return /argv\[\]=(.*?) ;/.exec(await propertyOf(unit, 'ExecStart'))?.[1] ?? ''
}

async function propertyOf(unit: string, name: string): Promise<string> {
  const args = ['show', '--property', name, '--value', unit]
  const { status, stdout } = await run('systemctl', args, { ...patiently, allowFailure: true })
  return status === 0 ? stdout.trim() : ''
}

/** With the end of the unit's journal, where there is one: systemctl says only where to look. */
async function notDone(unit: string, what: string, said?: string): Promise<LunaError> {
  const journal = await journalOf(unit)
  const why = journal === '' ? said : `its journal ends with:\n${journal}`
  return new LunaError('failed', what, { ...(why && { why }), fix: `see: journalctl -u ${unit} -n 20` })
}

/** The last lines of a unit's journal; empty where there is no journal. */
async function journalOf(unit: string): Promise<string> {
  const args = ['--unit', unit, '--lines', '10', '--output', 'cat', '--quiet', '--no-pager']
  const read = run('journalctl', args, { allowFailure: true, timeout: 10_000 })
  const { status, stdout } = await read.catch(() => ({ status: 1, stdout: '' }))
  return status === 0 ? stdout.trim() : ''
}
