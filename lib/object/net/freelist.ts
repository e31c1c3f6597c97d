// The free addresses of a network: ranges of relative addresses, inclusive, sorted, never touching. Every
// function gives a new list and leaves the old one as it is; an exhausted network has the empty list.
import { LunaError } from '../../error.ts'
import type { Range } from '../field.ts'
import { lastHost, type Prefix } from './address.ts'

type Free = readonly Range[]

/** The list of a network in which nothing is taken: all but base and broadcast. */
export function fullRange(prefix: Prefix): Range[] {
  return [{ start: 1n, end: lastHost(prefix) }]
}

/**
 * True when hosts may have these addresses: neither the base, nor the broadcast address, nor anything
 * outside.
 */
export function isUsable(prefix: Prefix, start: bigint, end: bigint = start): boolean {
  return start >= 1n && start <= end && end <= lastHost(prefix)
}

/** Takes the lowest free address; undefined when there is none. */
export function takeLowest(free: Free): { offset: bigint; free: Range[] } | undefined {
  const [first, ...others] = free
  if (!first) return undefined
  const { start, end } = first
  return { offset: start, free: start < end ? [{ start: start + 1n, end }, ...others] : others }
}

/** Takes the addresses from `start` to `end`; undefined unless all of them are free. */
export function reserve(free: Free, start: bigint, end: bigint = start): Range[] | undefined {
  const at = firstEndingFrom(free, start)
  const range = free[at]
  if (!range || start > end || start < range.start || end > range.end) return undefined
  const rest: Range[] = []
  if (range.start < start) rest.push({ start: range.start, end: start - 1n })
  if (end < range.end) rest.push({ start: end + 1n, end: range.end })
  return free.toSpliced(at, 1, ...rest)
}

/**
 * Gives the addresses from `start` to `end` back; those already free stay free. Whether they are usable in
 * the network is for the caller to ask (`isUsable`); the base address and an upside-down range throw
 * LunaError `invalid`.
 */
export function release(free: Free, start: bigint, end: bigint = start): Range[] {
  if (start < 1n || end < start) {
    throw new LunaError('invalid', `relative addresses ${start} to ${end} cannot be released`, {
      why: 'the first address of a network belongs to no host, and a range ends where it starts or later',
      fix: 'look for what is damaged: luna cluster check',
    })
  }
  const from = firstEndingFrom(free, start - 1n)
  let to = from
  const merged = { start, end }
  for (let range = free[to]; range && range.start <= end + 1n; range = free[++to]) {
    if (range.start < merged.start) merged.start = range.start
    if (range.end > merged.end) merged.end = range.end
  }
  return free.toSpliced(from, to - from, merged)
}

/** True when all addresses from `start` to `end` are free. */
export function isFree(free: Free, start: bigint, end: bigint = start): boolean {
  const range = free[firstEndingFrom(free, start)]
  return range !== undefined && start <= end && range.start <= start && end <= range.end
}

/**
 * The list after a change of the prefix length: what a bigger network adds becomes free, what was taken stays
 * taken (the old tail too). Undefined when a smaller network would lose an address that is in use, or its new
 * broadcast address is. Relative addresses stay as they are, even where the base moves.
 */
export function resize(free: Free, oldPrefix: Prefix, newPrefix: Prefix): Range[] | undefined {
  if (oldPrefix.version !== newPrefix.version) return undefined
  const [oldLast, newLast] = [lastHost(oldPrefix), lastHost(newPrefix)]
  if (newLast > oldLast) return release(free, oldLast + 1n, newLast)
  return newLast < oldLast ? reserve(free, newLast + 1n, oldLast) : [...free]
}

/**
 * What is usable in the network and not in the list: the taken ranges of a free list, or the free list that
 * goes with taken ranges. The ranges may come in any order, overlap, and reach out of the network.
 */
export function complement(ranges: Free, prefix: Prefix): Range[] {
  const others: Range[] = []
  let next = 1n
  for (const { start, end } of ranges.toSorted(byStart)) {
    if (start > end) continue
    if (start > next) others.push({ start: next, end: min(start - 1n, lastHost(prefix)) })
    if (end >= next) next = end + 1n
    if (next > lastHost(prefix)) return others
  }
  return [...others, { start: next, end: lastHost(prefix) }]
}

/** The addresses of the first ranges that are in none of the others; both may come in any order. */
export function difference(ranges: Free, others: Free): Range[] {
  const away = others.toSorted(byStart)
  return ranges.toSorted(byStart).flatMap(({ start, end }) => {
    const rest: Range[] = []
    let next = start
    for (let at = firstEndingFrom(away, start); next <= end; at++) {
      const one = away[at]
      if (!one || one.start > end) {
        rest.push({ start: next, end })
        break
      }
      if (one.start > next) rest.push({ start: next, end: one.start - 1n })
      if (one.end >= next) next = one.end + 1n
    }
    return rest
  })
}

/**
 * A list as read from outside made sorted, merged and free of unusable addresses (old databases have some).
 */
export function tidy(free: Free, prefix: Prefix): Range[] {
  return complement(complement(free, prefix), prefix)
}

/** The index of the first range that ends at `offset` or later; the length of the list when none does. */
function firstEndingFrom(free: Free, offset: bigint): number {
  let low = 0
  let high = free.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const range = free[middle]
    if (range && range.end < offset) low = middle + 1
    else high = middle
  }
  return low
}

function byStart(a: Range, b: Range): number {
  return a.start < b.start ? -1 : Number(a.start > b.start)
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
