// A boot of a node as it is remembered: what was seen of it from the power button to the running system.
// Times are milliseconds since 1970.
import type { Id } from '../field.ts'
import type { Card } from '../net/card.ts'
import type { Mac } from '../net/mac.ts'

/** So many boots of a node are remembered, and so many steps of each. */
export const mostBoots = 20
export const mostSteps = 64

/** How a machine was recognised as the node, and from where it asked. */
export interface Asker {
  readonly address: string
  readonly mac?: Mac
  /** By its MAC address, by the switch port `at`, or chosen by hand at the menu. */
  readonly by?: 'mac' | 'port' | 'hand'
  readonly at?: string
}

/** A step that failed. */
export interface Failure {
  readonly step: string
  /** The command that failed and its exit status, where the node told them. */
  readonly command?: string
  readonly status?: number
  /** The first line of what it had to say. */
  readonly line?: string
}

export interface BootStep {
  readonly step: string
  readonly time: number
  /** When it was told last, where it was told several times in a row. */
  readonly last?: number
  /** What was fetched: its size, and how long that took. */
  readonly bytes?: number
  readonly seconds?: number
}

export interface Boot {
  /** Counts the boots of the node, from 1. */
  readonly number: number
  readonly began: number
  /** In the order of their times, at most `mostSteps`. */
  readonly steps: readonly BootStep[]
  readonly asker?: Asker
  readonly image?: string
  readonly kernel?: string
  /** The network card that it boots from, where its menu told it. */
  readonly card?: Card
  /** What the node was to do; to install an image where it is absent. */
  readonly way?: 'localboot' | 'service'
  /** Seconds from the kernel of the installed system to its last service, as the node told them. */
  readonly upSeconds?: number
  readonly failure?: Failure
}

/** Something that was seen of a node: a request of its own, a file that it fetched. */
export interface BootEvent
  extends BootStep,
    Partial<Pick<Boot, 'asker' | 'image' | 'kernel' | 'card' | 'way'>> {
  readonly node: Id
  readonly upSeconds?: number
  readonly failure?: Failure
}

/** The steps of files that nginx has sent. */
export const fetchSteps = ['boot.kernel', 'boot.initramfs', 'install.torrent', 'install.tarball'] as const
export type FetchStep = (typeof fetchSteps)[number]

export const failedStep = /^(?:install|boot)\.error(?:\.|$)/

/** How a boot stands or ended. */
export type Outcome = 'up' | 'installed' | 'local' | 'service' | 'failed' | 'unfinished'

/**
 * How a boot stands: `up` once the installed system said so, `installed` before, `failed` when its last word
 * was an error, else `unfinished`.
 */
export function outcomeOf({ steps, way, upSeconds }: Boot): Outcome {
  if (upSeconds !== undefined || steps.some(({ step }) => step === 'up')) return 'up'
  const told = steps.findLast(({ step }) => !isFetch(step))?.step ?? ''
  if (told === 'install.success') return 'installed'
  if (failedStep.test(told)) return 'failed'
  if (way === 'localboot') return 'local'
  return way === 'service' && !told.startsWith('install.') ? 'service' : 'unfinished'
}

export function isFetch(step: string): step is FetchStep {
  return (fetchSteps as readonly string[]).includes(step)
}

// A machine that asks what to boot again within so many milliseconds, and has fetched nothing, is iPXE
// that tries once more.
const sameAsking = 120_000

/** Whether an event is the first of another boot than the one that is known. */
export function beginsBoot(boot: Boot, { step, time }: BootEvent): boolean {
  const last = boot.steps.at(-1)
  // Workers tell what they saw one after the other: what comes late is of the boot that is known.
  if (last && time < last.time) return false
  const ended = outcomeOf(boot)
  if (step === 'boot.request' || step === 'boot.error.image') {
    const asking = boot.steps.every((one) => one.step.startsWith('boot.') && !isFetch(one.step))
    return !asking || time - (last?.last ?? boot.began) > sameAsking
  }
  if (step !== 'install.request') return false
  // The initramfs fetches the script again after a step that failed; after any other it is a new one.
  const beforeScript = boot.steps.every(({ step: one }) => one.startsWith('boot.') || one === step)
  return !(beforeScript || ended === 'failed')
}

/** The boot with one more event of it; a new boot where there is none yet. */
export function withEvent(boot: Boot | undefined, event: BootEvent, number = 1): Boot {
  const { node: _node, asker, image, kernel, card, way, upSeconds, failure, ...step } = event
  const known = boot ?? { number, began: event.time, steps: [] }
  // Who was recognised says more than who asked for a script.
  const told = { asker: asker?.by ? asker : (known.asker ?? asker), image, kernel, card, way }
  return {
    ...known,
    began: Math.min(known.began, event.time),
    ...withoutUndefined({ ...told, upSeconds, failure }),
    steps: shortened(withStep(known.steps, step)),
  }
}

/** Puts a step in its place by time; one that is told again in a row only moves the time of the last word. */
function withStep(steps: readonly BootStep[], step: BootStep): BootStep[] {
  const at = steps.findLastIndex(({ time }) => time <= step.time) + 1
  const before = steps[at - 1]
  if (before?.step === step.step && before.bytes === undefined)
    return steps.with(at - 1, { ...before, ...step, time: before.time, last: step.time })
  return steps.toSpliced(at, 0, step)
}

/** How a boot began and how it ended say most: what is too much is left out of its middle. */
function shortened(steps: BootStep[]): BootStep[] {
  return steps.length > mostSteps ? steps.toSpliced(mostSteps / 2, steps.length - mostSteps) : steps
}

function withoutUndefined<T extends object>(values: T): { [N in keyof T]?: Exclude<T[N], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [N in keyof T]?: Exclude<T[N], undefined> }
}
