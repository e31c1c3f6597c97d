// luna node discover, arm, disarm: why a machine is taken for a node, and which nodes may be installed.
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import { choosingOptions } from '../choosing/chosen.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, jsonText, reportOutcome } from '../rows.ts'

export const discover = command({
  action: 'discover',
  help: 'Say where switches see a MAC address, and which node it is taken for. Nothing is changed.',
  operand: 'mac',
  options: {
    all: option('flag', 'every MAC address that a switch has seen'),
    json: jsonOption,
  },
  examples: [
    ['luna node discover 52:54:00:00:00:01', 'why this machine does not boot as the node that it is'],
    ['luna node discover --all', 'all machines that switches see'],
  ],
  async run(context, given, mac) {
    if (given.all === (mac !== undefined))
      throw new LunaError('usage', 'say which', { fix: 'a MAC address, or --all' })
    const { explainAll, explainMac } = await import('../../task/show/explain-mac.ts')
    const { discoverTable, discoverText } = await import('../table/mac-table.ts')
    const store = await context.store()
    if (mac === undefined) {
      const all = await explainAll(store, new Date())
      return context.print(given.json ? jsonText(all) : discoverTable(all))
    }
    const one = await explainMac(store, mac, new Date())
    context.print(given.json ? jsonText(one) : discoverText(one))
  },
})

export const arm: Command = command({
  action: 'arm',
  help: 'Let nodes be installed once, where boot_access is armed. They are to be booted afterwards.',
  operand: 'chosen',
  options: {
    ...choosingOptions,
    for: option('text', 'for so long at most, such as 1h', { value: 'TIME' }),
    continuous: option('flag', 'at every boot: they stay armed when they are installed'),
  },
  examples: [
    ["luna node arm 'node[001-100]' --for 1h", 'then: lpower reset; or both at once: lpower --arm'],
    ['luna node arm -g diskless --continuous', 'nodes that are installed at every boot'],
  ],
  changes: 'told',
  async run(context, given, names) {
    const { parseSpan } = await import('../../object/record/duration.ts')
    const { armNodes } = await import('../../task/boot/arm.ts')
    const until = given.for === undefined ? null : new Date(Date.now() + 1000 * parseSpan(given.for))
    reportOutcome(
      context,
      await armNodes(await context.store(), names, { until, continuous: given.continuous }),
    )
  },
})

export const disarm: Command = command({
  action: 'disarm',
  help: 'End that nodes are armed. One that is being installed goes on.',
  operand: 'chosen',
  options: choosingOptions,
  examples: [['luna node disarm -g compute', 'none of them is installed from now on']],
  changes: 'told',
  async run(context, _given, names) {
    const { disarmNodes } = await import('../../task/boot/arm.ts')
    reportOutcome(context, await disarmNodes(await context.store(), names))
  },
})
