// Why a node does not boot: the chain from the power button to the running system, link by link, and the
// first that is missing. Pure: what was seen goes in.
import { type Boot, type BootStep, failedStep, isFetch, outcomeOf } from '../../object/record/boot.ts'
import { spanText } from '../../object/record/duration.ts'
import type { RefusedAsked } from '../../object/record/refused.ts'
import type { Report } from '../../object/record/report.ts'
import type { Verdict } from '../doctor/check.ts'
import { fixOf } from './fix.ts'

/** `seen`: it is there. `doubtful`: something is wrong with it, but the node got past it. */
export type LinkState = 'seen' | 'missing' | 'doubtful' | 'unknown'

export interface Link {
  readonly link: string
  readonly state: LinkState
  /** What was seen: one line. */
  readonly seen: string
  /** The command that mends it; null where nothing is to be mended. */
  readonly fix: string | null
}

/** What was seen of a node and of its head. */
export interface Sight {
  readonly node: string
  readonly group: string | null
  readonly image: string | null
  /** What lacks of the image: "it is not packed", or files that are gone. */
  readonly imageTrouble: string | null
  readonly localboot: boolean
  /** The BMC's word; null where the node has no BMC that Luna could ask. */
  readonly power: 'on' | 'off' | { readonly trouble: string } | null
  readonly mac: string | null
  /** Where the node is configured to be plugged in, and the MAC addresses that are seen there. */
  readonly port: string | null
  readonly atPort: readonly string[]
  /** The MAC addresses of machines that asked lately and are no node. */
  readonly strangers: readonly string[]
  /** What dhcpd.conf on disk has for it. */
  readonly reservation: { readonly address: string | null; readonly wanted: string } | null
  /** What the journal has of dhcpd and the TFTP server about it; null: nothing. */
  readonly dhcpSaid: string | null
  readonly tftpSaid: string | null
  /** Verdicts of luna doctor, by the name of the check. */
  readonly head: ReadonlyMap<string, Verdict>
  readonly boot: Boot | undefined
  readonly report: Report | undefined
  /** Who asked as this node last and was refused. */
  readonly refused: RefusedAsked | undefined
  /** The status in the database. */
  readonly told: BootStep | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

// A node that has come past a link in a boot this young does not wait for it.
const recent = 1_800_000
// So long may a kernel take from its initramfs to the first word, and a node from one step to the next.
const kernelPatience = 180_000
const stepPatience = 1_200_000

/** All links, in the order of a boot. */
export function chainOf(sight: Sight): Link[] {
  const links = [...headLinks(sight), ...nodeLinks(sight)]
  return links.map((link) => (link.state === 'missing' && isPassed(sight, link) ? doubt(link) : link))
}

/** The first link that is missing. */
export function missingLink(chain: readonly Link[]): Link | undefined {
  return chain.find(({ state }) => state === 'missing')
}

// What the node needs before it asks Luna for the first time, in the order of a boot.
const beforeAsking = [
  'power',
  'MAC address',
  'service dhcpd',
  'reservation',
  'DHCP servers',
  'service tftpd',
  'iPXE binaries',
  'TFTP',
  'service nginx',
  'service lweb',
  'boot menu',
]

function isPassed({ boot, now }: Sight, { link }: Link): boolean {
  const last = boot?.steps.at(-1)
  const began = last && now - (last.last ?? last.time) < recent
  return Boolean(began && beforeAsking.includes(link) && link !== 'power')
}

function doubt(link: Link): Link {
  return { ...link, state: 'doubtful' }
}

function headLinks(sight: Sight): Link[] {
  const { head } = sight
  return [
    powerLink(sight),
    ...['space of the system', 'space for images'].flatMap((name) => verdictLink(head, name)),
    macLink(sight),
    ...verdictLink(head, 'service dhcpd'),
    reservationLink(sight),
    ...verdictLink(head, 'DHCP servers', sight.dhcpSaid),
    ...verdictLink(head, 'service tftpd'),
    ...verdictLink(head, 'iPXE binaries'),
    ...verdictLink(head, 'TFTP', sight.tftpSaid),
    ...['service nginx', 'service lweb', 'boot menu'].flatMap((name) => verdictLink(head, name)),
  ]
}

function verdictLink(head: Sight['head'], link: string, said: string | null = null): Link[] {
  const verdict = head.get(link)
  if (!verdict) return []
  const { state, fix } = verdict
  const seen = said === null ? verdict.seen : `${verdict.seen}; last: ${said}`
  if (state === 'wrong') return [{ link, state: 'missing', seen, fix }]
  return [{ link, state: state === 'fine' ? 'seen' : 'doubtful', seen, fix }]
}

function powerLink({ node, power }: Sight): Link {
  const link = 'power'
  if (power === null) return { link, state: 'unknown', seen: 'it has no BMC that could be asked', fix: null }
  if (power === 'on') return { link, state: 'seen', seen: 'its BMC says on', fix: null }
  if (power === 'off') return { link, state: 'missing', seen: 'its BMC says off', fix: `lpower on ${node}` }
  return { link, state: 'doubtful', seen: power.trouble, fix: `lpower status ${node}` }
}

function macLink({ node, mac, port, atPort, strangers }: Sight): Link {
  const link = 'MAC address'
  const where = port === null ? '' : `, configured at ${port}`
  const strange = atPort.filter((one) => one !== mac)
  if (mac !== null && (atPort.length === 0 || atPort.includes(mac)))
    return { link, state: 'seen', seen: `${mac}${where}`, fix: null }
  const [found] = strange
  const give = giveMac(node, found === undefined ? strangers : strange)
  if (mac !== null)
    return {
      link,
      state: 'missing',
      seen: `it has ${mac}, but ${strange.join(', ')} is seen at ${port}`,
      fix: give,
    }
  if (found !== undefined && strange.length === 1)
    return { link, state: 'doubtful', seen: `none yet; ${found} is seen at ${port}`, fix: give }
  return { link, state: 'missing', seen: `it has none${where}: nobody knows which machine it is`, fix: give }
}

/** Which address it is can be said when there is one. */
function giveMac(node: string, [only, ...others]: readonly string[]): string {
  return `luna node change ${node} --mac ${only === undefined || others.length > 0 ? 'ADDRESS' : only}`
}

function reservationLink({ reservation, mac }: Sight): Link {
  const link = 'reservation'
  if (reservation === null) return { link, state: 'unknown', seen: 'dhcpd has no part in it', fix: null }
  const { address, wanted } = reservation
  if (address === wanted)
    return { link, state: 'seen', seen: `dhcpd.conf has ${wanted} for ${mac}`, fix: null }
  const has = address === null ? 'nothing' : address
  return {
    link,
    state: 'missing',
    seen: `dhcpd.conf on disk has ${has} for ${mac}, not ${wanted}`,
    fix: 'luna cluster makedhcp',
  }
}

function nodeLinks(sight: Sight): Link[] {
  const { image, imageTrouble, localboot, boot } = sight
  const packed: Link =
    image === null
      ? {
          link: 'image',
          state: 'missing',
          seen: 'its group has no image',
          fix: 'luna group change GROUP -o IMAGE',
        }
      : imageTrouble === null
        ? { link: 'image', state: 'seen', seen: `${image} is packed, and its files are there`, fix: null }
        : {
            link: 'image',
            state: 'missing',
            seen: `${image}: ${imageTrouble}`,
            fix: `luna osimage pack ${image}`,
          }
  const asked = [...refusedLink(sight), askedLink(sight)]
  if (localboot)
    return [...asked, { link: 'disk', state: 'unknown', seen: 'it is to boot from its disk', fix: null }]
  return [
    packed,
    ...asked,
    ...(boot ? [kernelLink(sight, boot), scriptLink(sight, boot), ...ends(sight, boot)] : []),
  ]
}

/**
 * Somebody who asked as this node and was refused, after the node itself was heard last. While the node is
 * up, that was somebody else.
 */
function refusedLink({ boot, told, refused, now }: Sight): Link[] {
  const heard = boot?.steps.at(-1)
  const last = Math.max(heard?.last ?? heard?.time ?? 0, told?.time ?? 0)
  if (!refused || refused.time < last) return []
  const outcome = boot && outcomeOf(boot)
  const done = outcome === 'up' || outcome === 'installed'
  const seen = `refused ${ago(refused.time, now)} ago, asked from ${refused.address}: ${refused.why}`
  return [{ link: 'boot access', state: done ? 'doubtful' : 'missing', seen, fix: refused.fix || null }]
}

function askedLink({ node, mac, boot, told, strangers, now }: Sight): Link {
  const link = 'asks Luna'
  if (!boot && !told && mac !== null && strangers.length > 0)
    return {
      link,
      state: 'missing',
      seen: `it has never asked as ${mac}; ${listed(strangers)} asked lately, and nobody is that`,
      fix: giveMac(node, strangers),
    }
  if (!boot && !told)
    return {
      link,
      state: 'missing',
      seen: 'it has never asked',
      fix: `have it boot from the network first, and watch: lpower cycle ${node}; luna node status ${node} --watch`,
    }
  const time = boot?.began ?? told?.time ?? now
  const from = boot?.asker ? ` from ${boot.asker.address}` : ''
  return { link, state: 'seen', seen: `${ago(time, now)} ago${from}`, fix: null }
}

function kernelLink({ node, now }: Sight, { steps, began }: Boot): Link {
  const link = 'kernel and initramfs'
  const fetched = steps.filter(({ step }) => step === 'boot.kernel' || step === 'boot.initramfs')
  const further = steps.some(({ step }) => step.startsWith('install.') || step === 'up')
  if (fetched.some(({ step }) => step === 'boot.initramfs') || further)
    return { link, state: 'seen', seen: further ? 'they run' : 'both are fetched', fix: null }
  const waits = now - began > kernelPatience
  const seen =
    fetched.length > 0
      ? 'the kernel is fetched, the initramfs not'
      : 'none is fetched, as far as nginx has told'
  return {
    link,
    state: waits ? 'missing' : 'unknown',
    seen: `${seen}, ${ago(began, now)} after it asked`,
    fix: waits ? `look at its console, then: luna doctor; lpower cycle ${node}` : null,
  }
}

function scriptLink({ image, now }: Sight, { steps, began }: Boot): Link {
  const link = 'install script'
  const fetched = steps.findLast(({ step }) => step === 'boot.initramfs')
  const script = steps.find(({ step }) => step.startsWith('install.') && !isFetch(step))
  if (script) return { link, state: 'seen', seen: 'its initramfs has fetched it', fix: null }
  if (outcomeOf({ number: 0, began, steps }) === 'up')
    return { link, state: 'seen', seen: 'it is up', fix: null }
  const since = fetched ? (fetched.last ?? fetched.time) : began
  if (!fetched || now - since < kernelPatience)
    return { link, state: 'unknown', seen: 'not asked for yet', fix: null }
  return {
    link,
    state: 'missing',
    seen: `kernel loaded, nothing since ${ago(since, now)}: it panics, or has no driver of the network card`,
    fix: `look at its console, put the driver into the image, then: luna osimage pack ${image ?? 'IMAGE'} --boot`,
  }
}

/** The installation, and the system that it leaves. */
function ends(sight: Sight, boot: Boot): Link[] {
  const { report, now, node, group, image } = sight
  const told = boot.steps.findLast(({ step }) => !isFetch(step))
  const outcome = outcomeOf(boot)
  if (!told?.step.startsWith('install.') && outcome !== 'up') return []
  if (outcome === 'failed' && told && failedStep.test(told.step)) {
    const step = told.step.replace('.error.', '.')
    const failure = [boot.failure, report].find((one) => one?.step === step)
    const line = failure && ('lines' in failure ? failure.lines.at(-1) : failure.line)
    const words = line ?? failure?.command
    const said = report?.step === step && lacksDisk(report) ? `${words}; it has no disk` : words
    const seen = `${step} failed${said ? `: ${said}` : ''}`
    return [
      {
        link: 'installation',
        state: 'missing',
        seen,
        fix: fixOf(told.step, said ?? '', { node, group, image }),
      },
    ]
  }
  if (outcome === 'up' || outcome === 'installed') return [installed, systemLink(sight, boot, outcome)]
  const since = told?.last ?? told?.time ?? now
  const waits = now - since > stepPatience
  const seen = `${told?.step} for ${ago(since, now)}`
  const fix = waits ? `look at its console, then: lpower cycle ${node}` : null
  return [{ link: 'installation', state: waits ? 'missing' : 'unknown', seen, fix }]
}

/**
 * Whether a command that wanted a disk failed on a node that has none, as the install script says at the end
 * (conf-templates/install/steps.sh). One that is not there (127, sh(1)) is a mistake in the script.
 */
function lacksDisk({ lines, status }: Report): boolean {
  return status !== 127 && /^luna: step .*\/dev\/.*; this node has no disk$/.test(lines.at(-1) ?? '')
}

const installed: Link = { link: 'installation', state: 'seen', seen: 'install.success', fix: null }

function systemLink({ now, image }: Sight, boot: Boot, outcome: 'up' | 'installed'): Link {
  const link = 'system'
  const last = boot.steps.at(-1)?.time ?? now
  if (outcome === 'up') return { link, state: 'seen', seen: `up since ${ago(last, now)}`, fix: null }
  const seen = `no word since it was installed ${ago(last, now)} ago; only images with luna-client say that they are up`
  return { link, state: 'unknown', seen, fix: `look at its console; luna osimage show ${image ?? 'IMAGE'}` }
}

function listed(macs: readonly string[]): string {
  const [first = '', second, ...others] = macs
  if (others.length > 0) return `${first}, ${second} and ${others.length} more`
  return second === undefined ? first : `${first} and ${second}`
}

function ago(time: number, now: number): string {
  return spanText(Math.max(0, Math.floor((now - time) / 1000)))
}
