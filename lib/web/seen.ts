// What workers see of boots goes to the leader, which writes it down: gathered, so that a request costs
// little and a boot is written once a second at most.
import { Loop } from '../daemon/loop.ts'
import { logTrouble } from '../daemon/trouble.ts'
import type { Log } from '../log.ts'
import type { BootEvent } from '../object/record/boot.ts'
import type { Fetched } from '../object/record/fetched.ts'
import type { Store } from '../store/store.ts'
import { Fetchers } from '../task/record/fetchers.ts'
import { BootRecorder, type Observe } from '../task/record/recorder.ts'
import { Story } from './story.ts'

/** The message of a worker to the leader. */
export interface Seen {
  readonly seen: readonly BootEvent[]
}

// How long a worker gathers, and how long the leader, in milliseconds.
const workerPause = 300
const leaderPause = 700
// What comes on top within one pause is lost.
const mostGathered = 5000

export interface Gathering {
  record(event: BootEvent): void
  /** Sends what was gathered at once, and resolves when it is sent: before a worker ends. */
  flush(): Promise<void>
}

/** Gathers what a worker sees and gives it to `send`. */
export function gatherSeen(send: (message: Seen) => Promise<void>, pause = workerPause): Gathering {
  let gathered: BootEvent[] = []
  let timer: NodeJS.Timeout | undefined
  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const seen = gathered
    gathered = []
    if (seen.length > 0) await send({ seen })
  }
  return {
    flush,
    record(event) {
      if (gathered.length < mostGathered) gathered.push(event)
      timer ??= setTimeout(() => void flush(), pause)
    },
  }
}

export function isSeen(message: unknown): message is Seen {
  return typeof message === 'object' && message !== null && 'seen' in message && Array.isArray(message.seen)
}

export interface Recording {
  add(events: readonly BootEvent[]): void
  /** A file that some machine has fetched. */
  fetched(file: Fetched): void
  /** Writes down the rest and resolves. */
  end(): Promise<void>
}

/**
 * Writes down what is added, again and again, has `observe` see it, and tells the log. Never rejects: a store
 * that is away is logged.
 */
export function recordSeen(store: () => Promise<Store>, log: Log, observe: Observe = () => {}): Recording {
  const story = new Story(store, log)
  const recorder = new BootRecorder(store, undefined, (...seen) => {
    observe(...seen)
    story.see(...seen)
  })
  const loggingTrouble = logTrouble(log)
  const ended = new AbortController()
  const fetchers = new Fetchers()
  const flush = () =>
    loggingTrouble(async () => {
      recorder.add(await fetchers.due(store, Date.now()))
      const lost = await recorder.flush()
      await story.tell()
      if (lost > 0) log.warning('steps of boots are lost: there were too many at once', { lost })
    })
  const running = new Loop(leaderPause, flush).run(ended.signal)
  return {
    add(events) {
      fetchers.learn(events)
      recorder.add(events)
    },
    fetched: (file) => fetchers.add(file, Date.now()),
    end: async () => {
      ended.abort()
      await running
      await flush()
    },
  }
}
