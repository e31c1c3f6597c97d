// Machines that ask what to boot and are no node: the last of them, for the page. Everybody on the wire can
// say that it is one.
import { type Mac, readMac } from '../net/mac.ts'

/** So many are remembered, for so many milliseconds since they asked last. */
const mostUnknown = 200
export const unknownFor = 900_000

/** A machine that asked. */
export interface Unknown {
  /** The MAC address that it boots from. */
  readonly mac: Mac
  readonly address: string
  /** Milliseconds since 1970. */
  readonly first: number
  readonly last: number
  readonly times: number
}

export interface UnknownAsked {
  readonly mac: Mac
  readonly address: string
  readonly time: number
}

/** Those that are remembered after some more have asked: the newest of them. */
export function withAsked(known: readonly Unknown[], asked: readonly UnknownAsked[], now: number): Unknown[] {
  const byMac = new Map(known.map((one) => [one.mac, one]))
  for (const { mac, address, time } of asked) {
    const { first = time, times = 0 } = byMac.get(mac) ?? {}
    byMac.set(mac, { mac, address, first, last: time, times: times + 1 })
  }
  return [...byMac.values()]
    .filter(({ last }) => now - last < unknownFor)
    .sort((a, b) => b.last - a.last)
    .slice(0, mostUnknown)
}

/** The machines in a report; what is damaged is left out. */
export function readUnknown(told: unknown): Unknown[] {
  if (!Array.isArray(told)) return []
  return told.flatMap((one: Partial<Record<keyof Unknown, unknown>> | null) => {
    const mac = readMac(String(one?.mac))
    const { address, first, last, times } = one ?? {}
    if (!mac || typeof address !== 'string') return []
    const [a, b, n] = [Number(first), Number(last), Number(times)]
    return Number.isFinite(a + b + n) ? [{ mac, address, first: a, last: b, times: n }] : []
  })
}
