// What lpower says: a line per node, and which nodes did not obey and why.
import { LunaError, sentence } from '../../error.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import type { Powered } from '../../task/power.ts'
import { shown } from '../table/table.ts'

/** `node001: on`, or `node001: Error: ...`. */
export function powerLine({ node, result }: Powered): string {
  return `${shown(node)}: ${result instanceof LunaError ? `Error: ${shown(withWhy(result))}` : shown(result)}\n`
}

/** A line per answer, in the order in which the answers came first, with the nodes that gave it. */
export function foldedLines(all: readonly Powered[]): string[] {
  const answers = Map.groupBy(all, (one) => powerLine({ ...one, node: '' }))
  return [...answers].map(([answer, same]) => shown(compressHostlist(same.map(({ node }) => node))) + answer)
}

/** All of it for scripts: `[{"node", "result"}]`, or with `error` in place of the result. */
export function powerJson(all: readonly Powered[]): string {
  const objects = all.map(({ node, result }) =>
    result instanceof LunaError ? { node, error: sentence(result) } : { node, result },
  )
  return `${JSON.stringify(objects, null, 2)}\n`
}

/** A line per reason, with the nodes that it holds for and what to do. Empty when all obeyed. */
export function failureLines(all: readonly Powered[]): string[] {
  const failed = all.flatMap(({ node, result }) =>
    result instanceof LunaError ? [{ node, error: result }] : [],
  )
  const reasons = Map.groupBy(failed, ({ error }) => `${error.message}${error.fix ? ` (${error.fix})` : ''}`)
  return [...reasons].map(([why, nodes]) => {
    const names = compressHostlist(nodes.map(({ node }) => node))
    return `${nodes.length} of ${all.length} failed: ${names}: ${why}`
  })
}

function withWhy({ message, why }: LunaError): string {
  return why ? `${message}: ${why.replaceAll('\n', ' ')}` : message
}
