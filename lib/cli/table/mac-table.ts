// What switches have seen, as tables and sentences: luna cluster listmacs, luna node discover.

import { mostPerPort } from '../../task/boot/switch-port.ts'
import type { Explanation, SeenPlace } from '../../task/show/explain-mac.ts'
import type { SeenMac } from '../../task/show/listmacs.ts'
import { duration } from './show-table.ts'
import { shown, table } from './table.ts'

/** The table of listmacs; with `age` a column more than scripts of the first Luna know. */
export function macTable(seen: readonly SeenMac[], { age: withAge }: { readonly age: boolean }): string {
  const rows = seen.map(({ switch: name, port, portname, mac, age, configured, node }) => [
    ...[name, port, portname, mac],
    configured ? 'yes' : 'no',
    node ?? '-',
    ...(withAge ? [duration(age)] : []),
  ])
  const titles = ['Switch', 'Port', 'Portname', 'MAC', 'Confport', 'Node', ...(withAge ? ['Age'] : [])]
  return table(titles, rows)
}

/** The table of all MAC addresses that switches have seen, with what becomes of each. */
export function discoverTable(all: readonly Explanation[]): string {
  const rows = all.map((one) => [
    one.mac,
    one.node ?? '',
    one.seen.map(({ switch: name, port, portname }) => `${name} ${port} ${portname}`).join('\n'),
    one.seen.map(({ age }) => duration(age)).join('\n'),
    one.seen.map(({ macs }) => String(macs)).join('\n'),
    one.seen.map(({ expected }) => expected.join(',')).join('\n'),
    one.verdict === 'matched' ? `${one.verdict} (${one.candidates.join(',')})` : one.verdict,
  ])
  return table(['MAC', 'Node', 'Seen at', 'Age', 'MACs there', 'Configured there', 'Verdict'], rows)
}

/** One MAC address in sentences. */
export function discoverText(one: Explanation): string {
  const lines = [one.mac, ...one.seen.map((place) => `  ${placeText(place)}`), `  => ${verdictText(one)}`]
  return `${lines.map(shown).join('\n')}\n`
}

function placeText({ switch: name, port, portname, age, macs, expected }: SeenPlace): string {
  const called = portname === port ? '' : ` (${portname})`
  const crowd = macs > 1 ? `one of ${macs} MAC addresses` : 'the only MAC address'
  const who = expected.length > 0 ? expected.join(', ') : 'nobody'
  return `seen ${duration(age)} ago at ${name} port ${port}${called}, ${crowd} there; configured there: ${who}`
}

function verdictText({ mac, verdict, node, candidates }: Explanation): string {
  const names = candidates.join(', ')
  switch (verdict) {
    case 'known': {
      const other = candidates.length > 0 && !candidates.includes(node ?? '')
      return `it is ${node}${other ? `, though it is seen where ${names} is configured` : ''}`
    }
    case 'matched':
      return `it becomes ${names} when it asks what to boot`
    case 'unseen':
      return 'no switch has told of it: see that the machine is on, that its switch is known (luna switch list), and what lweb says of that switch'
    case 'unexpected':
      return 'no node is configured there: luna node change NODE --switch SWITCH --port PORT'
    case 'crowded':
      return `it is not taken for ${names}: more than ${mostPerPort} MAC addresses at a port are an uplink (or: luna node change NODE --mac ${mac})`
    case 'ambiguous':
      return `it could be any of ${names}: correct switch and port of all but one`
    default:
      return verdict satisfies never
  }
}
