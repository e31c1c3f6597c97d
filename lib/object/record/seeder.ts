// What a seeder has to tell of itself.

export interface SeederFigures {
  /** Images that it offers, and clients that are connected to it. */
  readonly images: number
  readonly peers: number
  /** Bytes that it has sent since it started. */
  readonly uploaded: number
}

/** The figures in a report; undefined when it is damaged. */
export function readSeeder(told: unknown): SeederFigures | undefined {
  if (typeof told !== 'object' || told === null) return undefined
  const { images, peers, uploaded } = told as Partial<Record<keyof SeederFigures, unknown>>
  const sound = [images, peers, uploaded].every((value) => typeof value === 'number' && value >= 0)
  return sound ? { images: Number(images), peers: Number(peers), uploaded: Number(uploaded) } : undefined
}
