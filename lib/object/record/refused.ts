// Who was refused that asked as a node: the last of them, for `luna node why`. Everybody on the wire can ask
// as any node, so there is no more of each node than of its last few askers.

/** So many are remembered, for so many milliseconds since they asked last; of one node so many. */
const mostRefused = 1000
export const refusedFor = 3_600_000
const mostOfNode = 3

export interface RefusedAsked {
  /** The name of the node that was asked for. */
  readonly node: string
  readonly address: string
  /** What was said to who asked, and the command that lets it in. */
  readonly why: string
  readonly fix: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/** The newest of both, with the last word of each asker of a node. */
export function withRefused(
  known: readonly RefusedAsked[],
  asked: readonly RefusedAsked[],
  now: number,
): RefusedAsked[] {
  const last = new Map<string, RefusedAsked>()
  for (const one of [...known, ...asked]) {
    const key = `${one.node} ${one.address}`
    last.delete(key)
    last.set(key, one)
  }
  const kept = new Map<string, number>()
  return [...last.values()]
    .reverse()
    .filter(({ node, time }) => {
      const count = (kept.get(node) ?? 0) + 1
      kept.set(node, count)
      return count <= mostOfNode && now - time < refusedFor
    })
    .slice(0, mostRefused)
    .reverse()
}

/** The askers in a report; what is damaged is left out. */
export function readRefused(told: unknown): RefusedAsked[] {
  if (!Array.isArray(told)) return []
  return told.flatMap((one: Partial<Record<keyof RefusedAsked, unknown>> | null) => {
    const { node, address, why, fix } = one ?? {}
    const time = Number(one?.time)
    const texts = [node, address, why, fix].every((text) => typeof text === 'string')
    return texts && Number.isFinite(time) ? [{ ...(one as RefusedAsked), time }] : []
  })
}
