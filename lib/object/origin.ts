// What a line of a generated file came from, so that an objection to it can be told in
// terms of what a person wrote.

export interface Source {
  /** As it is called in a message: `the include of network "cluster"`. */
  readonly name: string
  /** What to do about it. */
  readonly fix: string
}

/** Gives the source of a line (from 1), or of the whole file where the line is not known. */
export type Origin = (line: number | undefined) => Source

/** A text as it stands in the file. It reaches down to the next one. */
export interface Part {
  readonly text: string
  readonly source: Source
}

/**
 * The origin of the lines of a file: its parts, which stand in it in this order, and the
 * source of all other lines.
 */
export function originIn(file: string, parts: Iterable<Part>, otherwise: Source): Origin {
  return (line) => {
    if (line === undefined) return otherwise
    let found = otherwise
    let from = 0
    for (const { text, source } of parts) {
      const at = file.indexOf(text, from)
      if (at < 0) continue
      if (file.slice(0, at).split('\n').length > line) break
      found = source
      from = at + text.length
    }
    return found
  }
}
