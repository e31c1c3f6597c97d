// What can go wrong, as people and programs are told it: one class, a closed set of codes, and the two tables
// that turn a code into an exit status (the numbers that scripts of the first Luna know) and into an HTTP
// status.

export type Code =
  | 'usage' // the command line itself is wrong
  | 'invalid' // a value is not acceptable
  | 'failed' // the operation was tried and did not succeed
  | 'not-found' // the named object does not exist
  | 'taken' // the name, address or path is in use
  | 'forbidden' // who asks over the network has no right to it
  | 'refused' // a rule forbids it (linked objects, passive head, a name that is not safe)
  | 'unavailable' // the store or a needed service cannot be reached
  | 'unsupported' // the database is of a version that this program does not know
  | 'internal' // a defect of Luna's own

/** Exit statuses of the command line; a command that has others says so in its row (lib/cli/command.ts). */
export const exitStatus = {
  usage: 2,
  invalid: 1,
  failed: 1,
  forbidden: 1,
  refused: 1,
  internal: 1,
  'not-found': 255,
  taken: 255,
  unavailable: 255,
  unsupported: 255,
} satisfies Record<Code, number>

/**
 * Exit statuses of one command, where they are not those of the codes: scripts of the first Luna know them.
 */
export type Exits = { readonly [C in Code]?: number }

/** HTTP statuses of lweb: a broken store is never "no such node". */
export const httpStatus = {
  usage: 400,
  invalid: 400,
  forbidden: 403,
  refused: 403,
  unsupported: 403,
  'not-found': 404,
  taken: 409,
  failed: 500,
  internal: 500,
  unavailable: 503,
} satisfies Record<Code, number>

export interface Details {
  /** The sentence that says why, where `what` alone does not. */
  why?: string
  /**
   * The sentence that says what to do about it, best of all a command. null only where no
   * person can do anything: defects of our own, interruptions, malformed requests of
   * machines, what the tracker tells clients.
   */
  fix: string | null
  cause?: unknown
}

/** An error meant for a person: what happened, why, and what to do. */
export class LunaError extends Error {
  readonly code: Code
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(code: Code, what: string, details: Details) {
    super(what, 'cause' in details ? { cause: details.cause } : {})
    this.name = 'LunaError'
    this.code = code
    this.why = details.why
    this.fix = details.fix ?? undefined
  }
}

/** One line for a log or terminal: "what: why (fix)". Anything thrown is taken. */
export function sentence(error: unknown): string {
  if (!(error instanceof LunaError)) return error instanceof Error ? error.message : String(error)
  const why = error.why ? `: ${error.why}` : ''
  const fix = error.fix ? ` (${error.fix})` : ''
  return error.message + why + fix
}
