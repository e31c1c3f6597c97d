// start|stop|restart|reload|run: the commands of every daemon.
import { type Config, loadConfig } from '../config.ts'
import { exitStatus, LunaError, sentence } from '../error.ts'
import { sayFirstWord, signalDaemon, startInBackground, stopDaemon } from '../host/daemon/control.ts'
import { runningPid } from '../host/daemon/daemon.ts'
import { print, statusWithOutput } from '../host/output.ts'
import { commandLog } from '../log.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/inventory.ts'
import { type Daemon, pidFileOf } from './run.ts'

export interface Program extends Daemon {
  readonly help: string
  /** Arguments that `start` hands on to `run`. */
  readonly more?: readonly string[]
  /** What it does on SIGHUP, in a few words; absent: it does not handle SIGHUP. */
  readonly onReload?: string
  /** Runs in the foreground until it is told to stop. */
  run(config: Config): Promise<void>
}

/** Carries out a command, and gives the exit status. `script` is the path of the program. */
export async function runDaemonCommand(program: Program, action: string, script: string): Promise<number> {
  return await statusWithOutput(() => exitStatusOf(() => act(program, action, script)))
}

/**
 * The exit status of `work`. An error is told to the command that started this process, and to standard
 * error.
 */
export async function exitStatusOf(work: () => Promise<void>): Promise<number> {
  try {
    await work()
    return 0
  } catch (error) {
    sayFirstWord({ failed: sentence(error) })
    commandLog(false).error(sentence(error))
    return error instanceof LunaError ? exitStatus[error.code] : 1
  }
}

/** Aborted by SIGTERM or SIGINT. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  return stopping.signal
}

async function act(program: Program, action: string, script: string): Promise<void> {
  if (['-h', '--help'].includes(action)) return print(program.help)
  const config = loadConfig()
  if (action === 'run') return await program.run(config)
  if (action === 'start') return await start(program, config, script)
  if (action === 'stop') return await stop(program, config)
  if (action === 'restart') {
    await stop(program, config)
    return await start(program, config, script)
  }
  if (action === 'reload' && program.onReload) return await reload(program, config)
  process.stderr.write(program.help)
  const actions = `start, stop, restart${program.onReload ? ', reload' : ''} or run`
  throw new LunaError('usage', `say what to do: ${actions}`, { fix: `${program.name} --help` })
}

async function start(program: Program, config: Config, script: string): Promise<void> {
  const pid = await runningPid(await pidFile(program, config), program.name)
  if (pid) return say(`${program.name} is running already (process ${pid})`)
  say(`${program.name} is ${await startInBackground(script, program.more)}`)
}

async function stop(program: Program, config: Config): Promise<void> {
  const pid = await stopDaemon(await pidFile(program, config), program.name)
  say(pid ? `${program.name} has stopped (process ${pid})` : `${program.name} is not running`)
}

async function reload(program: Program, config: Config): Promise<void> {
  const { name } = program
  const pid = await signalDaemon(await pidFile(program, config), name, 'SIGHUP')
  if (!pid) throw new LunaError('failed', `${name} is not running`, { fix: `${name} start` })
  say(`${name} (process ${pid}) ${program.onReload}`)
}

/**
 * The pid file that the cluster names; the usual one when there is no cluster, or the store cannot be
 * reached.
 */
async function pidFile(daemon: Daemon, config: Config): Promise<string> {
  if (!daemon.pidFile) return pidFileOf(daemon)
  try {
    const store = await openStore(config)
    try {
      return pidFileOf(daemon, await getCluster(store))
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return pidFileOf(daemon)
    throw error
  }
}

function say(text: string): void {
  print(`${text}\n`)
}
