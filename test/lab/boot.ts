// One boot: a machine is switched on and followed, phase by phase, to its login prompt.

import { type Phase, Progress, phaseOf } from './phases.ts'
import { failedBoot, startVm, type Vm, type VmSpec } from './vm.ts'

/**
 * Emulated machines are slow, and slower when there are several: this is for one that has stopped altogether.
 */
const patience = 600_000

export interface Boot {
  vm: Vm
  progress: Progress
  /** Seconds since power on. */
  seconds(): number
  /** Fulfilled at the login prompt; rejected with the end of the console when that does not come. */
  up: Promise<void>
}

export interface Watching {
  /** Told of each phase as it begins. */
  seen?(boot: Boot, phase: Phase): void
}

/** Switches a machine on, types for it what saves time, and follows it. */
export async function boot(spec: VmSpec, { seen = () => {} }: Watching = {}): Promise<Boot> {
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const vm = await startVm(spec)
  const progress = new Progress()
  const begin = (phase: Phase) => {
    if (progress.phase === phase) return
    progress.begin(phase, seconds())
    seen(it, phase)
  }
  const up = vm.console.waitFor(/^\S+ login: |No bootable device/m, patience).then(([words]) => {
    if (words === 'No bootable device') throw failedBoot(vm, 'the firmware found nothing to boot from')
    begin('up')
  })
  const it: Boot = { vm, progress, seconds, up }
  // whoever waits for it sees the rejection; whoever does not, need not
  up.catch(() => {})
  begin('firmware')
  vm.console.onLine((line) => {
    const phase = phaseOf(line, progress.phase)
    if (phase) begin(phase)
  })
  void vm.hurry()
  return it
}
