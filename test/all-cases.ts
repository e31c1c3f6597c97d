// Tests that try many combinations try every pair of values, and whole heads under load are left out, unless
// `npm run test:all-cases` asks for all.

/** True where the whole product of values is to be tried, however long it takes. */
export const allCases = process.env.LUNA_TEST_CASES === 'all'

/** Values by the name of what they are values of. */
export type Choices = Readonly<Record<string, readonly string[]>>

/** One value of each. */
export type Case<C extends Choices> = { readonly [K in keyof C]: C[K][number] }

/** Every combination. */
export function product<C extends Choices>(choices: C): Case<C>[] {
  const names = Object.keys(choices)
  return names.reduce<Record<string, string>[]>(
    (rows, name) => rows.flatMap((row) => (choices[name] ?? []).map((value) => ({ ...row, [name]: value }))),
    [{}],
  ) as Case<C>[]
}

/**
 * Rows in which each pair of values of two different choices stands together at least
 * once: greedy, the same every time.
 */
export function pairs<C extends Choices>(choices: C): Case<C>[] {
  const names = Object.keys(choices)
  const missing = new Set<string>()
  for (const [a, b] of names.flatMap((one, n) => names.slice(n + 1).map((two) => [one, two] as const))) {
    for (const x of choices[a] ?? []) for (const y of choices[b] ?? []) missing.add(pairKey(a, x, b, y))
  }
  const rows: Record<string, string>[] = []
  for (const first of missing) {
    const row = startOf(first)
    for (const name of names)
      row[name] ??= best(choices[name] ?? [], (value) => gain(row, name, value, names, missing))
    for (const key of pairsOf(row, names)) missing.delete(key)
    rows.push(row)
  }
  return rows as Case<C>[]
}

const pairKey = (a: string, x: string, b: string, y: string): string => JSON.stringify([a, x, b, y])

function startOf(key: string): Record<string, string> {
  const [a, x, b, y] = JSON.parse(key) as [string, string, string, string]
  return { [a]: x, [b]: y }
}

function pairsOf(row: Readonly<Record<string, string>>, names: readonly string[]): string[] {
  return names.flatMap((a, n) => names.slice(n + 1).map((b) => pairKey(a, row[a] ?? '', b, row[b] ?? '')))
}

/** How many missing pairs a value would add to what the row has. */
function gain(
  row: Readonly<Record<string, string>>,
  name: string,
  value: string,
  names: readonly string[],
  missing: ReadonlySet<string>,
): number {
  const at = names.indexOf(name)
  return names.filter((other, n) => {
    const given = row[other]
    if (given === undefined) return false
    return missing.has(n < at ? pairKey(other, given, name, value) : pairKey(name, value, other, given))
  }).length
}

function best(values: readonly string[], score: (value: string) => number): string {
  return values.reduce((most, value) => (score(value) > score(most) ? value : most))
}
