// The name server of this machine: its own opinion of zones and configuration, its account, what it serves.
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { briefly, run } from '../run.ts'
import { findUser, type Owner } from '../user.ts'
import { type Draft, judge } from './checker.ts'

/** The file of a zone. */
export interface ZoneDraft extends Draft {
  readonly name: string
  /** It has names with underscores. */
  readonly underscores: boolean
}

/**
 * Has the checkers of named judge the list of zones and every zone, and gives their warnings. Throws
 * LunaError `failed`.
 */
export async function checkNamed(list: Draft, zones: readonly ZoneDraft[]): Promise<string[]> {
  const warnings = await judge('named-checkconf', [list.file], list)
  for (const zone of zones) warnings.push(...(await checkZone(zone)))
  return warnings
}

/** Has named-checkzone(1) judge a zone, and gives its warnings. Throws LunaError `failed`. */
export async function checkZone(zone: ZoneDraft): Promise<string[]> {
  // Only within the zone: other names would be asked for on the network.
  const names = zone.underscores ? ['-k', 'ignore'] : ['-k', 'fail']
  return await judge('named-checkzone', ['-i', 'local', ...names, zone.name, zone.file], zone, outcome)
}

/** What named-checkzone says of every zone at its end. */
const outcome = /not loaded due to|: loaded serial |^OK$/

/** The account of named: `named` on EL, `bind` on Debian. */
export async function namedOwner(): Promise<Owner | undefined> {
  return (await findUser('named')) ?? (await findUser('bind'))
}

/**
 * The configuration of named with all that it includes; undefined where there is none that named could use.
 */
export async function namedConfiguration(): Promise<string | undefined> {
  const { status, stdout } = await run('named-checkconf', ['-p'], { ...briefly, allowFailure: true })
  return status === 0 ? stdout : undefined
}

/** True where a configuration has zones of Luna in it. */
export function hasZones(configuration: string): boolean {
  return configuration.includes('.luna.zone"')
}

/** The file of named's configuration that a line of the operator goes to: Debian's, else EL's. */
export function namedConfigurationFile(): string {
  const debian = ['/etc/bind/named.conf.local', '/etc/bind/named.conf']
  return debian.find((file) => existsSync(file)) ?? '/etc/named.conf'
}

/** Where a configuration has named look for zone files. */
export function namedDirectory(configuration: string): string | undefined {
  return /^\s*directory "([^"]*)";/m.exec(configuration)?.[1]
}

/** True unless the running named says that it has no such zone (rndc(8)). */
export async function mayServe(zone: string): Promise<boolean> {
  const asked = run('rndc', ['zonestatus', zone], { allowFailure: true, timeout: 10_000 })
  const { status, stdout, stderr } = await asked.catch(() => ({ status: 0, stdout: '', stderr: '' }))
  return status === 0 || !/not found|no matching zone/i.test(stdout + stderr)
}

/** The configuration of named, as far as Luna has to do with it. */
export interface Named {
  /** The file that the line with Luna's zones goes to, and its text. */
  readonly file: string
  readonly text: string
  readonly rights: { readonly uid: number; readonly gid: number; readonly mode: number }
  /** All that named reads, without comments (named-checkconf(8), -p). */
  readonly configuration: string
}

/** Undefined where no named is installed, or where it does not accept its own configuration. */
export async function findNamed(): Promise<Named | undefined> {
  const file = namedConfigurationFile()
  const rights = await stat(file).catch(() => undefined)
  const configuration = rights && (await namedConfiguration().catch(() => undefined))
  if (!rights || configuration === undefined) return undefined
  return { file, text: await readFile(file, 'utf8'), rights, configuration }
}
