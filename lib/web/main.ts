// Entry point of lweb: start|stop|restart|run. The service is in leader.ts and worker.ts.
import cluster from 'node:cluster'
import { type Program, runDaemonCommand, stopSignal } from '../daemon/command.ts'
import { programHelp } from '../program/help.ts'
import { lweb as lwebRow } from '../program/program.ts'
import { lweb, runLeader } from './leader.ts'
import { runWorker } from './worker.ts'

const program: Program = {
  ...lweb,
  help: programHelp(lwebRow),
  run: (config) => runLeader(config, stopSignal()),
}

/** Runs the program with its arguments, and gives the exit status. `script` is the path of the program. */
export async function main(args: readonly string[], script: string): Promise<number> {
  if (cluster.isWorker) {
    await runWorker()
    return Number(process.exitCode ?? 0)
  }
  const action = args.length === 1 ? (args[0] ?? '') : ''
  return await runDaemonCommand(
    program,
    action === 'start' && process.env.LWEB_DAEMON === '0' ? 'run' : action,
    script,
  )
}
