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

/** A rack: nginx lets one machine have 32 requests open, and they wait while lweb starts again. */
const askers = Array.from({ length: 50 }, (_, at) => `10.30.254.${at + 1}`)

/** Asks 100 times a second until its end. */
export async function startLoad(): Promise<{ end(): Promise<Load> }> {
  const orders = askers.map((each) => `addr replace ${each}/${network.prefix} dev ${network.bridge}\n`)
  await run('ip', ['-batch', '-'], { input: orders.join('') })
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
