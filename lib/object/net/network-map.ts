// The map of a network: which addresses are taken, by whom, and which are free, in ranges.
import type { Range } from '../field.ts'
import { compressHostlist, counted } from '../hostlist.ts'
import { type Network, prefixOf } from '../network.ts'
import { lastHost } from './address.ts'
import type { AddressUse } from './address-use.ts'
import { complement, tidy } from './freelist.ts'

/** Addresses that are alike, relative to the network. */
export interface MapRange extends Range {
  /** `reserved` addresses are in nobody's hands and are given to nobody. */
  readonly state: 'taken' | 'reserved' | 'free'
  /** Who has them, with names folded; '' of free and reserved ones. */
  readonly who: string
}

/** All addresses for hosts of the network, ascending. The uses may be those of other networks, too. */
export function networkMap(network: Network, uses: readonly AddressUse[]): MapRange[] {
  const taken = runsOf(uses.filter((use) => use.network === network.id))
  const free = tidy(network.freelist, prefixOf(network))
  const open = split(complement(taken, prefixOf(network)), free)
  return [...taken.map((run): MapRange => ({ ...run, state: 'taken' })), ...open].sort(byStart)
}

interface Run extends Range {
  readonly who: string
}

/** Addresses that follow each other and have users of the same kind, as one range. */
function runsOf(uses: readonly AddressUse[]): Run[] {
  const runs: { start: bigint; end: bigint; uses: AddressUse[] }[] = []
  for (const use of uses.toSorted(byStart)) {
    const run = runs.at(-1)
    const last = run?.uses.at(-1)
    const goesOn = run && last && use.start <= run.end + 1n && alikeText(use) === alikeText(last)
    const shares = run && use.start <= run.end
    if (run && (goesOn || shares)) {
      run.uses.push(use)
      if (use.end > run.end) run.end = use.end
    } else runs.push({ start: use.start, end: use.end, uses: [use] })
  }
  return runs.map(({ uses: all, ...range }) => ({ ...range, who: whoText(all) }))
}

function alikeText({ host, who }: AddressUse): string {
  return host ? `${host.kind} ${host.on ?? ''}` : who
}

function whoText(uses: readonly AddressUse[]): string {
  const groups = Map.groupBy(uses, alikeText).values()
  return [...groups]
    .map((some) => {
      const [{ host, who } = { who: '' }] = some
      if (!host) return who
      const names = compressHostlist(some.flatMap((use) => (use.host ? [use.host.name] : [])))
      return `${counted(some.length, host.kind)}${host.on === undefined ? '' : ` on ${host.on}`}: ${names}`
    })
    .join('; ')
}

/** Ranges that nobody has, in order: the parts of them that are free, and those that are reserved. */
function split(gaps: readonly Range[], free: readonly Range[]): MapRange[] {
  const parts: MapRange[] = []
  const add = (start: bigint, end: bigint, state: 'reserved' | 'free') => {
    if (start <= end) parts.push({ start, end, state, who: '' })
  }
  let at = 0
  for (const gap of gaps) {
    let next = gap.start
    for (let range = free[at]; range && range.start <= gap.end; range = free[++at]) {
      const [start, end] = [most(range.start, next), least(range.end, gap.end)]
      if (start <= end) {
        add(next, start - 1n, 'reserved')
        add(start, end, 'free')
        next = end + 1n
      }
      // It may go on behind the next user.
      if (range.end > gap.end) break
    }
    add(next, gap.end, 'reserved')
  }
  return parts
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function byStart(a: Pick<Range, 'start'>, b: Pick<Range, 'start'>): number {
  return a.start < b.start ? -1 : Number(a.start > b.start)
}

/**
 * The whole network as a line of so many signs: `#` where all addresses are taken, `+` where some are, `.`
 * where none is. A small network has a sign for each address.
 */
export function mapLine(network: Network, ranges: readonly MapRange[], signs: number): string {
  const hosts = lastHost(prefixOf(network))
  const cells = hosts < BigInt(signs) ? hosts : BigInt(signs)
  const used = ranges.filter(({ state }) => state !== 'free')
  return Array.from({ length: Number(cells) }, (_, at) => {
    const [from, to] = [(hosts * BigInt(at)) / cells + 1n, (hosts * BigInt(at + 1)) / cells]
    const inCell = used.reduce((sum, { start, end }) => {
      const [low, high] = [most(start, from), least(end, to)]
      return low <= high ? sum + high - low + 1n : sum
    }, 0n)
    return inCell === 0n ? '.' : inCell === to - from + 1n ? '#' : '+'
  }).join('')
}
