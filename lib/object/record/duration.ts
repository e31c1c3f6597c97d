// Spans of time as people give and read them.
import { LunaError } from '../../error.ts'

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const
type Unit = keyof typeof seconds

/**
 * The seconds of `90s`, `10m`, `2h` or `1d`; a bare number is seconds, blanks around it do not count. Throws
 * LunaError `usage`.
 */
export function parseSpan(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text.trim()) ?? []
  if (number !== undefined) return Number(number) * seconds[(unit || 's') as Unit]
  throw new LunaError('usage', `${JSON.stringify(text)} is no span of time`, {
    fix: 'write it like 90s, 10m, 2h or 1d',
  })
}

/** A span in its largest unit, as one word: `59s`, `10m`, `3h`, `2d`. It is rounded down. */
export function spanText(span: number): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => span >= seconds[one]) ?? 's'
  return `${Math.floor(span / seconds[unit])}${unit}`
}

/** Seconds as one reads them off a clock: `0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`. */
export function lengthText(span: number): string {
  if (span < 10) return `${span.toFixed(1)} s`
  const whole = Math.round(span)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** Bytes, or bytes per second with `/s` behind it: `1.5 GB`, `118 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** at
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at]}`
}
