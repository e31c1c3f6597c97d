// Where nodes are, for all who watch: looked at when somebody asks, and at most so often, however many do.
import type { Store } from '../../store/store.ts'
import { countSteps } from '../../task/page/figures.ts'
import { ShownNodes } from '../../task/page/nodes.ts'
import { FollowedStates } from '../../task/record/follow.ts'
import type { Leader } from '../asked.ts'

// Milliseconds from one look to the next, which takes at most this share of the time of its process.
const least = 900
const share = 0.25

/** The nodes in the memory of this process; `clock` gives milliseconds that pass, whatever is set. */
export function watchNodes(
  store: () => Promise<Store>,
  now: () => Date = () => new Date(),
  clock: () => number = () => performance.now(),
): Pick<Leader, 'steps' | 'nodes'> {
  const [followed, shown] = [new FollowedStates(clock), new ShownNodes()]
  let until = Number.NEGATIVE_INFINITY
  let looking: ReturnType<typeof look> | undefined
  let last: Awaited<ReturnType<typeof look>> = []
  async function look() {
    const began = clock()
    const states = await followed.look(await store(), now())
    shown.show(states)
    until = began + Math.max(least, (clock() - began) / share)
    last = states
    return states
  }
  async function present() {
    if (clock() < until) return last
    looking ??= look().finally(() => {
      looking = undefined
    })
    return await looking
  }
  return {
    steps: async () => countSteps(await present()),
    nodes: async (since) => {
      await present()
      return shown.since(since)
    },
  }
}
