// luna doctor: a command of one word.
import { option } from '../../program/option.ts'
import { type Command, command } from '../command.ts'
import { jsonText } from '../rows.ts'

// Exit statuses: what is wrong, and what is only worth a look.
const [wrong, warned] = [1, 3]

const examine = command({
  action: '',
  help: 'Look at all of this head, and change nothing: a line says what is fine, what is not, and what mends it.',
  operand: 'none',
  options: {
    json: option('flag', 'as JSON, for scripts', { exclusive: 'form' }),
    record: option('flag', 'print nothing, and keep what is found for the page and the metrics', {
      exclusive: 'form',
    }),
  },
  examples: [
    ['luna doctor', 'as root, who may look at everything'],
    ['luna doctor | grep -v ^fine', 'only what is not fine'],
  ],
  async run(context, given) {
    const { examine } = await import('../../task/doctor/doctor.ts')
    const { lineOf } = await import('../../task/doctor/check.ts')
    const findings = await examine(() => context.store(), context.config, context.signal)
    if (given.record) {
      const { keepFindings } = await import('../../task/doctor/record.ts')
      const { keepPowers } = await import('../../task/record/powers.ts')
      await keepFindings(await context.store(), findings)
      return await keepPowers(await context.store(), context.signal)
    }
    if (given.json) context.print(jsonText(findings))
    else for (const finding of findings) context.print(`${lineOf(finding)}\n`)
    const states = new Set(findings.map(({ state }) => state))
    if (states.has('wrong')) context.endWith(wrong)
    else if (states.has('warning')) context.endWith(warned)
  },
})

export const doctor: readonly Command[] = [examine]
