// Whole numbers as operators give them: one rule for options, operands and documents.

/**
 * The number of a text. Blanks around it do not count and it may have a sign, as for the first Luna: scripts
 * hand on what wc(1) or a table says. Undefined for what is no whole number, or one beyond 2^53.
 */
export function wholeNumber(text: string): number | undefined {
  const number = Number(text)
  return /^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}
