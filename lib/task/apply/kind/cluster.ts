// The cluster as a document describes it: there is one, which is changed and never made or removed.
import { changeCluster } from '../../change/cluster.ts'
import type { ClusterChange } from '../../change/cluster-fields.ts'
import { getCluster } from '../../inventory.ts'
import { type Applying, changedOf, typed } from './apply-one.ts'

export async function applyCluster({ tx, entry, name, fields, faults, note }: Applying): Promise<void> {
  const old = await getCluster(tx)
  if (old.name !== name) {
    const why = `there is one cluster, and it is called ${JSON.stringify(old.name)}`
    faults.add(entry, ['name'], { what: `there is no cluster ${JSON.stringify(name)}`, why, fix: undefined })
    return
  }
  const change = typed<ClusterChange>(changedOf('cluster', old, fields))
  if (Object.keys(change).length > 0) note(await changeCluster(tx, change))
}
