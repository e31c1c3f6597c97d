// dhcpd on the other heads: how they get their file, and when their dhcpd runs.
import { dirname } from 'node:path'
import type { Config } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { copyTo, runOn } from '../../host/remote.ts'
import { dhcpdGroup, dhcpdOwner } from '../../host/service/dhcpd.ts'
import { attempt, type Notes } from '../outcome.ts'

type Host = Pick<Config, 'paths' | 'services'>

/**
 * Stops or starts dhcpd on the other heads. Those that cannot be reached are left to `tellOthers` to report.
 */
export async function tryOthers(
  host: Host,
  others: readonly string[],
  action: 'stop' | 'start',
): Promise<void> {
  for (const head of others) {
    const done = runOn(head, ['systemctl', action, host.services.dhcpd])
    await done.catch((error: unknown) => {
      if (!(error instanceof LunaError)) throw error
    })
  }
}

/** Gives the other heads their file; those that cannot be reached are failures, the rest is done. */
export async function tellOthers(
  host: Host,
  others: readonly string[],
  how: { readonly forgetLeases: boolean; readonly start: boolean },
  notes: Notes,
): Promise<void> {
  const { dhcpd_conf: conf, dhcpd_secondary_conf: secondary, dhcpd_leases: leases } = host.paths
  const draft = `${dirname(conf)}/.luna-dhcpd.conf.new`
  const { gid } = await dhcpdOwner()
  // What ssh brings is root's, and numbers of groups may differ there.
  const give = async (head: string, path: string) => {
    if (gid !== 0) await runOn(head, ['chgrp', dhcpdGroup, path])
  }
  for (const head of others) {
    await attempt(notes, async () => {
      await copyTo(head, secondary, draft)
      await give(head, draft)
      await runOn(head, ['dhcpd', '-4', '-t', '-cf', draft])
      await runOn(head, ['mv', '-f', draft, conf])
      // From there, this head is the other one.
      await copyTo(head, conf, secondary)
      await give(head, secondary)
      // Without failover only the active head answers; the other one is ready for when it becomes that.
      await runOn(head, ['systemctl', 'stop', host.services.dhcpd])
      if (how.forgetLeases) await runOn(head, ['rm', '-f', leases, `${leases}~`])
      await runOn(head, ['touch', leases])
      if (how.start) await runOn(head, ['systemctl', 'start', host.services.dhcpd])
    })
  }
}
