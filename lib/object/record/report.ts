// What a node had to say of a step that failed.

/** So many bytes of output may a node send. */
export const mostReportBytes = 16 * 1024

export interface Report {
  readonly step: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** The command that failed and its exit status, where the node told them. */
  readonly command?: string
  readonly status?: number
  /** The last lines of the output; control characters as `\xNN`. */
  readonly lines: readonly string[]
}
