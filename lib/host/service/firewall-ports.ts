// The firewall of this machine, where firewalld or ufw runs one: which ports it lets in.
import { briefly, run } from '../run.ts'

export type Protocol = 'tcp' | 'udp'

export interface PortRange {
  readonly first: number
  readonly last: number
  readonly protocol: Protocol
}

export interface Firewall {
  readonly name: 'firewalld' | 'ufw'
  /** The zone of the interface; empty for ufw. */
  readonly zone: string
  /** What comes in by the interface; `all` without a limit. */
  readonly open: readonly PortRange[] | 'all'
}

/** The firewall that runs here, as it is for an interface; undefined where neither of the two runs. */
export async function findFirewall(link: string): Promise<Firewall | undefined> {
  return (await firewalld(link)) ?? (await ufw(link))
}

async function firewalld(link: string): Promise<Firewall | undefined> {
  if ((await said('firewall-cmd', '--state')) !== 'running') return undefined
  const zone =
    (await said('firewall-cmd', `--get-zone-of-interface=${link}`)) ??
    (await said('firewall-cmd', '--get-default-zone')) ??
    'public'
  const all = linesOf((await said('firewall-cmd', `--zone=${zone}`, '--list-all')) ?? '')
  if (all.target?.[0] === 'ACCEPT') return { name: 'firewalld', zone, open: 'all' }
  const open = [...(all.ports ?? [])]
  for (const service of all.services ?? [])
    open.push(...(linesOf((await said('firewall-cmd', `--info-service=${service}`)) ?? '').ports ?? []))
  return { name: 'firewalld', zone, open: open.flatMap((port) => readPorts(port)) }
}

/** Lines `key: word word`, as firewall-cmd(1) prints them. */
function linesOf(text: string): Readonly<Record<string, readonly string[]>> {
  const pairs = text.matchAll(/^\s+([\w-]+):[ \t]*(.*)$/gm)
  return Object.fromEntries(
    [...pairs].map(([, key = '', words = '']) => [key, words.split(/\s+/).filter(Boolean)]),
  )
}

async function ufw(link: string): Promise<Firewall | undefined> {
  const text = (await said('ufw', 'status', 'verbose')) ?? ''
  if (!/^Status: active$/m.test(text)) return undefined
  const open = /^Default: allow \(incoming\)/m.test(text) ? 'all' : openOfUfw(text, link)
  return { name: 'ufw', zone: '', open }
}

/** What the lines of `ufw status verbose` let in by an interface; from whom is left aside. */
export function openOfUfw(text: string, link: string): readonly PortRange[] | 'all' {
  const rules = text.split('\n').flatMap((line) => {
    const [, to, only] = /^(\S+)(?: \(.*?\))?(?: on (\S+))?\s+(?:ALLOW|LIMIT)(?: IN)?\s/.exec(line) ?? []
    return to === undefined || (only !== undefined && only !== link) ? [] : [to]
  })
  return rules.includes('Anywhere') ? 'all' : rules.flatMap((to) => readPorts(to))
}

/** `7052-7200/tcp`, `69/udp`, `80,7050/tcp`, `7052:7200/tcp`; without a protocol it is both. */
export function readPorts(text: string): PortRange[] {
  const [, list = '', protocol] = /^([\d,:-]+)(?:\/(tcp|udp))?$/.exec(text) ?? []
  const protocols: readonly Protocol[] =
    protocol === 'tcp' || protocol === 'udp' ? [protocol] : ['tcp', 'udp']
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split(/[-:]/).map(Number)
    if (range === '' || !Number.isInteger(first)) return []
    return protocols.map((each) => ({ first, last, protocol: each }))
  })
}

/** The output of a program; undefined where it is not there, or fails. */
async function said(program: string, ...args: string[]): Promise<string | undefined> {
  const ran = await run(program, args, { ...briefly, allowFailure: true }).catch(() => undefined)
  return ran?.status === 0 ? ran.stdout.trimEnd() : undefined
}
