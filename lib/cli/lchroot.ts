// Entry point of lchroot: its command line, and the terminal that it hands to whatever runs in the image.
import { loadConfig } from '../config.ts'
import { print, statusWithOutput } from '../host/output.ts'
import { commandLog, type Log } from '../log.ts'
import { checkArguments } from '../object/given/text.ts'
import { programHelp } from '../program/help.ts'
import { lchroot as row } from '../program/program.ts'
import { openStore } from '../store/open.ts'
import { enterOsimage } from '../task/image/enter.ts'
import { reportError } from './context.ts'

const terminated = 128 + 15

/** Does what the arguments (without the program's name) say, and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  return await statusWithOutput(() => runLine(args))
}

async function runLine(args: readonly string[]): Promise<number> {
  const [name, ...command] = args[0] === '--' ? args.slice(1) : args
  if (name === '-h' || name === '--help') {
    print(programHelp(row))
    return 0
  }
  const log = commandLog(false)
  if (name === undefined || name.startsWith('-')) {
    process.stderr.write(programHelp(row))
    log.error('say which osimage')
    return 2
  }
  try {
    checkArguments(args)
    return await run(name, command, log)
  } catch (error) {
    return reportError(log, error, row.exits)
  }
}

async function run(name: string, command: readonly string[], log: Log): Promise<number> {
  const stop = new AbortController()
  // Ctrl-C is for the command; it reaches it as it does us.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const store = await openStore(loadConfig())
  try {
    const term = process.env.TERM ?? 'dumb'
    const status = await enterOsimage(
      store,
      { name, command, term },
      {
        signal: stop.signal,
        warn: (text) => log.warning(text),
      },
    )
    if (!stop.signal.aborted) return status
    log.error('it was interrupted')
    return terminated
  } finally {
    await store.close()
  }
}
