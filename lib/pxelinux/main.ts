// The door of lfs_pxelinux: start|stop|restart|run.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config.ts'
import { LunaError, sentence } from '../error.ts'
import { runningPid, usualPidFile } from '../host/daemon.ts'
import { sayFirstWord, startInBackground, stopDaemon } from '../host/daemon-control.ts'
import { commandLog } from '../log.ts'
import { keepMenus, program } from './run.ts'

const help = `usage: lfs_pxelinux [-h] [--def_file FILE] [{start,stop,restart,run}]

Keeps a boot menu for PXELINUX and petitboot in pxelinux.cfg of the TFTP root for every node with a known MAC address.

  start    run in the background and log to /var/log/luna/lfs_pxelinux.log
           (LUNA_LOGDIR=DIR: to DIR)
  stop     end; the files stay
  restart  stop and start
  run      run in the foreground and log to standard error, as systemd wants it;
           the same without a word

  --def_file FILE  what machines get that are not known (file "default")
`

interface Wish {
  readonly action: string
  readonly defaultFile?: string
  readonly help: boolean
}

/** Does what the arguments (without the program's name) say, and gives the exit status. `script` is the program itself. */
export async function main(args: readonly string[], script: string): Promise<number> {
  try {
    const wish = parseWish(args)
    if (wish.help) process.stdout.write(help)
    else await obey(wish, script)
    return 0
  } catch (error) {
    sayFirstWord({ failed: sentence(error) })
    commandLog(false).error(sentence(error))
    return error instanceof LunaError ? error.exit : 1
  }
}

function parseWish(args: readonly string[]): Wish {
  const fix = `${program} --help`
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [action = 'run', ...rest] = positionals
    if (rest.length > 0) throw new LunaError('usage', 'say one thing to do', { fix })
    const file = values.def_file
    if (file === '') throw new LunaError('usage', '--def_file needs the name of a file', { fix })
    return { action, help: values.help, ...(file !== undefined && { defaultFile: resolve(file) }) }
  } catch (cause) {
    if (cause instanceof LunaError) throw cause
    throw new LunaError('usage', cause instanceof Error ? cause.message : String(cause), { fix, cause })
  }
}

const options = {
  def_file: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

async function obey(wish: Wish, script: string): Promise<void> {
  const config = loadConfig()
  switch (wish.action) {
    case 'start':
      return await start(wish, script)
    case 'stop':
      return await stop()
    case 'restart':
      await stop()
      return await start(wish, script)
    case 'run':
      return await runHere(config, wish)
    default:
      process.stderr.write(help)
      throw new LunaError('usage', 'say what to do: start, stop, restart or run')
  }
}

async function start({ defaultFile }: Wish, script: string): Promise<void> {
  const pid = await runningPid(usualPidFile(program), program)
  if (pid) return say(`${program} is running already (process ${pid})`)
  const more = defaultFile === undefined ? [] : ['--def_file', defaultFile]
  say(`${program} is ${await startInBackground(script, more)}`)
}

async function stop(): Promise<void> {
  const pid = await stopDaemon(usualPidFile(program), program)
  say(pid ? `${program} has stopped (process ${pid})` : `${program} is not running`)
}

async function runHere(config: Config, { defaultFile }: Wish): Promise<void> {
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  await keepMenus(config, { stop: stopping.signal, ...(defaultFile !== undefined && { defaultFile }) })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
