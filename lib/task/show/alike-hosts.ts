// Nodes that an initramfs of the first Luna takes for one another, told when they come.
import type { Cluster } from '../../object/cluster.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import type { Network } from '../../object/network.ts'
import { hostName } from '../../object/node.ts'
import { alikePeers, peerIdLength } from '../../object/peer-id.ts'

/** A warning for the nodes with these names in one domain whose host names begin alike. */
export function alikeWarnings(names: readonly string[], domain: Network | undefined): string[] {
  return [...alikePeers(names.map((name) => hostName({ name }, domain)))].map(
    ([octets, hosts]) =>
      `${compressHostlist(hosts)}: these host names begin with the same ${peerIdLength} characters, ${octets}: with ` +
      'an initramfs of Luna 1.2 they give each other nothing of the image (choose shorter names, or a shorter domain)',
  )
}

/** The names that the next two nodes of a cluster could get by themselves. */
export function exampleNames({ nodeprefix, nodedigits }: Cluster): string[] {
  return ['1', '2'].map((number) => `${nodeprefix ?? ''}${number.padStart(nodedigits, '0')}`)
}
