// What about a MongoDB itself should be known: it works, but not as safely or as fast as it could.
import type { Hello } from './client.ts'

// From here on a difference of clocks matters, in milliseconds: learned MAC addresses live for five minutes.
const mostSkew = 60_000

/** A line for people for each thing; `whyNoIndexes` when some could not be made. */
export function adviceOn(hello: Hello, now: Date, whyNoIndexes?: string): string[] {
  const skew = hello.localTime ? hello.localTime.getTime() - now.getTime() : 0
  return [
    ...(hello.setName === undefined && hello.msg !== 'isdbgrid' ? [singleServer] : []),
    ...((hello.arbiters ?? []).length > 0 ? [arbiter] : []),
    ...(Math.abs(skew) > mostSkew ? [clock(Math.round(skew / 1000))] : []),
    ...(whyNoIndexes === undefined
      ? []
      : [`MongoDB lacks indexes, so that lookups are slow: ${whyNoIndexes}`]),
  ]
}

const singleServer =
  'MongoDB is a single server: as a replica set of one member it keeps changes safer (see "One server" in luna.conf(5))'

const arbiter =
  'MongoDB has an arbiter: nothing can be changed while one of the members that hold data is down'

function clock(seconds: number): string {
  const [by, side] = seconds > 0 ? [seconds, 'ahead of'] : [-seconds, 'behind']
  return `the clock of MongoDB is ${by} seconds ${side} this machine's: what switches saw expires by it`
}
