// Where a node is now: what it said last, joined with what was seen of its boot.
import type { Id } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { hostName, type Node } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'
import { fitsPeerId } from '../../object/peer-id.ts'
import { type Boot, failedStep, type Outcome, outcomeOf } from '../../object/record/boot.ts'
import type { Peer } from '../../store/store.ts'
import { secondsSince } from '../show/age.ts'
import { armedFacts } from '../show/describe.ts'
import type { Facts } from '../show/facts.ts'
import { peerIdOf } from '../show/progress.ts'
import { statusFacts } from '../show/status.ts'
import type { KnownClients } from './clients.ts'

/** A node that came this far in so many seconds and says nothing more has an image that never says `up`. */
const startingFor = 900

/** All but what changes with every second. */
export interface SteadyState extends Facts {
  readonly name: string
  readonly group: string | null
  readonly image: string | null
  /** What it said last, or fetched last; null when nothing was ever seen of it. */
  readonly step: string | null
  /** When, in ISO 8601. */
  readonly since: string | null
  /** Null when no boot of it was seen. */
  readonly outcome: Outcome | null
  /** It is installed, and its system is not up yet. */
  readonly starting: boolean
  /** Of the download: percent, and bytes per second. */
  readonly percent: number | null
  readonly rate: number | null
  /** The first line of what failed. */
  readonly error: string | null
}

export interface NodeState extends SteadyState {
  /** How many seconds ago it came there. */
  readonly age: number | null
}

export function withAge(state: SteadyState, now: Date): NodeState {
  const { outcome, starting, percent, rate, error, ...where } = state
  const age = state.since === null ? null : secondsSince(new Date(state.since), now)
  return { ...where, age, outcome, starting, percent, rate, error }
}

/** What a state is made of, kept for every node: as little as that needs. */
export interface Seen {
  readonly node: Pick<Node, 'id' | 'name' | 'group' | 'status' | 'armed' | 'localboot'>
  readonly boot:
    | {
        readonly outcome: Outcome
        /** What was seen last, and when, in milliseconds. */
        readonly step: string | undefined
        readonly time: number
        readonly address: string | undefined
        readonly failure: string | null
      }
    | undefined
}

export function seenOf({ id, name, group, status, armed, localboot }: Node, boot: Boot | undefined): Seen {
  const node = { id, name, group, status, armed, localboot }
  if (!boot) return { node, boot }
  const last = boot.steps.at(-1)
  const { command, status: exit, line } = boot.failure ?? {}
  return {
    node,
    boot: {
      outcome: outcomeOf(boot),
      step: last?.step,
      time: last?.last ?? last?.time ?? 0,
      address: boot.asker?.address,
      failure: line ?? (command ? `${command}: status ${exit ?? 'unknown'}` : null),
    },
  }
}

/** What the states of many nodes depend on beside the nodes themselves. */
export interface About {
  readonly groups: ReadonlyMap<Id, Group>
  readonly images: ReadonlyMap<Id, Osimage>
  /** The names of networks. */
  readonly domains: ReadonlyMap<Id, string>
  readonly clients: KnownClients
}

/** Whether the tracker knows more of a node than it said itself. */
export function isLoading({ node }: Seen): boolean {
  return isDownload(node.status?.step)
}

/** Whether a state becomes another one by and by, though nothing is written of its node. */
export function isRestless({ starting, armed, step }: SteadyState): boolean {
  return starting || armed !== undefined || isDownload(step)
}

function isDownload(step: string | null | undefined): boolean {
  return step === 'install.download'
}

