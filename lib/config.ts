// /etc/luna.conf: which store, where generated files go, what the daemons are called. INI, as it always was.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { LunaError } from './error.ts'

export interface MongoConfig {
  /** host[:port], or several separated by commas. */
  readonly server: string
  readonly replicaset?: string
  readonly authdb?: string
  /** Used only when both user and password are there. */
  readonly user?: string
  readonly password?: string
  readonly tls: boolean
  readonly caFile?: string
}

export interface Config {
  /** The file that was read, or would have been. */
  readonly file: string
  readonly store: { readonly embedded: string } | { readonly mongo: MongoConfig }
  readonly paths: Paths
  readonly services: Services
}

/** Where generated files go. */
export interface Paths {
  readonly dhcpd_conf: string
  readonly dhcpd_secondary_conf: string
  readonly dhcpd_leases: string
  readonly tftp_root: string
  readonly nginx_conf_d: string
}

/** Which program answers FastCGI in lweb: Luna's own, or the npm package node-fastcgi. */
export type Responder = 'own' | 'node-fastcgi'

/** What systemd calls the daemons; and what answers in lweb. */
export interface Services {
  readonly dhcpd: string
  readonly nginx: string
  readonly named: string
  readonly tftpd: string
  readonly responder: Responder
}

const paths = {
  dhcpd_conf: '/etc/dhcp/dhcpd.conf',
  dhcpd_secondary_conf: '/etc/dhcp/dhcpd-secondary.conf',
  dhcpd_leases: '/var/lib/dhcpd/dhcpd.leases',
  tftp_root: '/tftpboot',
  nginx_conf_d: '/etc/nginx/conf.d',
} satisfies Paths
const services = {
  dhcpd: 'dhcpd',
  nginx: 'nginx',
  named: 'named',
  tftpd: 'tftp',
  responder: 'own',
} satisfies Services

const defaults = {
  el: { paths, services },
  debian: {
    paths: { ...paths, dhcpd_leases: '/var/lib/dhcp/dhcpd.leases' },
    services: { ...services, dhcpd: 'isc-dhcp-server', tftpd: 'tftpd-hpa' },
  },
}

/**
 * Reads the configuration: the file that LUNA_CONF names, else /etc/luna.conf. Without the latter it is
 * MongoDB on localhost. Throws LunaError `invalid` for a file that LUNA_CONF names and that is not there, for
 * what is no file, and for what luna.conf(5) does not know.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const named = env.LUNA_CONF || undefined
  const file = named ?? '/etc/luna.conf'
  const family = existsSync('/etc/debian_version') ? 'debian' : 'el'
  if (!named && !existsSync(file)) return parseConfig('', file, family)
  try {
    return parseConfig(textOf(file), file, family)
  } catch (cause) {
    if (cause instanceof LunaError) throw cause
    throw new LunaError('invalid', `cannot read the configuration file ${file}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: named ? 'correct LUNA_CONF' : `make ${file} readable`,
      cause,
    })
  }
}

function textOf(file: string): string {
  // Opening a pipe would wait for somebody who writes into it.
  if (!statSync(file).isFile() && file !== '/dev/null') throw new Error('it is not a regular file')
  return readFileSync(file, 'utf8')
}

/** The configuration in a text of luna.conf(5). Pure. Missing and empty keys have their defaults. */
export function parseConfig(text: string, file: string, family: keyof typeof defaults): Config {
  const ini = parseIni(text, file)
  const { paths, services } = defaults[family]
  const [ofPaths, ofServices] = [Object.keys(paths), Object.keys(services)]
  const known = { MongoDB: mongoKeys, Embedded: ['path'], Paths: ofPaths, Services: ofServices }
  refuseUnknown(ini, known, file)
  refuseRelative(ini, file)
  const embedded = ini.get('embedded')?.get('path')
  return {
    file,
    store: embedded ? { embedded } : { mongo: mongoConfig(ini.get('mongodb') ?? new Map(), file) },
    paths: withDefaults(paths, ini.get('paths')),
    services: servicesOf(withDefaults(services, ini.get('services')), file),
  }
}

/** True where the text of luna.conf says which store it is. */
export function namesStore(text: string, file: string): boolean {
  const ini = parseIni(text, file)
  return ini.has('mongodb') || Boolean(ini.get('embedded')?.get('path'))
}

/**
 * The text of luna.conf with a key in its section; the section is put at the end where there is none. A key
 * that the section has already stays, and so does the text.
 */
export function withKey(text: string, section: string, key: string, value: string): string {
  const ini = parseIni(text, '')
  if (ini.get(section.toLowerCase())?.get(key)) return text
  const line = `${key}=${value}\n`
  const header = new RegExp(`^[ \\t]*\\[${section}\\][ \\t]*\\r?\\n`, 'im').exec(text)
  if (header) {
    const at = header.index + header[0].length
    return text.slice(0, at) + line + text.slice(at)
  }
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n'
  return `${text}${gap}[${section}]\n${line}`
}

type Section = ReadonlyMap<string, string>

const mongoKeys = ['server', 'replicaset', 'authdb', 'user', 'password', 'SSL', 'CAcert'] as const

/** Refuses the sections and keys that no program reads. */
function refuseUnknown(
  ini: ReadonlyMap<string, Section>,
  known: Readonly<Record<string, readonly string[]>>,
  file: string,
): void {
  for (const [name, section] of ini) {
    const names = known[Object.keys(known).find((each) => each.toLowerCase() === name) ?? '']
    const sections = Object.keys(known).map((each) => `[${each}]`)
    if (!names)
      throw invalid(`${file}: unknown section${quoted(name)}`, `known sections: ${sections.join(', ')}`)
    for (const key of section.keys()) {
      if (names.some((each) => each.toLowerCase() === key)) continue
      throw invalid(`${file}: unknown key${quoted(key)}`, `known keys: ${names.join(', ')}`)
    }
  }
}

