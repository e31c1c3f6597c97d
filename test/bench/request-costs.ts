// What requests take of a worker, whichever store is behind it.
import { figure, ratio, type Table } from './bench.ts'

/** What lweb takes for a request. */
export interface Cost {
  readonly what: string
  readonly store: string
  readonly nodes: number
  /** Milliseconds of the worker's processor. */
  readonly worker: number
  /** Commands to the server of the database. */
  readonly commands: number
}

/** What both stores take, side by side: what does not depend on the speed of a server. */
export function costTable(costs: readonly Cost[]): Table {
  const embedded = costs.filter(({ store }) => store === 'embedded')
  return {
    title: 'What a request takes of a worker',
    columns: ['asked', 'nodes', 'embedded: ms', 'MongoDB: ms', 'to embedded', 'MongoDB: commands'],
    rows: embedded.map(({ what, nodes, worker }) => {
      const other = costs.find((one) => one.store !== 'embedded' && one.what === what && one.nodes === nodes)
      const own = [what, nodes, figure(worker)]
      return other
        ? [...own, figure(other.worker), ratio(other.worker, worker), figure(other.commands)]
        : [...own, '-', '-', '-']
    }),
    notes: [
      'Milliseconds of its processor, without what the server of MongoDB takes; commands where one node asks after the other.',
    ],
  }
}
