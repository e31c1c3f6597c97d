// Machines that asked what to boot lately, and are no node.
import type { Mac } from '../../object/net/mac.ts'
import { readUnknown, type Unknown, unknownFor } from '../../object/record/unknown.ts'
import type { Store } from '../../store/store.ts'

/** Those that asked any head, the last one first. `known`: whether a MAC address is that of a node by now. */
export async function strangers(store: Store, now: number, known: (mac: Mac) => boolean): Promise<Unknown[]> {
  const told = (await store.headReports('unknown')).flatMap((report) => readUnknown(report.told))
  return told
    .filter(({ mac, last }) => now - last < unknownFor && !known(mac))
    .sort((a, b) => b.last - a.last)
}
