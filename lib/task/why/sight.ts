// What was seen of a node and of its head, and the links that are made of it.
import type { Boot, BootStep } from '../../object/record/boot.ts'
import { spanText } from '../../object/record/duration.ts'
import type { RefusedAsked } from '../../object/record/refused.ts'
import type { Report } from '../../object/record/report.ts'
import type { Verdict } from '../doctor/check.ts'
import type { CardDrivers } from '../image/card-drivers.ts'

/** `seen`: it is there. `doubtful`: something is wrong with it, but the node got past it. */
export type LinkState = 'seen' | 'missing' | 'doubtful' | 'unknown'

export interface Link {
  readonly link: string
  readonly state: LinkState
  /** What was seen: one line. */
  readonly seen: string
  /** The command that mends it; null where nothing is to be mended. */
  readonly fix: string | null
  /** How the node tries again once that is mended; of a link that is missing, where `fix` does not do it. */
  readonly retry?: string
}

/** What was seen of a node and of its head. */
export interface Sight {
  readonly node: string
  readonly group: string | null
  /** How many nodes its group has. */
  readonly members: number
  readonly image: string | null
  /** What lacks of the image: "it is not packed", or files that are gone. */
  readonly imageTrouble: string | null
  /** How many nodes have that image, and which modules it is packed with. */
  readonly sharing: number
  readonly kernmodules: string | null
  /** The drivers of its initramfs, and when that was packed; undefined where that is not known. */
  readonly drivers: { readonly drivers: CardDrivers; readonly packed: number } | undefined
  readonly localboot: boolean
  /** Whether it has a BMC that Luna could ask. */
  readonly bmc: boolean
  /** Where its serial console is to be had by IPMI. */
  readonly sol: { readonly address: string; readonly user: string } | null
  /** The BMC's word; null where that is not known. */
  readonly power: 'on' | 'off' | { readonly trouble: string } | null
  readonly mac: string | null
  /** Where the node is configured to be plugged in, and the MAC addresses that are seen there. */
  readonly port: string | null
  readonly atPort: readonly string[]
  /** The MAC addresses of machines that asked lately and are no node. */
  readonly strangers: readonly string[]
  /** What dhcpd.conf on disk has for it; null where that is not known. */
  readonly reservation: { readonly address: string | null; readonly wanted: string } | null
  /** What the journal has of dhcpd and the TFTP server about it; null: nothing. */
  readonly dhcpSaid: string | null
  readonly tftpSaid: string | null
  /** Verdicts of luna doctor, by the name of the check. */
  readonly head: ReadonlyMap<string, Verdict>
  readonly boot: Boot | undefined
  readonly report: Report | undefined
  /** How far its download is, and how many seconds ago its client told that. */
  readonly progress: { readonly percent: number; readonly age: number } | undefined
  /** Who asked as this node last and was refused. */
  readonly refused: RefusedAsked | undefined
  /** The status in the database. */
  readonly told: BootStep | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How long ago that was; milliseconds since 1970. */
export function ago(time: number, now: number): string {
  return spanText(Math.max(0, Math.floor((now - time) / 1000)))
}
