// The check of a whole database: every defect once, in an order in which repairing them one after the other
// is right.
import type { Defect, Snapshot } from './defect.ts'
import { addressDefects } from './defect-address.ts'
import { counterDefects } from './defect-link.ts'
import { macDefects, nameDefects } from './defect-name.ts'
import { orphanDefects } from './defect-orphan.ts'
import { peerDefects } from './defect-peer.ts'
import { portDefects } from './defect-port.ts'
import { referenceDefects } from './defect-reference.ts'
import { valueDefects } from './defect-value.ts'

/** With `keepReserved` the repairing of free lists leaves alone what is reserved and unused. */
export function findDefects(snapshot: Snapshot, keepReserved: boolean): Defect[] {
  const orphans = orphanDefects(snapshot)
  const references = referenceDefects(orphans.all)
  return [
    ...nameDefects({ all: orphans.all }),
    ...orphans.defects,
    ...macDefects(snapshot),
    ...references.defects,
    ...addressDefects(references.all, keepReserved),
    ...counterDefects(references.all, snapshot.counters),
    ...valueDefects(references.all),
    ...portDefects(references.all),
    ...peerDefects(references.all),
  ]
}
