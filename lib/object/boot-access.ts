// Who gets what nodes boot and install: the levels of the cluster's `boot_access`, and the statuses that an
// installation may report.
import type { Cluster } from './cluster.ts'
import type { Arm, Status } from './field.ts'

/** From everybody, as with the first Luna, to nodes that somebody has armed. Each adds to the one before. */
const bootAccessLevels = ['open', 'node', 'root', 'armed'] as const
export type BootAccess = (typeof bootAccessLevels)[number]

/** The level of a cluster; one that was never given a level has the usual one. */
export function bootAccess({ boot_access }: Pick<Cluster, 'boot_access'>): BootAccess {
  return bootAccessLevels.find((level) => level === boot_access) ?? 'node'
}

/** Whether only root of a machine gets an image. */
export function asksRoot(cluster: Partial<Pick<Cluster, 'boot_access'>>): boolean {
  return ['root', 'armed'].includes(cluster.boot_access ?? '')
}

/** Ports that only root can ask from (ip_unprivileged_port_start in ip(7)). */
export const firstUserPort = 1024

/** The statuses after which no script of an installation runs. */
const outside = ['boot.request', 'boot.mac_assigned', 'install.success', 'up']

/** True from the moment at which a node was given its script until it is installed. */
function isInstalling(status: Status | null): boolean {
  return status !== null && !outside.includes(status.step)
}

/** Whether a node may report that step: while it is installed any, and afterwards, once, that it is up. */
export function mayReport(status: Status | null, step: string): boolean {
  return isInstalling(status) || (status?.step === 'install.success' && step === 'up')
}

/** Whether the node is armed now. */
export function isArmed(armed: Arm | null, now: Date): armed is Arm {
  return armed !== null && (armed.until === null || now < armed.until)
}

/**
 * Whether a token is good for a script now: until the first status of the script that was given for it, and
 * again where that ended with an error.
 */
export function mayFetchByToken(status: Status | null): boolean {
  const step = status?.step ?? ''
  return (
    ['boot.request', 'boot.mac_assigned', 'install.request'].includes(step) ||
    step.startsWith('install.error')
  )
}
