// A worker asks the leader for what it has counted.
import { LunaError } from '../../error.ts'

/** The message of a worker, and the answer of the leader to it. */
interface Wish {
  readonly metrics: number
}
interface Given extends Wish {
  readonly text: string
}

// A leader that takes longer has hung, in milliseconds.
const patience = 3000

let asked = 0

/** The metrics of the leader. Throws LunaError `unavailable` when it does not answer. */
export async function askLeader(): Promise<string> {
  const wish: Wish = { metrics: ++asked }
  return await new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      process.off('message', hear)
    }
    const hear = (message: unknown) => {
      if (!isGiven(message) || message.metrics !== wish.metrics) return
      end()
      resolve(message.text)
    }
    const timer = setTimeout(() => {
      end()
      reject(
        new LunaError('unavailable', 'the leader of lweb does not answer', { fix: 'systemctl status lweb' }),
      )
    }, patience)
    process.on('message', hear)
    process.send?.(wish)
  })
}

export function isWish(message: unknown): message is Wish {
  return typeof message === 'object' && message !== null && 'metrics' in message && !('text' in message)
}

function isGiven(message: unknown): message is Given {
  return typeof message === 'object' && message !== null && 'metrics' in message && 'text' in message
}

/** The answer to a wish. */
export async function given({ metrics }: Wish, text: () => Promise<string>): Promise<Given> {
  return { metrics, text: await text() }
}
