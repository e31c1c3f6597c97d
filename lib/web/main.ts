// Entry point of lweb: start|stop|restart|run. The service is in leader.ts and worker.ts.
import cluster from 'node:cluster'
import { type Program, runDaemonCommand, stopSignal } from '../daemon/command.ts'
import { lweb, runLeader } from './leader.ts'
import { runWorker } from './worker.ts'

const program: Program = {
  ...lweb,
  help: `usage: lweb [-h] {start,stop,restart,run}

Answers the machines that boot, behind nginx.

  start    run in the background and log to /var/log/luna/lweb.log
           (LUNA_LOGDIR=DIR: to DIR; LWEB_DAEMON=0: like run)
  stop     finish the requests in hand and end
  restart  stop and start
  run      run in the foreground and log to standard error, as systemd wants it
`,
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
