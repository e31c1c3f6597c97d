// Whether the clocks of all heads agree.
import { sentence } from '../../error.ts'
import { runOn } from '../../host/remote.ts'
import { type Check, fine, firstOf, needsRoot, type Verdict, warning, wrong } from './check.ts'

/** Another head, and the seconds that its clock is ahead; or why it was not told. */
export interface HeadClock {
  readonly head: string
  readonly ahead: number | string
}

export const clockCheck: Check = {
  name: 'clocks',
  async run({ heads, root }) {
    if (heads.others.length === 0) return fine('there is only this head')
    if (!root) return needsRoot
    return judgeClocks(await Promise.all(heads.others.map(clockOf)))
  },
}

async function clockOf(head: string): Promise<HeadClock> {
  try {
    const before = Date.now()
    const said = Number(await runOn(head, ['date', '+%s.%N']))
    const here = (before + Date.now()) / 2000
    return { head, ahead: Number.isFinite(said) ? said - here : 'its date says no seconds' }
  } catch (error) {
    return { head, ahead: sentence(error) }
  }
}

// Seconds. An ssh that is slow one way is no clock that is wrong. dhcpd refuses a peer that is a minute off.
const [bearable, most] = [2, 60]

export function judgeClocks(clocks: readonly HeadClock[]): Verdict {
  const [silent] = clocks.flatMap(({ head, ahead }) =>
    typeof ahead === 'string' ? [`${head}: ${ahead}`] : [],
  )
  if (silent !== undefined)
    return wrong(silent, 'give root of this head access to the other by ssh, with a key')
  const off = clocks.flatMap(({ head, ahead }) => {
    const seconds = Math.abs(Number(ahead))
    const line = `the clock of ${head} is ${seconds.toFixed(0)} s ${Number(ahead) > 0 ? 'ahead' : 'behind'}`
    return seconds > bearable ? [{ line, seconds }] : []
  })
  if (off.length === 0) return fine(`the clocks of ${clocks.length + 1} heads agree`)
  const worst = Math.max(...off.map(({ seconds }) => seconds))
  const judge = worst > most ? wrong : warning
  return judge(firstOf(off.map(({ line }) => line)), 'systemctl enable --now chronyd, on all heads')
}
