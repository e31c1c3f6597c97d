// The door of lchroot: its command line, and the terminal that it hands to whatever runs in the image.
import { loadConfig } from '../config.ts'
import { LunaError } from '../error.ts'
import { commandLog } from '../log.ts'
import { openStore } from '../store/open.ts'
import { enterOsimage } from '../task/image/enter.ts'
import { reportError } from './context.ts'

const help = `usage: lchroot [-h] IMAGE [COMMAND [ARGUMENT...]]

Runs a command in the tree of an osimage, or a shell. /proc, /sys, /dev, /run and
name resolution work there; nothing stays mounted afterwards, and nothing running.
The exit status is that of the command; 7: no such osimage; 8: somebody is in it.

  lchroot compute
  lchroot compute dnf -y install perf
`

/** Does what the arguments (without the program's name) say, and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...command] = args[0] === '--' ? args.slice(1) : args
  if (name === '-h' || name === '--help') {
    process.stdout.write(help)
    return 0
  }
  const log = commandLog(false)
  if (name === undefined || name.startsWith('-')) {
    process.stderr.write(help)
    log.error('say which osimage')
    return 2
  }
  try {
    return await run(name, command, (text) => log.warning(text))
  } catch (error) {
    return reportError(log, error)
  }
}

async function run(name: string, command: readonly string[], warn: (text: string) => void): Promise<number> {
  const stop = new AbortController()
  // Ctrl-C is for the command; it reaches it as it does us.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const store = await openStore(loadConfig())
  try {
    const term = process.env.TERM ?? 'dumb'
    const status = await enterOsimage(store, { name, command, term }, { signal: stop.signal, warn })
    if (!stop.signal.aborted) return status
    throw new LunaError('failed', 'it was interrupted', { exit: 128 + 15 })
  } finally {
    await store.close()
  }
}