/** A name as part of an error; what looks like none may be a secret in the wrong place. */
function quoted(name: string): string {
  return /^[a-z_]{1,24}$/.test(name) ? ` "${name}"` : ''
}

/**
 * Refuses what is no absolute path: programs are started in several directories, and each would have its own.
 */
function refuseRelative(ini: ReadonlyMap<string, Section>, file: string): void {
  for (const name of ['embedded', 'paths'])
    for (const [key, value] of ini.get(name) ?? []) {
      if (value !== '' && !value.startsWith('/'))
        throw invalid(`${file}: ${key} is no absolute path`, 'write it from / on, without quotes')
      refuseComment(key, value, file)
    }
}

function refuseComment(key: string, value: string, file: string): void {
  if (!/\s[#;]/.test(value)) return
  throw invalid(`${file}: ${key} has a comment in it`, 'write the comment on a line of its own')
}

function mongoConfig(section: Section, file: string): MongoConfig {
  const text = (key: (typeof mongoKeys)[number]) => section.get(key.toLowerCase()) || undefined
  const replicaset = text('replicaset')
  const authdb = text('authdb')
  const user = text('user')
  const password = text('password')
  const caFile = text('CAcert')
  const tls = isOn(text('SSL') ?? '', file)
  if (caFile && !tls) {
    throw invalid(`${file}: CAcert without SSL`, 'write SSL=Enabled as well, or take CAcert out')
  }
  return {
    server: serverOf(text('server') ?? 'localhost', file),
    ...(replicaset && { replicaset }),
    ...(authdb && { authdb }),
    ...(user && { user }),
    ...(password && { password }),
    tls,
    ...(caFile && { caFile }),
  }
}

function isOn(value: string, file: string): boolean {
  const text = value.toLowerCase()
  if (['enabled', 'yes', 'true', 'on', '1'].includes(text)) return true
  if (['', 'disabled', 'no', 'false', 'off', '0'].includes(text)) return false
  throw invalid(`${file}: SSL says neither yes nor no`, 'write SSL=Enabled, or take the line out')
}

/** The hosts, without blanks. What is refused is not repeated: it may hold a password. */
function serverOf(value: string, file: string): string {
  const hosts = value.split(',').map((host) => host.trim())
  for (const host of hosts) {
    const [what, fix] = hostTrouble(host) ?? []
    if (what) throw invalid(`${file}: server of [MongoDB] ${what}`, `${fix}`)
  }
  return hosts.join(',')
}

/** What is wrong with a host, and what to write; undefined for host, host:port, [IPv6]:port, and a socket. */
function hostTrouble(host: string): readonly [string, string] | undefined {
  if (host === '') return ['has an empty name', 'write the names with one comma between two']
  if (host.includes('://')) return ['is a URL', 'write host:port alone, and user, password, authdb as keys']
  if (host.includes('@')) return ['has a user in it', 'write user= and password= as keys of their own']
  if (/^\/[^?#\s]+\.sock$/.test(host)) return undefined
  if (/[\s/?#]/.test(host))
    return ['has more than hosts in it', 'write host:port, or the path of a socket.sock']
  const [whole, , port = '27017'] = /^(\[[\da-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host) ?? []
  if (whole !== undefined && Number(port) >= 1 && Number(port) <= 65535) return undefined
  if (whole !== undefined) return ['has a port that there is not', 'write one from 1 to 65535, or none']
  return ['is no host', 'write host:port, and an IPv6 address in brackets: [::1]:27017']
}

function withDefaults<T extends object>(base: T, section?: Section): T {
  const given = [...(section ?? [])].filter(([, value]) => value !== '')
  return { ...base, ...Object.fromEntries(given) }
}

function servicesOf(services: Readonly<Record<keyof Services, string>>, file: string): Services {
  for (const [key, unit] of Object.entries(services)) {
    // Names of units (systemd.unit(5)); one with a hyphen in front would be an option.
    if (/^[\w:.@\\][\w:.@\\-]*$/.test(unit)) continue
    throw invalid(`${file}: ${key} is no unit of systemd`, `write its name alone: ${key}=${key}`)
  }
  const { responder } = services
  if (responder === 'own' || responder === 'node-fastcgi') return { ...services, responder }
  throw invalid(`${file}: responder is not known`, 'write responder=own or responder=node-fastcgi')
}

function invalid(what: string, fix: string): LunaError {
  return new LunaError('invalid', what, { fix })
}

/** Sections and keys are taken in any case; `#` and `;` begin a comment at the start of a line. */
function parseIni(text: string, file: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    // What cannot be read has become U+FFFD; in a comment that hurts nobody.
    if (line.includes('\ufffd'))
      throw invalid(`${file}, line ${index + 1}: not UTF-8`, 'convert it, as with iconv -f latin1 -t utf-8')
    const header = /^\[([^\]]+)\]$/.exec(line)?.[1]
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line)
    if (header) {
      section = sections.get(header.toLowerCase()) ?? new Map<string, string>()
      sections.set(header.toLowerCase(), section)
    } else if (section && pair?.[1]) {
      const [key, value] = [pair[1].toLowerCase(), pair[2] ?? '']
      const other = section.get(key)
      if (other && value && other !== value)
        throw invalid(`${file}, line ${index + 1}: a second value of${quoted(key)}`, 'take one of them out')
      section.set(key, value || (other ?? ''))
    } else
      throw invalid(
        `${file}, line ${index + 1}: not a section or "key=value"`,
        section || header ? 'correct the line' : 'write a section before it: [MongoDB] or [Embedded]',
      )
  }
  return sections
}
