// Peer ids of nodes: 20 octets (BEP 3), in which a node shows its host name. Initramfs images of the first
// Luna cut a longer one, so that several nodes have one id, and peers with one id give each other nothing.

/** The octets of a peer id (BEP 3). */
export const peerIdLength = 20

/** Whether a peer id holds the whole of a host name. */
export function fitsPeerId(host: string): boolean {
  return host.length <= peerIdLength
}

/**
 * The host names that cannot be told apart by their first 20 octets, by these octets: lists of two or more
 * names, in the order in which they came.
 */
export function alikePeers(hosts: readonly string[]): Map<string, string[]> {
  const long = hosts.filter((host) => host.length >= peerIdLength)
  const alike = Map.groupBy(long, (host) => host.slice(0, peerIdLength))
  return new Map([...alike].filter(([, same]) => same.length > 1))
}
