// luna cluster makedhcp: dhcpd.conf of all heads, dhcpd itself, and the range of addresses for machines that
// are not known.
//
// Files come first and the database last: dhcpd is restarted, which may take two minutes, while other
// commands go on. Only the last step, which reserves the addresses of a new range, is alone in the whole
// cluster; where it fails, dhcpd gets its former file and leases back. The other heads are told afterwards.
// Two of these commands on one machine take turns.
import type { Config } from '../../config.ts'
import type { Steps } from '../../host/apply-files.ts'
import { checkDhcpd, swapLeases } from '../../host/service/dhcpd.ts'
import { bringUp, isActive, service } from '../../host/service/service.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { tellOthers, tryOthers } from './dhcp-heads.ts'
import { type DhcpPlan, type DhcpWish, planDhcp } from './dhcp-plan.ts'
import { recordRange } from './dhcp-record.ts'
import { refuseDebianDefaults } from './dhcp-start.ts'
import { type Generated, generateFiles, whileAlone } from './generate.ts'

type Host = Pick<Config, 'paths' | 'services'>

/**
 * Writes dhcpd.conf, restarts dhcpd when it differs, and moves the DHCP range when a new one is given: all of
 * it or nothing on this machine. What is wrong with the wish is `invalid` or `refused`; an unknown
 * network `not-found`. Other heads that cannot be reached are failures.
 */
export async function makeDhcp(store: Store, host: Host, wish: DhcpWish): Promise<Generated> {
  const dryRun = wish.dryRun ?? false
  return await whileAlone(host.paths.dhcpd_conf, dryRun, async () => {
    const plan = await planDhcp(store, host, wish)
    if (!dryRun) await refuseDebianDefaults(host.services.dhcpd, (await getCluster(store)).frontend_address)
    const files = plan.files.map(({ file }) => file)
    const commit = () => store.transaction((tx) => recordRange(tx, wish, plan.range, plan.notes))
    const steps = { ...stepsOf(host, plan), commit }
    const made = await generateFiles(files, steps, dryRun, plan.notes).catch(async (error: unknown) => {
      if (!dryRun) await tryOthers(host, stoppedTogether(plan), 'start')
      throw error
    })
    const how = { forgetLeases: plan.range.moved, start: plan.native }
    if (!dryRun) await tellOthers(host, plan.heads.others, how, plan.notes)
    return made
  })
}

/**
 * The heads whose dhcpd may not run while the one here starts. Both halves of a pair forget their leases
 * together: one that asks the other for leases of the former range would wait for an hour (mclt).
 */
function stoppedTogether({ native, range, heads }: DhcpPlan): readonly string[] {
  return native && range.moved ? heads.others : []
}

function stepsOf(host: Host, plan: DhcpPlan): Steps {
  const { dhcpd_conf: conf, dhcpd_leases: leases } = host.paths
  const unit = host.services.dhcpd
  let former: Buffer | undefined
  /** Leases of a former range are dropped with it, and come back with it. */
  const restartWithLeases = async (back: boolean) => {
    await service('stop', unit)
    const next = back ? former : Buffer.alloc(0)
    if (next) former = await swapLeases(leases, next)
    await bringUp('start', unit)
  }
  return {
    async check(draftOf) {
      for (const { file, origin } of plan.files) {
        const draft = { path: file.path, file: draftOf(file.path), origin }
        plan.notes.warnings.push(...(await checkDhcpd(draft)))
      }
    },
    async activate(changed, back) {
      await tryOthers(host, stoppedTogether(plan), 'stop')
      if (plan.range.moved) await restartWithLeases(back)
      else if (changed.includes(conf)) await bringUp('restart', unit)
      else if (!(await isActive(unit))) await bringUp('start', unit)
    },
  }
}
