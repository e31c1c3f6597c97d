// The zones on the other heads.
import { rsyncTo, runOn } from '../../host/remote.ts'
import type { Cluster } from '../../object/cluster.ts'
import { findHeads } from '../heads.ts'
import { attempt, type Notes } from '../outcome.ts'
import type { DnsPlace } from './dns-files.ts'

/**
 * Gives the other heads the zones, and has their named read them; heads that cannot be reached are failures.
 */
export async function tellOthers(
  cluster: Cluster,
  named: string,
  { list, dir }: Pick<DnsPlace, 'list' | 'dir'>,
  notes: Notes,
): Promise<void> {
  const { others } = await findHeads(cluster)
  for (const head of others) {
    await attempt(notes, async () => {
      // A link to the file is the business of this head.
      await rsyncTo(head, list, ['--copy-links'])
      await rsyncTo(head, `${dir}/`, ['--include=*.luna.zone', '--exclude=*', '--delete'])
      await runOn(head, ['systemctl', 'reload', named])
    })
  }
}