export function stateOf(seen: Seen, about: About, now: Date): SteadyState {
  const { node, boot } = seen
  const group = node.group ? about.groups.get(node.group) : undefined
  const image = group?.osimage ? about.images.get(group.osimage) : undefined
  const names = { name: node.name, group: group?.name ?? null, image: image?.name ?? null }
  const kin = { ...names, ...armedFacts(node, now) }
  const last = lastSeen(seen, image)
  const outcome = boot?.outcome ?? null
  if (!last) return { ...kin, step: null, since: null, outcome, ...nothing }
  const { step, time } = last
  const starting = step === 'install.success' && secondsSince(time, now) < startingFor
  const peer = isDownload(step) ? clientOf(seen, group, about) : undefined
  const done =
    peer && peer.updated >= time ? downloaded(peer, time) : { percent: last.percent ?? null, rate: null }
  const error = failedStep.test(step) ? errorLine(step, boot) : null
  return { ...kin, step, since: time.toISOString(), outcome, starting, ...done, error }
}

const nothing = { starting: false, percent: null, rate: null, error: null }

interface LastSeen {
  readonly step: string
  readonly time: Date
  readonly percent?: number
}

/** What came last: the status of the node, or what was seen of its boot beside that. */
function lastSeen({ node, boot }: Seen, image: Osimage | undefined): LastSeen | undefined {
  const { status, localboot } = node
  const seen = boot?.step === undefined ? undefined : { step: boot.step, time: new Date(boot.time) }
  const said = status && { ...statusFacts(status, { localboot }, image), time: status.time }
  if (!said) return seen
  return seen && seen.time > said.time ? seen : said
}

function clientOf(
  { node, boot }: Seen,
  group: Group | undefined,
  { domains, clients }: About,
): Peer | undefined {
  const name = group?.domain ? domains.get(group.domain) : undefined
  const host = hostName(node, name === undefined ? undefined : { name })
  if (!fitsPeerId(host)) return boot?.address === undefined ? undefined : clients.byAddress.get(boot.address)
  return clients.byName.get(peerIdOf(host)) ?? clients.byName.get(peerIdOf(host, '-'))
}

function downloaded({ downloaded: bytes, left, updated }: Peer, since: Date) {
  const seconds = Math.max(1, (updated.getTime() - since.getTime()) / 1000)
  const percent = bytes + left > 0 ? Math.floor((1000 * bytes) / (bytes + left)) / 10 : 0
  return { percent, rate: Math.round(bytes / seconds) }
}

/** The first line of what a failed step had to say. */
function errorLine(step: string, boot: Seen['boot']): string | null {
  return step === 'boot.error.image' ? 'the image is not packed' : (boot?.failure ?? null)
}

/** Which of the states are meant. */
export interface StateFilter {
  /** Only at this step, or at one below it: `install.error` means `install.error.unpack` too. */
  readonly step?: string | undefined
  readonly not?: string | undefined
  /** Only those that are not done and have said nothing for so many seconds. */
  readonly stuck?: number | undefined
}

export function filterStates(states: readonly NodeState[], { step, not, stuck }: StateFilter): NodeState[] {
  return states.filter(
    (state) =>
      (step === undefined || isAt(state, step)) &&
      (not === undefined || !isAt(state, not)) &&
      (stuck === undefined || (isUnderWay(state) && (state.age ?? 0) >= stuck)),
  )
}

/** The step as it is shown: `starting` after the installation, `none` where nothing was seen. */
export function shownStep({ step, starting }: Pick<NodeState, 'step' | 'starting'>): string {
  return starting ? 'starting' : (step ?? 'none')
}

function isAt(state: NodeState, wanted: string): boolean {
  const steps = [state.step ?? 'none', shownStep(state)]
  return steps.some(
    (step) => step === wanted || step.startsWith(`${wanted}.`) || step.startsWith(`${wanted} `),
  )
}

/** Neither up, nor installed, nor at its disk or its shell; a step that failed is not done either. */
function isUnderWay({ step, outcome, starting }: NodeState): boolean {
  if (step === null || step === 'up' || (step === 'install.success' && !starting)) return false
  return starting || outcome === null || outcome === 'unfinished' || outcome === 'failed'
}
