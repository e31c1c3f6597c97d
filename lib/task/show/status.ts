// The status of a node as facts: the step as the node told it, and its parts.
import type { Status } from '../../object/field.ts'

/** `install.download 13` is phase `install.download` with percent 13; most steps have no percent. */
export function statusFacts({ step, time }: Status) {
  const [, phase = step, percent] = /^(\S+) (\d{1,3})%?$/.exec(step) ?? []
  return { step, phase, ...(percent !== undefined && { percent: Number(percent) }), time: time.toISOString() }
}
