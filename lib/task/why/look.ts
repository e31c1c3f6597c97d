// Looks at everything between the power button of a node and its running system.
import type { Config } from '../../config.ts'
import { readText } from '../../host/file.ts'
import { lastInJournal } from '../../host/service/journal.ts'
import { interfaceKey } from '../../object/group.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Node } from '../../object/node.ts'
import { openMemoryStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { addressOf } from '../boot/node-facts.ts'
import { type Finding, type Head, needsRoot, type Verdict } from '../doctor/check.ts'
import { checks } from '../doctor/checks.ts'
import { runChecks } from '../doctor/doctor.ts'
import { lookAtHead } from '../doctor/head.ts'
import { finder, groupOf, networksOf } from '../find.ts'
import { powerAll, powerTargets } from '../power.ts'
import { type LastFindings, lastFindings } from '../record/findings.ts'
import { powerOf, powerWord } from '../record/powers.ts'
import { aboutNode } from './about.ts'
import { ago, type Sight } from './sight.ts'

// The checks of the doctor that a boot depends on.
const wanted = [
  ...['service dhcpd', 'service tftpd', 'service nginx', 'service lweb', 'iPXE binaries', 'boot menu'],
  ...['TFTP', 'DHCP servers', 'space for images', 'space of the system'],
]

/**
 * What was seen, and when root found what this user may not look at: null for root, and where it never was.
 */
export interface Looked {
  readonly sight: Sight
  readonly byRoot: number | null
}

/** Looks at all of it, side by side. Throws LunaError `not-found` for an unknown node. */
export async function lookAtNode(
  store: Store,
  config: Config,
  name: string,
  signal: AbortSignal,
  now: number = Date.now(),
): Promise<Looked> {
  const node = await store.getNamed('node', name)
  const copy = openMemoryStore()
  try {
    const head = await lookAtHead(store, copy, config)
    const chosen = checks.filter((check) => wanted.includes(check.name))
    const [findings, power] = await Promise.all([
      runChecks(chosen, head, signal),
      askPower(copy, name, signal),
    ])
    const last = head.root ? undefined : await lastFindings(store)
    const found = last ? withLast(findings, last, now) : findings
    const verdicts = new Map(found.map(({ check, ...verdict }): [string, Verdict] => [check, verdict]))
    const about = await aboutNode(store, head.paths.root, node, now)
    const sight = { ...about, ...(await onHead(store, head, node)), head: verdicts, power, now }
    return { sight, byRoot: last?.time ?? null }
  } finally {
    await copy.close()
  }
}

/** With what root found last in place of what needs root, and of dhcpd.conf, which others may not read. */
function withLast(
  findings: readonly Finding[],
  { time, findings: all }: LastFindings,
  now: number,
): Finding[] {
  const open = findings.filter(({ seen }) => seen !== needsRoot.seen)
  const known = new Set(open.map(({ check }) => check))
  const lasts = all.filter(({ check }) => !known.has(check) && [...wanted, 'dhcpd.conf'].includes(check))
  return [
    ...findings,
    ...lasts.map((one) => ({ ...one, seen: `${one.seen} (root looked ${ago(time, now)} ago)` })),
  ]
}

/** What only root may look at, beside what the store has. */
async function onHead(
  store: Store,
  head: Head,
  node: Node,
): Promise<Pick<Sight, 'reservation' | 'dhcpSaid' | 'tftpSaid'>> {
  const mac = (await store.macOf(node.id)) ?? null
  const { dhcpd, tftpd } = head.config.services
  const address = await bootAddress(store, node)
  return {
    reservation: mac && address ? await reservationOf(head, mac, address) : null,
    dhcpSaid: mac && (await lastInJournal(dhcpd, mac)),
    tftpSaid: address && (await lastInJournal(tftpd, address)),
  }
}

/** The IPv4 address on BOOTIF, which dhcpd is to give. */
async function bootAddress(store: Store, node: Node): Promise<string | null> {
  const find = finder(store)
  const group = await groupOf(find, node)
  const key = group && interfaceKey(group, 'BOOTIF')
  if (!group || key === undefined) return null
  return addressOf({ node, group, networks: await networksOf(find, group) }, key, 4)?.address ?? null
}

/**
 * What the dhcpd.conf on disk gives that MAC address; null without a DHCP range, and where only root may read
 * it.
 */
async function reservationOf(
  { cluster, config, root }: Head,
  mac: Mac,
  wantedAddress: string,
): Promise<Sight['reservation']> {
  if (cluster.dhcp_net === null) return null
  const text = await readText(config.paths.dhcpd_conf).catch((error: unknown) => {
    if (root) throw error
    return null
  })
  if (text === null) return null
  const host = (text ?? '').split(/^\s*host\s/m).find((one) => one.toLowerCase().includes(` ${mac};`))
  const address = host && /fixed-address\s+([\d.]+)\s*;/.exec(host)?.[1]
  return { address: address ?? null, wanted: wantedAddress }
}

async function askPower(store: Store, name: string, signal: AbortSignal): Promise<Sight['power']> {
  const wish = { names: [name], groups: [], interface: 'BMC' }
  const { targets } = await powerTargets(store, wish)
  for await (const { result } of powerAll(targets, 'status', { signal })) return powerOf(powerWord(result))
  return null
}
