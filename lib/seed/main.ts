// Entry point of ltorrent: start|stop|restart|reload|run.
import { type Program, runDaemonCommand, stopSignal } from '../daemon/command.ts'
import { programHelp } from '../program/help.ts'
import { ltorrent as ltorrentRow } from '../program/program.ts'
import { ltorrent, runSeeder, type SeederEvents } from './run.ts'

const program: Program = {
  ...ltorrent,
  help: programHelp(ltorrentRow),
  onReload: 'looks for new images',
  run: (config) => runSeeder(config, seederEvents()),
}

/** Runs the program with its arguments, and gives the exit status. `script` is the path of the program. */
export async function main(args: readonly string[], script: string): Promise<number> {
  return await runDaemonCommand(program, args.length === 1 ? (args[0] ?? '') : '', script)
}

function seederEvents(): SeederEvents {
  // From the first moment: SIGHUP while the seeder waits for a cluster must not end it, nor get lost.
  let missed = false
  let look = () => {
    missed = true
  }
  process.on('SIGHUP', () => look())
  return {
    stop: stopSignal(),
    onReload: (then) => {
      look = then
      if (missed) then()
    },
  }
}
