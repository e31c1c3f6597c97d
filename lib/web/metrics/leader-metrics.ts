// What the leader of lweb counts, in the text format of Prometheus: what its workers have answered, and the
// boots that it writes down.
import { Counter, Histogram, Registry } from 'prom-client'
import type { Boot, BootEvent } from '../../object/record/boot.ts'
import { failureLabel, phaseEnded, stepLabel } from '../../object/record/phase.ts'
import type { Counted } from './count.ts'

// From the answer of a program to the unpacking of a large image on a slow disk, in seconds.
const buckets = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200]

export class LeaderMetrics {
  readonly #registry = new Registry()
  readonly #requests = this.#counter('luna_requests_total', 'Requests that lweb has answered', [
    'route',
    'status',
  ])
  readonly #seconds = this.#counter('luna_request_seconds_total', 'Seconds that lweb took to answer', [
    'route',
  ])
  readonly #boots = this.#counter('luna_boots_total', 'Boots of nodes that were begun', [])
  readonly #failures = this.#counter('luna_boot_failures_total', 'Steps of boots that failed', ['step'])
  readonly #bytes = this.#counter('luna_boot_bytes_total', 'Bytes that nodes have fetched', ['step'])
  readonly #phases = new Histogram({
    name: 'luna_boot_phase_seconds',
    help: 'Seconds from a step of a boot to the next one',
    labelNames: ['step'],
    buckets,
    registers: [this.#registry],
  })

  /** Adds what a worker has answered. */
  answered(counted: readonly Counted[]): void {
    for (const { route, status, requests, seconds } of counted) {
      this.#requests.inc({ route, status }, requests)
      this.#seconds.inc({ route }, seconds)
    }
  }

  /** Adds an event of a boot: `boot` is what was known before, undefined when it begins one. */
  readonly seen = (event: BootEvent, boot: Boot | undefined): void => {
    if (!boot) this.#boots.inc()
    const failed = failureLabel(event.step)
    if (failed !== undefined && boot?.steps.at(-1)?.step !== event.step) this.#failures.inc({ step: failed })
    const ended = boot && phaseEnded(boot, event)
    if (event.bytes !== undefined) this.#bytes.inc({ step: stepLabel(event.step) }, event.bytes)
    if (ended) this.#phases.observe({ step: ended.phase }, ended.seconds)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}
