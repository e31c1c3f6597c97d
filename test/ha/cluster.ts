// The cluster of two heads, made on the first one with Luna's commands.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { insertLinked } from '../../lib/task/change/reference-counts.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import { addresses, type Pair } from './pair.ts'

/** Network, image, group and one node; needs head a to have the frontend address. */
export async function makeCluster(pair: Pair): Promise<void> {
  const { a, b, floating } = addresses
  await commands(pair, [
    ['cluster', 'init', '--user', 'root', '--frontend_address', floating, '--path', clusterPath(pair)],
    ['cluster', 'change', '--cluster_ips', `${a},${b}`],
    ['network', 'add', '-n', 'cluster', '-N', '10.30.0.0', '-P', '16'],
  ])
  // Its tree is none of a real system, which "osimage add" would want.
  await inStore(pair, async (store) => {
    const { id } = await getCluster(store)
    await insertLinked(store, id, 'osimage', { name: 'compute', path: join(clusterPath(pair), 'os/compute') })
  })
  await commands(pair, [
    ['group', 'add', '-n', 'compute', '-o', 'compute', '-N', 'cluster'],
    ['node', 'add', '-n', 'node001', '-g', 'compute'],
    ['node', 'change', 'node001', '--mac', '52:54:00:00:00:01'],
  ])
}

/** The path of the cluster, as every head sees its own. */
export function clusterPath(pair: Pair): string {
  return join(pair.dir, 'here/luna')
}

/** Works on the store that both heads share. */
export async function inStore<T>(pair: Pair, work: (store: Store) => Promise<T>): Promise<T> {
  const config = { store: { embedded: join(pair.dir, 'store/luna.db') } }
  const store = await openStore(config as Parameters<typeof openStore>[0])
  try {
    return await store.transaction(work)
  } finally {
    await store.close()
  }
}

async function commands(pair: Pair, all: readonly (readonly string[])[]): Promise<void> {
  for (const command of all) {
    const { status, output } = await pair.a.luna(...command)
    assert.equal(status, 0, `luna ${command.join(' ')}: ${output}`)
  }
}
