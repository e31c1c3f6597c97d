// What a running command works with: the store opened once, output, errors counted.
import { type Config, loadConfig } from '../config.ts'
import { type Exits, exitStatus, LunaError, sentence } from '../error.ts'
import { print } from '../host/output.ts'
import type { Person } from '../host/user.ts'
import type { Log } from '../log.ts'
import type { Author, Store } from '../store/store.ts'
import type { Context } from './command.ts'

export interface Running extends Context {
  /** The exit status so far. */
  status(): number
  close(): Promise<void>
}

/**
 * The context of one command: the configuration read, the store opened when it is asked for. What is changed
 * in it is kept with the text of the command.
 */
export function startContext(
  log: Log,
  signal: AbortSignal,
  { exits, text }: { readonly exits: Exits; readonly text: () => Promise<string> },
): Running {
  const { env } = process
  const config = loadConfig(env)
  let store: Promise<Store> | undefined
  let status = 0
  const contents = new Map<string, Promise<string>>()
  let previewed = false
  const endWith = (other: number) => {
    status = Math.max(status, other)
  }
  return {
    log,
    env,
    signal,
    config,
    undone: [],
    store() {
      store ??= open(config, async () => ({ ...(await whoAsks(env)), command: await text() }))
      return store
    },
    print,
    report: (error) => endWith(reportError(log, error, exits)),
    endWith,
    async *input() {
      yield* (await import('./text.ts')).input(signal)
    },
    content(file) {
      const content = contents.get(file) ?? contentOf(file, signal)
      contents.set(file, content)
      return content
    },
    preview(text) {
      if (!previewed) print(text)
      previewed = true
    },
    readText: async (old) => await (await import('./text.ts')).readText(old, env, signal),
    status: () => status,
    close: async () => await (await store?.catch(() => undefined))?.close(),
  }
}

async function contentOf(file: string, signal: AbortSignal): Promise<string> {
  return await (await import('./text.ts')).readContent(file, signal)
}

async function open(config: Config, by: () => Promise<Author>): Promise<Store> {
  const { openStore } = await import('../store/open.ts')
  return await openStore(config, { by })
}

async function whoAsks(env: NodeJS.ProcessEnv): Promise<Person> {
  return await (await import('../host/user.ts')).whoAsks(env)
}

/**
 * Logs what went wrong, a line of it a line of the log, and gives the exit status that it means: that of its
 * code, unless `exits` has another.
 */
export function reportError(log: Log, error: unknown, exits: Exits = {}): number {
  if (error instanceof LunaError) {
    for (const line of sentence(error).split('\n')) log.error(line)
    if (error.cause instanceof Error) log.debug(stackOf(error.cause))
    return exits[error.code] ?? exitStatus[error.code]
  }
  log.error(`unexpected: ${sentence(error)}`)
  log.error('this is a defect of Luna: please report it with the output of the same command with "luna -d"')
  for (const line of stackOf(error).split('\n')) log.debug(line)
  return 1
}

function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || String(error)
}
