// Commands on a node by way of its sshd.

import { type Ran, run } from '../../lib/host/run.ts'
import { scene } from './stage.ts'

/**
 * Runs a command as root on the machine with that address; throws LunaError `failed` when
 * it or the way there fails.
 */
export function onNode(address: string, command: string): Promise<Ran> {
  const settings = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'ConnectTimeout=20',
    'LogLevel=ERROR',
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  return run('ssh', ['-i', scene().image.key, ...options, `root@${address}`, command], { timeout: 60_000 })
}
