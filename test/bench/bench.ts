// What a bench is: it sets itself up in a directory of its own, measures something against something else,
// and gives tables.

export interface Bench {
  /** One line: what against what. */
  readonly about: string
  /** It is ended after so many seconds. */
  readonly limit: number
  /** `own`: in a network namespace of its own, with loopback and nothing else; needs root. */
  readonly network: 'own' | 'host'
  run(place: Place): Promise<readonly Table[]>
}

/** Where a bench runs. All processes that it leaves behind are ended, and its directory is removed. */
export interface Place {
  readonly dir: string
  /** Says what is going on, for those who wait. */
  say(text: string): void
  /** Called when the bench is over, however it went; the last one first. */
  after(clean: () => unknown): void
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** Sentences below the table. */
  readonly notes?: readonly string[]
}

/** The ratio of two figures, with two digits behind the point. */
export function ratio(one: number, other: number): string {
  return Number.isFinite(one / other) ? (one / other).toFixed(2) : '-'
}

/** A figure as people read it: three digits that count. */
export function figure(value: number, unit = ''): string {
  if (!Number.isFinite(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  const text = value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? ',' : '')
  return unit ? `${text} ${unit}` : text
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
