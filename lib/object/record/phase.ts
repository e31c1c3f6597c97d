// The parts of a boot whose times are measured over all nodes: from a step to the next one.
import { type Boot, type BootEvent, failedStep } from './boot.ts'

/** The steps that Luna knows; nodes may tell of others. */
const knownSteps: readonly string[] = [
  ...['boot.request', 'boot.mac_assigned', 'boot.kernel', 'boot.initramfs', 'install.request'],
  ...['install.prescript', 'install.setupbmc', 'install.partscript', 'install.torrent', 'install.tarball'],
  ...['install.download', 'install.unpack', 'install.setnet', 'install.postscript', 'install.success', 'up'],
]

/** What other steps count as: there are few names, whatever nodes tell. */
const otherStep = 'other'

export function stepLabel(step: string): string {
  const phase = step.replace(/ \d{1,3}%?$/, '')
  return knownSteps.includes(phase) ? phase : otherStep
}

/** The step that failed: `install.error.unpack` is a failure of `install.unpack`. */
export function failureLabel(step: string): string | undefined {
  if (!failedStep.test(step)) return undefined
  if (step === 'boot.error.image') return 'boot.image'
  return stepLabel(step.replace('.error.', '.'))
}

export interface Phase {
  readonly phase: string
  readonly seconds: number
}

/** The part of the boot that an event ends; undefined when it ends none. */
export function phaseEnded(boot: Boot, { step, time }: BootEvent): Phase | undefined {
  const last = boot.steps.at(-1)
  if (!last || last.step === step || time < last.time) return undefined
  return { phase: stepLabel(last.step), seconds: (time - last.time) / 1000 }
}
