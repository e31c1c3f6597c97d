// Whether what is in the database fits together, and whether all that nodes get can be made of it.
import { existsSync } from 'node:fs'
import { checkCluster, type Finding } from '../database/check.ts'
import type { Difference } from '../database/difference.ts'
import { dryRunDns } from '../database/dry-run-dns.ts'
import { dryRunNodes } from '../database/dry-run-nodes.ts'
import { type Check, fine, firstOf, type Verdict, wrong } from './check.ts'

export const databaseChecks: readonly Check[] = [
  {
    name: 'database',
    run: async ({ store }) => judgeDatabase(await checkCluster(store, { repair: false })),
  },
  {
    name: 'scripts',
    async run({ store, config, cluster, all }) {
      const usesDns = existsSync(cluster.named_include_file ?? '')
      // What a dry run finds in DHCP, nginx and files has checks of its own.
      return judgeScripts([
        ...(usesDns ? await dryRunDns(store, config, cluster, all) : []),
        ...(await dryRunNodes(store, all)),
      ])
    },
  },
]

/** What `luna cluster check` finds. */
export function judgeDatabase(findings: readonly Pick<Finding, 'line' | 'harmless'>[]): Verdict {
  const defects = findings.filter(({ harmless }) => !harmless)
  const remarks = findings.length - defects.length
  if (defects.length > 0)
    return wrong(firstOf(defects.map(({ line }) => line)), 'luna cluster check --repair')
  return fine(remarks === 0 ? 'no defects' : `no defects, ${remarks} good to know: luna cluster check`)
}

/** What `luna db migrate --dry-run` finds. */
export function judgeScripts(differences: readonly Difference[]): Verdict {
  const lost = differences.filter((each) => each.lost)
  const remarks = differences.length - lost.length
  if (lost.length > 0)
    return wrong(firstOf(lost.map((each) => `${each.in}: ${each.line}`)), 'luna db migrate --dry-run')
  const more = remarks === 0 ? '' : `, ${remarks} good to know: luna db migrate --dry-run`
  return fine(`menus, boot and install scripts can be made${more}`)
}
