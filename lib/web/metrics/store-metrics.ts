// What is counted of the cluster at the moment of asking, in the text format of Prometheus.
import { Gauge, Registry } from 'prom-client'
import type { Figures } from '../../task/page/figures.ts'

/** The figures, and how long the store took to tell them; null: it cannot be reached. */
export async function storeMetrics(told: { figures: Figures; seconds: number } | null): Promise<string> {
  const registry = new Registry()
  const gauge = (name: string, help: string, rows: readonly (readonly [object, number])[]) => {
    const labelNames = [...new Set(rows.flatMap(([labels]) => Object.keys(labels)))]
    const made = new Gauge({ name, help, labelNames, registers: [registry] })
    for (const [labels, value] of rows) made.set({ ...labels }, value)
  }
  gauge('luna_store_up', 'Whether the store can be reached', [[{}, told ? 1 : 0]])
  if (!told) return await registry.metrics()
  const { nodes, images, peers, seeders, doctors } = told.figures
  gauge('luna_store_read_seconds', 'Seconds that reading these figures took', [[{}, told.seconds]])
  gauge(
    'luna_nodes',
    'Nodes by the step that they are at',
    [...nodes].map(([step, n]) => [{ step }, n]),
  )
  gauge('luna_images', 'Images that nodes can be installed with, or not yet', byState(images))
  gauge('luna_tracker_peers', 'Torrent clients that the tracker knows', byState(peers))
  gauge('luna_seeder_images', 'Images that ltorrent offers', perHead(seeders, 'images'))
  gauge('luna_seeder_peers', 'Clients that are connected to ltorrent', perHead(seeders, 'peers'))
  gauge(
    'luna_seeder_uploaded_bytes',
    'Bytes that ltorrent has sent since it started',
    perHead(seeders, 'uploaded'),
  )
  gauge('luna_seeder_age_seconds', 'Seconds since ltorrent told of itself', perHead(seeders, 'age'))
  const findings = doctors.flatMap(({ head, age: _age, ...counts }) =>
    byState(counts).map(([labels, count]) => [{ head, ...labels }, count] as const),
  )
  gauge('luna_doctor_findings', 'Findings of luna doctor by their state', findings)
  gauge('luna_doctor_age_seconds', 'Seconds since luna doctor looked at the head', perHead(doctors, 'age'))
  return await registry.metrics()
}

function byState(counts: object): (readonly [{ state: string }, number])[] {
  return Object.entries(counts).map(([state, count]) => [{ state }, Number(count)] as const)
}

function perHead<F extends string>(
  rows: readonly ({ readonly head: string } & Readonly<Record<F, number>>)[],
  field: F,
): (readonly [{ head: string }, number])[] {
  return rows.map((row) => [{ head: row.head }, row[field]] as const)
}
