// The addresses that machines get which are not known: what to propose for a network.
import { formatIp, type Prefix, parseIp } from '../../object/net/address.ts'

/**
 * The first eighth of the upper half, `FIRST-LAST`, since nodes get the lowest addresses; with the head's
 * address in it, that of the lower half's second quarter. Undefined for a network with less than 32
 * addresses.
 */
export function proposeRange({ base, length }: Prefix, head: string): string | undefined {
  const size = 1n << BigInt(32 - length)
  if (size < 32n) return undefined
  const taken = parseIp(head)?.value ?? 0n
  const at = (offset: bigint) => [base + offset + 1n, base + offset + size / 8n] as const
  const ranges = [at(size / 2n), at(size / 4n)]
  const [first, last] = ranges.find(([start, end]) => taken < start || taken > end) ?? at(0n)
  return `${formatIp(4, first)}-${formatIp(4, last)}`
}
