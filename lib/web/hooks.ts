// Runs what a site has put into /etc/luna/hooks.d when a node is installed, is up, or has failed: as the user
// of lweb and within the sandbox of its unit, few at once and for half a minute at most.
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sentence } from '../error.ts'
import { run } from '../host/run.ts'
import type { Log } from '../log.ts'
import { type BootEvent, failedStep } from '../object/record/boot.ts'
import type { Store } from '../store/store.ts'
import { makeLimit } from '../task/limit.ts'

const usualFolder = '/etc/luna/hooks.d'
const atOnce = 4
// What comes on top of so many that wait is left out.
const mostWaiting = 1000
const longest = 30_000

export interface Hooks {
  see(events: readonly BootEvent[]): void
  /** Ends what runs. */
  end(): void
}

/** `folder` is looked at when something happens: what is put there counts at once. */
export function runHooks(store: () => Promise<Store>, log: Log, folder: string = usualFolder): Hooks {
  const limit = makeLimit(atOnce)
  const ended = new AbortController()
  let waiting = 0
  async function runOne(hook: string, event: BootEvent, what: string): Promise<void> {
    const node = await (await store()).find('node', event.node)
    if (!node || ended.signal.aborted) return
    const env = { LUNA_EVENT: what, LUNA_NODE: node.name, LUNA_STEP: event.step }
    await run(join(folder, hook), [], { env, timeout: longest, signal: ended.signal })
  }
  function begin(hook: string, event: BootEvent, what: string): void {
    if (waiting >= mostWaiting) {
      log.warning('hook left out: too many wait', { hook })
      return
    }
    waiting++
    limit(() => runOne(hook, event, what))
      .catch((error: unknown) => {
        if (!ended.signal.aborted) log.warning('hook failed', { hook, why: sentence(error) })
      })
      .finally(() => waiting--)
  }
  return {
    see(events) {
      for (const event of events) {
        const what = happening(event)
        if (what !== undefined) for (const hook of hooksIn(folder)) begin(hook, event, what)
      }
    },
    end: () => ended.abort(),
  }
}

/** What an event is to a hook. The report of a failure comes after its status, which is enough. */
function happening({ step, failure }: BootEvent): 'success' | 'failure' | 'up' | undefined {
  if (step === 'install.success') return 'success'
  if (step === 'up') return 'up'
  return failedStep.test(step) && !failure ? 'failure' : undefined
}

/** Names of the executable files, in their order. */
function hooksIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[\w-]+(\.\w+)?$/.test(name) && isExecutable(join(folder, name)))
      .sort()
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
