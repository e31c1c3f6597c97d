// Requests to a head from the lab's side of the network.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../../../lib/host/run.ts'
import { network } from '../../lab/net.ts'

const bootUrl = `http://${network.server}:${network.port}/luna?step=boot`
const program = join(import.meta.dirname, 'request-load.ts')

/** What iPXE is answered. Throws LunaError `failed` when it is no success. */
export async function answer(): Promise<string> {
  return (await run('curl', ['-fsS', bootUrl])).stdout
}

export interface Load {
  readonly sent: number
  readonly answered: number
  /** What went wrong, how often. */
  readonly failed: Readonly<Record<string, number>>
}

/** nginx lets one machine ask 50 times a second. */
const askers = ['10.30.255.241', '10.30.255.242', '10.30.255.243', '10.30.255.244']

/** Asks 100 times a second until its end. */
export async function startLoad(): Promise<{ end(): Promise<Load> }> {
  for (const address of askers)
    await run('ip', ['addr', 'replace', `${address}/${network.prefix}`, 'dev', network.bridge])
  const asking = spawn(process.execPath, [program, bootUrl, ...askers], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = text(asking.stdout)
  return {
    end: async () => {
      asking.kill()
      await once(asking, 'exit')
      return JSON.parse(await output) as Load
    },
  }
}
