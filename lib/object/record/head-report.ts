// What is told of a head now and then by something that runs there, for those who cannot look themselves: the
// page, the metrics, commands without root. Each report takes the place of the one before.

/**
 * The findings of `luna doctor` as root, and what it heard of BMCs; figures of ltorrent; machines that ask
 * lweb and are no node, and those that are refused.
 */
export const reportTopics = ['doctor', 'power', 'seeder', 'unknown', 'refused'] as const
export type ReportTopic = (typeof reportTopics)[number]

export interface HeadReport {
  readonly topic: ReportTopic
  /** The name of the head. */
  readonly head: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** What JSON can say. Who reads it sees what it is. */
  readonly told: unknown
}
