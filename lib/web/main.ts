// The door of lweb: start|stop|restart|run. What the service does is the leader's and the workers' business.
import cluster from 'node:cluster'
import { type Config, loadConfig } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { runningPid, usualPidFile } from '../host/daemon.ts'
import { sayFirstWord, startInBackground, stopDaemon } from '../host/daemon-control.ts'
import { commandLog } from '../log.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/general.ts'
import { lead } from './leader.ts'
import { program } from './wait.ts'
import { work } from './worker.ts'

const help = `usage: lweb [-h] {start,stop,restart,run}

Answers the machines that boot, behind nginx.

  start    run in the background and log to /var/log/luna/lweb.log
           (LUNA_LOGDIR=DIR: to DIR; LWEB_DAEMON=0: like run)
  stop     finish the requests in hand and end
  restart  stop and start
  run      run in the foreground and log to standard error, as systemd wants it
`

/** Does what the arguments (without the program's name) say, and gives the exit status. `script` is the program itself. */
export async function main(args: readonly string[], script: string): Promise<number> {
  if (cluster.isWorker) {
    await work()
    return Number(process.exitCode ?? 0)
  }
  const [action = '', ...rest] = args
  if (rest.length === 0 && ['-h', '--help'].includes(action)) {
    process.stdout.write(help)
    return 0
  }
  try {
    await obey(rest.length === 0 ? action : '', script)
    return 0
  } catch (error) {
    sayFirstWord({ failed: sentence(error) })
    commandLog(false).error(sentence(error))
    return error instanceof LunaError ? error.exit : 1
  }
}

async function obey(action: string, script: string): Promise<void> {
  const config = loadConfig()
  switch (action) {
    case 'start':
      return await start(config, script)
    case 'stop':
      return await stop(config)
    case 'restart':
      await stop(config)
      return await start(config, script)
    case 'run':
      return await lead(config, onSignals())
    default:
      process.stderr.write(help)
      throw new LunaError('usage', 'say what to do: start, stop, restart or run')
  }
}

async function start(config: Config, script: string): Promise<void> {
  if (process.env.LWEB_DAEMON === '0') return await lead(config, onSignals())
  const pid = await runningPid(await pidFile(config), program)
  if (pid) return say(`lweb is running already (process ${pid})`)
  say(`lweb is ${await startInBackground(script)}`)
}

async function stop(config: Config): Promise<void> {
  const pid = await stopDaemon(await pidFile(config), program)
  say(pid ? `lweb has stopped (process ${pid})` : 'lweb is not running')
}

/** Where the cluster says it is; the usual place when there is no cluster, or none to be reached. */
async function pidFile(config: Config): Promise<string> {
  try {
    const store = await openStore(config)
    try {
      return (await getCluster(store)).lweb_pidfile || usualPidFile(program)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return usualPidFile(program)
    throw error
  }
}

function onSignals(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())
  return stopping.signal
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
