// Entry point of lfs_pxelinux: start|stop|restart|run.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { exitStatusOf, runDaemonCommand, stopSignal } from '../daemon/command.ts'
import { LunaError } from '../error.ts'
import { programHelp } from '../program/help.ts'
import { pxelinux as pxelinuxRow } from '../program/program.ts'
import { pxelinux, runPxelinux } from './run.ts'

const help = programHelp(pxelinuxRow)

interface Wish {
  readonly action: string
  readonly defaultFile?: string
  readonly help: boolean
}

/** Runs the program with its arguments, and gives the exit status. `script` is the path of the program. */
export async function main(args: readonly string[], script: string): Promise<number> {
  let wish: Wish | undefined
  const status = await exitStatusOf(async () => {
    wish = parseWish(args)
  })
  if (!wish) return status
  const { action, defaultFile } = wish
  const program = {
    ...pxelinux,
    help,
    more: defaultFile === undefined ? [] : ['--def_file', defaultFile],
    run: (config: Config) =>
      runPxelinux(config, { stop: stopSignal(), ...(defaultFile !== undefined && { defaultFile }) }),
  }
  return await runDaemonCommand(program, wish.help ? '--help' : action, script)
}

function parseWish(args: readonly string[]): Wish {
  const fix = `${pxelinux.name} --help`
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
