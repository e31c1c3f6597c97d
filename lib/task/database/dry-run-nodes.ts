// A dry run for all nodes: menu, boot scripts, install scripts. Equal trouble of many nodes is one line.
import { LunaError, sentence } from '../../error.ts'
import { label } from '../../object/check/defect.ts'
import { frontendUrl } from '../../object/cluster.ts'
import { interfaceKey } from '../../object/group.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import { untranslatedParameters } from '../../object/ifcfg.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import type { Node } from '../../object/node.ts'
import type { Store } from '../../store/store.ts'
import { bootMenu, bootScript } from '../boot/boot.ts'
import { previewInstallScript } from '../boot/install-script.ts'
import { getCluster } from '../inventory.ts'
import { unpackedLines } from '../show/unpacked.ts'
import type { Difference } from './difference.ts'

export async function dryRunNodes(store: Store, all: Inventory): Promise<Difference[]> {
  return [
    ...(await menu(store)),
    ...(await scripts('boot', all.node, (node) => bootScript(store, node))),
    ...(await scripts('install', all.node, (node) => previewInstallScript(store, node))),
    // As in the first Luna, but worth knowing.
    ...unpackedLines(all).map((line): Difference => ({ in: 'install', line, lost: false })),
    ...all.group.flatMap(({ name, torrent_if, interfaces }) => {
      const unknown = torrent_if && interfaceKey({ interfaces }, torrent_if) === undefined
      const line = `${label('group', name)}: torrent_if ${torrent_if} is no interface of it, and is ignored`
      return unknown ? [{ in: 'install' as const, line, lost: false }] : []
    }),
    ...parameters(all),
  ]
}

async function menu(store: Store): Promise<Difference[]> {
  const url = frontendUrl(await getCluster(store))
  const failures: string[] = []
  const { leftOut } = await bootMenu(store, url, 0).catch((error: unknown) => {
    failures.push(textOf(error))
    return { leftOut: [] }
  })
  const names = leftOut.map((name) => JSON.stringify(name)).join(', ')
  const lines = [...failures, ...(names ? [`names that it cannot hold are left out: ${names}`] : [])]
  return lines.map((line) => ({ in: 'menu', line, lost: true }))
}

async function scripts(
  where: 'boot' | 'install',
  nodes: readonly Node[],
  render: (node: Node) => Promise<string>,
): Promise<Difference[]> {
  const failures = new Map<string, string[]>()
  for (const node of nodes) {
    try {
      await render(node)
    } catch (error) {
      const text = textOf(error)
      const names = failures.get(text) ?? []
      failures.set(text, names)
      names.push(node.name)
    }
  }
  return [...failures].map(([text, names]) => {
    return { in: where, line: `no ${where} script for ${listOf(names)}: ${text}`, lost: true }
  })
}

/** The sentence of an error that is the operator's business; others are thrown on. */
function textOf(error: unknown): string {
  if (error instanceof LunaError && error.code !== 'unavailable') return sentence(error)
  throw error
}

function listOf(names: readonly string[]): string {
  const list = compressHostlist(names)
  return /^[\w.,[\]+-]+$/.test(list) ? list : JSON.stringify(list)
}

function parameters({ group }: Inventory): Difference[] {
  return group.flatMap((each) =>
    Object.values(each.interfaces).flatMap(({ name, params }): Difference[] => {
      const keys = untranslatedParameters(params)
      const line = `${label('group', each.name)}, interface ${name}: ${keys.join(', ')}: only for images that have ifcfg files`
      return keys.length > 0 ? [{ in: 'install', line, lost: false }] : []
    }),
  )
}
