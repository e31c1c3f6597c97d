// The install script of a node: fetches all that it says from the store.
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { readSum } from '../../host/image/sum.ts'
import { frontendUrl, paths } from '../../object/cluster.ts'
import { interfaceKey, sortedInterfaces } from '../../object/group.ts'
import type { SteadyNode } from '../../object/node.ts'
import {
  canAsk,
  type InstallBmc,
  type InstallView,
  installPieces,
  installTemplate,
  type Placed,
} from '../../render/install.ts'
import type { Store } from '../../store/store.ts'
import { type BmcMarks, givenBefore } from './bmc-mark.ts'
import { type BootCache, cacheOf } from './cache.ts'
import { addressOf, bootFacts, hostname, type NodeFacts } from './node-facts.ts'

const bmcInterface = 'BMC'

/**
 * The install script of a node as it would be now, in pieces; the status stays. `url` is where nodes reach
 * the cluster, as configured by default. Without `secrets` it asks for the password of the BMC in place of
 * holding it, unless the site has a template that cannot; with `marks` it does not set again what the BMC has
 * taken. Throws LunaError `not-found` while the image of the node is not packed.
 */
export async function installScript(
  shared: BootCache,
  node: SteadyNode,
  url?: string,
  secrets = true,
  marks?: BmcMarks,
): Promise<readonly Buffer[]> {
  const facts = await bootFacts(shared, node)
  const { torrent, tarball, name } = facts.image
  if (torrent && tarball) {
    const view = await installView(shared, facts, url ?? frontendUrl(facts.cluster))
    const bmc = view.bmc && { ...view.bmc, ...(marks && (await givenBefore(marks, node.id, view.bmc))) }
    return scriptOf({ ...view, bmc }, facts, secrets)
  }
  throw new LunaError('not-found', `the image "${name}" of node "${node.name}" is not packed`, {
    fix: `luna osimage pack ${name}`,
  })
}

/** The same to look at, as text: rendered also while the image is not packed, then without file names. */
export async function previewInstallScript(store: Store, node: SteadyNode): Promise<string> {
  const shared = await cacheOf(store)
  const facts = await bootFacts(shared, node)
  const view = await installView(shared, facts, frontendUrl(facts.cluster))
  return Buffer.concat(scriptOf(view, facts, true)).toString()
}

function scriptOf(view: InstallView, { cluster }: NodeFacts, secrets: boolean): readonly Buffer[] {
  const text = installTemplate(paths(cluster).templates)
  const bmc = view.bmc && !secrets && canAsk(text) ? { ...view.bmc, password: null } : view.bmc
  return installPieces({ ...view, bmc }, text)
}

/**
 * What the BMC of the node is set up with; the script asks for the password. Throws LunaError `not-found`
 * when the BMC is to be left alone.
 */
export async function bmcToSetUp(store: Store, node: SteadyNode): Promise<InstallBmc> {
  const shared = await cacheOf(store)
  const bmc = await bmcOf(shared, await bootFacts(shared, node))
  if (bmc) return bmc
  throw new LunaError('not-found', `the BMC of ${node.name} is not set up`, {
    fix: 'luna group change GROUP -b SETUP; luna node change NODE --setupbmc y',
  })
}

/** What the script says. Throws LunaError `failed` when the group's BMC setup is gone. */
export async function installView(shared: BootCache, facts: NodeFacts, url: string): Promise<InstallView> {
  const { node, group, image, networks } = facts
  const domain = group.domain === null ? undefined : networks.get(group.domain)
  return {
    url,
    node: node.name,
    hostname: hostname(facts),
    domain: domain?.name ?? '',
    torrent: image.torrent ?? '',
    tarball: image.tarball ?? '',
    tarballSum: await tarballSum(shared, facts),
    torrentBind: torrentAddress(facts),
    prescript: group.prescript,
    partscript: group.partscript,
    postscript: group.postscript,
    bmc: await bmcOf(shared, facts),
    interfaces: sortedInterfaces(group)
      .filter(({ name }) => name !== bmcInterface)
      .map(({ key, name, params }) => ({ name, ...addressesOf(facts, key), params })),
  }
}

/**
 * The BMC setup, when the group has one and the node wants it, with the IPv4 address of the interface BMC.
 */
async function bmcOf(shared: BootCache, facts: NodeFacts): Promise<InstallView['bmc']> {
  const { node, group } = facts
  if (group.bmcsetup === null || !node.setupbmc) return null
  const setup = await shared.find('bmcsetup', group.bmcsetup)
  if (!setup) {
    throw new LunaError('failed', `the BMC setup of group "${group.name}" is missing`, {
      fix: 'luna cluster check',
    })
  }
  const key = interfaceKey(group, bmcInterface)
  const { userid, netchannel, mgmtchannel } = setup
  return {
    user: setup.user ?? '',
    password: setup.password ?? '',
    ...{ userid, netchannel, mgmtchannel },
    address: key === undefined ? null : addressesOf(facts, key).v4,
  }
}

/** What pack wrote beside the tarball; '' for images that were packed before it did. */
async function tarballSum(shared: BootCache, { cluster, image }: NodeFacts): Promise<string> {
  if (!image.tarball) return ''
  return await shared.once(`sum of ${image.tarball}`, () =>
    readSum(join(paths(cluster).torrents, `${image.tarball}.tgz`)),
  )
}

/** The address that the torrent client binds to: that of the interface named by the group, else any (''). */
function torrentAddress(facts: NodeFacts): string {
  const { group } = facts
  const key = group.torrent_if ? interfaceKey(group, group.torrent_if) : undefined
  if (key === undefined) return ''
  const { v4, v6 } = addressesOf(facts, key)
  return (v4 ?? v6)?.address ?? ''
}

interface Addresses {
  readonly v4: Placed | null
  readonly v6: Placed | null
}

function addressesOf(facts: NodeFacts, key: string): Addresses {
  return { v4: addressOf(facts, key, 4), v6: addressOf(facts, key, 6) }
}
