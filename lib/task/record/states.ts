// Where every node is now: what it said last, joined with what was seen of its boot. All is read at once, so
// that it is fast for many thousands.
import type { Id } from '../../object/field.ts'
import type { Group } from '../../object/group.ts'
import { hostName, type Node } from '../../object/node.ts'
import type { Osimage } from '../../object/osimage.ts'
import { fitsPeerId } from '../../object/peer-id.ts'
import { type Boot, failedStep, type Outcome, outcomeOf } from '../../object/record/boot.ts'
import type { Peer, Store } from '../../store/store.ts'
import { secondsSince } from '../show/age.ts'
import { armedFacts } from '../show/describe.ts'
import type { Facts } from '../show/facts.ts'
import { peerIdOf } from '../show/progress.ts'
import { statusFacts } from '../show/status.ts'

/** A node that came this far in so many seconds and says nothing more has an image that never says `up`. */
const startingFor = 900

export interface NodeState extends Facts {
  readonly name: string
  readonly group: string | null
  readonly image: string | null
  /** What it said last, or fetched last; null when nothing was ever seen of it. */
  readonly step: string | null
  /** When, in ISO 8601, and how many seconds ago. */
  readonly since: string | null
  readonly age: number | null
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

/** The states of all nodes, or of those with these names; groups together, in the order of their names. */
export async function nodeStates(store: Store, now: Date, only?: ReadonlySet<string>): Promise<NodeState[]> {
  const groups = await store.list('group')
  const [nodes, boots] = [await store.list('node'), await store.lastBoots()]
  const place = new Map(groups.map(({ id }, at) => [id, at]))
  const placeOf = ({ group }: Node) => (group && place.get(group)) ?? groups.length
  const wanted = only ? nodes.filter(({ name }) => only.has(name)) : nodes
  const about = await aboutAll(store, groups, wanted)
  return wanted
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map((node) => stateOf(node, boots.get(node.id), about, now))
}

interface About {
  readonly groups: ReadonlyMap<Id, Group>
  readonly images: ReadonlyMap<Id, Osimage>
  readonly peerOf: (node: Node, boot: Boot | undefined) => Peer | undefined
}

async function aboutAll(store: Store, all: readonly Group[], nodes: readonly Node[]): Promise<About> {
  const groups = new Map(all.map((group) => [group.id, group]))
  const images = new Map((await store.list('osimage')).map((image) => [image.id, image]))
  if (!nodes.some(({ status }) => isDownload(status?.step)))
    return { groups, images, peerOf: () => undefined }
  const networks = new Map((await store.list('network')).map((network) => [network.id, network]))
  const peers = await store.peers()
  const byName = newest(peers, ({ peerId }) => peerId)
  const byAddress = newest(peers, ({ ip }) => ip)
  const peerOf = (node: Node, boot: Boot | undefined) => {
    const group = node.group ? groups.get(node.group) : undefined
    const host = hostName(node, group?.domain ? networks.get(group.domain) : undefined)
    if (!fitsPeerId(host)) return boot?.asker && byAddress.get(boot.asker.address)
    return byName.get(peerIdOf(host)) ?? byName.get(peerIdOf(host, '-'))
  }
  return { groups, images, peerOf }
}

/** `peers` are newest first. */
function newest(peers: readonly Peer[], keyOf: (peer: Peer) => string): Map<string, Peer> {
  return new Map(peers.toReversed().map((peer) => [keyOf(peer), peer]))
}

function isDownload(step: string | undefined): boolean {
  return step === 'install.download'
}

function stateOf(node: Node, boot: Boot | undefined, about: About, now: Date): NodeState {
  const group = node.group ? about.groups.get(node.group) : undefined
  const image = group?.osimage ? about.images.get(group.osimage) : undefined
  const names = { name: node.name, group: group?.name ?? null, image: image?.name ?? null }
  const kin = { ...names, ...armedFacts(node, now) }
  const last = lastSeen(node, boot, image)
  const outcome = boot ? outcomeOf(boot) : null
  if (!last) return { ...kin, step: null, since: null, age: null, outcome, ...nothing }
  const { step, time } = last
  const age = secondsSince(time, now)
  const starting = step === 'install.success' && age < startingFor
  const peer = isDownload(step) ? about.peerOf(node, boot) : undefined
  const done =
    peer && peer.updated >= time ? downloaded(peer, time) : { percent: last.percent ?? null, rate: null }
  const error = failedStep.test(step) ? errorLine(step, boot) : null
  return { ...kin, step, since: time.toISOString(), age, outcome, starting, ...done, error }
}

const nothing = { starting: false, percent: null, rate: null, error: null }

interface LastSeen {
  readonly step: string
  readonly time: Date
  readonly percent?: number
}

/** What came last: the status of the node, or what was seen of its boot beside that. */
function lastSeen(
  { status, localboot }: Node,
  boot: Boot | undefined,
  image: Osimage | undefined,
): LastSeen | undefined {
  const seen = boot?.steps.at(-1)
  const time = new Date(seen?.last ?? seen?.time ?? 0)
  const said = status && { ...statusFacts(status, { localboot }, image), time: status.time }
  if (!said) return seen && { step: seen.step, time }
  return seen && time > said.time ? { step: seen.step, time } : said
}

function downloaded({ downloaded: bytes, left, updated }: Peer, since: Date) {
  const seconds = Math.max(1, (updated.getTime() - since.getTime()) / 1000)
  const percent = bytes + left > 0 ? Math.floor((1000 * bytes) / (bytes + left)) / 10 : 0
  return { percent, rate: Math.round(bytes / seconds) }
}

/** The first line of what a failed step had to say. */
function errorLine(step: string, boot: Boot | undefined): string | null {
  if (step === 'boot.error.image') return 'the image is not packed'
  const failure = boot?.failure
  if (!failure) return null
  const command = failure.command && `${failure.command}: status ${failure.status ?? 'unknown'}`
  return failure.line ?? command ?? null
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
