// What the name server of a new network is called.

/**
 * The name that a pair of heads may share: `ctrl` for `ctrl1` and `ctrl-1`. Undefined unless the short host
 * name ends in a digit with something before it; only that last digit is cut, and one hyphen.
 */
export function sharedName(shortName: string): string | undefined {
  return /^(.+?)-?\d$/.exec(shortName)?.[1]
}
