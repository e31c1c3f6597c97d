// luna node discover: why a machine is taken for a node, or not.
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import { command } from '../command.ts'
import { jsonOption, jsonText } from '../rows.ts'

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
