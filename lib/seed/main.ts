// The door of ltorrent: start|stop|restart|reload|run.
import { type Config, loadConfig } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { runningPid } from '../host/daemon.ts'
import { sayFirstWord, signal, startInBackground, stopDaemon } from '../host/daemon-control.ts'
import { commandLog } from '../log.ts'
import { openStore } from '../store/open.ts'
import { getCluster } from '../task/general.ts'
import type { Calls } from './rounds.ts'
import { defaultPidFile, program, seed } from './run.ts'

const help = `usage: ltorrent [-h] {start,stop,restart,reload,run}

Offers packed images to the nodes by BitTorrent.

  start    run in the background and log to /var/log/luna/ltorrent.log
           (LUNA_LOGDIR=DIR: to DIR)
  stop     take leave of the tracker and end
  restart  stop and start
  reload   look for new images now, as osimage pack has it do
  run      run in the foreground and log to standard error, as systemd wants it
`

/** Does what the arguments (without the program's name) say, and gives the exit status. `script` is the program itself. */
export async function main(args: readonly string[], script: string): Promise<number> {
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
    case 'reload':
      return await reload(config)
    case 'run':
      return await seed(config, onSignals())
    default:
      process.stderr.write(help)
      throw new LunaError('usage', 'say what to do: start, stop, restart, reload or run')
  }
}

async function start(config: Config, script: string): Promise<void> {
  const pid = await runningPid(await pidFile(config), program)
  if (pid) return say(`ltorrent is running already (process ${pid})`)
  say(`ltorrent is ${await startInBackground(script)}`)
}

async function stop(config: Config): Promise<void> {
  const pid = await stopDaemon(await pidFile(config), program)
  say(pid ? `ltorrent has stopped (process ${pid})` : 'ltorrent is not running')
}

async function reload(config: Config): Promise<void> {
  const pid = await runningPid(await pidFile(config), program)
  if (!pid) throw new LunaError('failed', 'ltorrent is not running', { fix: 'ltorrent start' })
  signal(pid, 'SIGHUP', program)
  say(`ltorrent (process ${pid}) looks for new images`)
}

/** Where the cluster says it is; the usual place when there is no cluster, or none to be reached. */
async function pidFile(config: Config): Promise<string> {
  try {
    const store = await openStore(config)
    try {
      return (await getCluster(store)).torrent_pidfile || defaultPidFile
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof LunaError) return defaultPidFile
    throw error
  }
}

function onSignals(): Calls {
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  // From the first moment: news while it waits for a cluster must not end it, nor get lost.
  let missed = false
  let look = () => {
    missed = true
  }
  process.on('SIGHUP', () => look())
  return {
    stop: stopping.signal,
    onNews: (then) => {
      look = then
      if (missed) then()
    },
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
