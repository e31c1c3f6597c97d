// What the swarm bench measures by one word, LUNA_BENCH_CASE: links, image, nodes, and against what. Each of
// its figures can be given alone: LUNA_BENCH_MBIT, LUNA_BENCH_MB, LUNA_BENCH_NODES, LUNA_BENCH_WAYS,
// LUNA_BENCH_PARTS.
import { figure } from './bench.ts'

/** What can be given, as it is given. */
interface Given {
  readonly MBIT: string
  readonly MB: string
  readonly NODES: string
  readonly WAYS: string
  readonly PARTS: string
}

const usual: Given = {
  ...{ MBIT: '50', MB: '50', NODES: '1,4,16,36,72' },
  ...{ WAYS: 'Luna,aria2,no web seed,HTTP', PARTS: 'growth,faults,alone' },
}
const besideHttp = { WAYS: 'Luna,HTTP', PARTS: 'growth' }
const crowd = { WAYS: 'Luna', PARTS: 'growth' }

const cases: Readonly<Record<string, Partial<Given>>> = {
  '': {},
  '1000': { ...besideHttp, MBIT: '1000', MB: '400', NODES: '1,2,4,8' },
  '200': { ...besideHttp, MBIT: '200', MB: '200', NODES: '1,4' },
  '100': { ...besideHttp, MBIT: '100', MB: '100', NODES: '1,8' },
  '50': { ...crowd, NODES: '1,16' },
  '20': { ...crowd, MBIT: '20', MB: '20', NODES: '1,36' },
  loopback: { PARTS: 'alone', MB: '1000' },
  faults: { PARTS: 'faults' },
}

/** What is to be measured. Throws when there is no such case. */
export function caseOf(env: NodeJS.ProcessEnv): Given {
  const chosen = cases[env.LUNA_BENCH_CASE ?? '']
  if (!chosen) throw new Error(`LUNA_BENCH_CASE: there are ${Object.keys(cases).join(' ')}`)
  const given = { ...usual, ...chosen }
  const names = Object.keys(given) as (keyof Given)[]
  return Object.fromEntries(names.map((name) => [name, env[`LUNA_BENCH_${name}`] ?? given[name]])) as {
    [name in keyof Given]: string
  }
}

/**
 * How fast so many nodes are to be: beside HTTP where links are fast, else to one node, since HTTP takes too
 * long to be waited for.
 */
export function wantedOf(nodes: number, mbit: number): string {
  const often = { 1: 0.95, 2: 1.2, 4: mbit > 200 ? 1.5 : 2, 8: mbit > 200 ? 1.6 : 4 }[nodes]
  return often === undefined ? `${nodes === 36 ? '1.50' : '1.35'} of one` : `HTTP takes ${figure(often)}`
}
/** The same for a swarm in which something dies for good, to one in which nothing does. */
export const wantedOfFault = '1.30'
