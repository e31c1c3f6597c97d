// The leader of lweb asks the switches again and again.
import { Loop } from '../daemon/loop.ts'
import { logTrouble } from '../daemon/trouble.ts'
import { type PollContext, SwitchPoller } from '../task/switch/poll.ts'

// How often every switch is asked, in milliseconds.
const pollInterval = 30_000

/**
 * Asks all switches now and every `interval` milliseconds; resolves when `stop` is aborted and nothing is
 * under way.
 */
export async function pollSwitches(
  context: PollContext,
  stop: AbortSignal,
  interval = pollInterval,
): Promise<void> {
  const poller = new SwitchPoller(context, stop)
  const loggingTrouble = logTrouble(context.log)
  await new Loop(interval, () => loggingTrouble(() => poller.begin())).run(stop)
  await poller.ended()
}
