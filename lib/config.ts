// /etc/luna.conf: which store, where generated files go, what the daemons are called. INI, as it always was.
import { existsSync, readFileSync } from 'node:fs'
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

const defaults = {
  el: {
    paths: {
      dhcpd_conf: '/etc/dhcp/dhcpd.conf',
      dhcpd_secondary_conf: '/etc/dhcp/dhcpd-secondary.conf',
      dhcpd_leases: '/var/lib/dhcpd/dhcpd.leases',
      tftp_root: '/tftpboot',
      nginx_conf_d: '/etc/nginx/conf.d',
    },
    services: { dhcpd: 'dhcpd', nginx: 'nginx', named: 'named', tftpd: 'tftp', responder: 'own' },
  },
  debian: {
    paths: {
      dhcpd_conf: '/etc/dhcp/dhcpd.conf',
      dhcpd_secondary_conf: '/etc/dhcp/dhcpd-secondary.conf',
      dhcpd_leases: '/var/lib/dhcp/dhcpd.leases',
      tftp_root: '/tftpboot',
      nginx_conf_d: '/etc/nginx/conf.d',
    },
    services: {
      dhcpd: 'isc-dhcp-server',
      nginx: 'nginx',
      named: 'named',
      tftpd: 'tftpd-hpa',
      responder: 'own',
    },
  },
} satisfies Record<string, { paths: Paths; services: Services }>

/**
 * Reads the configuration: the file that LUNA_CONF names, else /etc/luna.conf. Without the latter it is
 * MongoDB on localhost. Throws LunaError `invalid` for a file that LUNA_CONF names and that is not there, and
 * for unknown sections' keys.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const named = env.LUNA_CONF || undefined
  const file = named ?? '/etc/luna.conf'
  const family = existsSync('/etc/debian_version') ? 'debian' : 'el'
  if (!named && !existsSync(file)) return parseConfig('', file, family)
  try {
    return parseConfig(readFileSync(file, 'utf8'), file, family)
  } catch (cause) {
    if (cause instanceof LunaError) throw cause
    throw new LunaError('invalid', `cannot read the configuration file ${file}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: named ? 'correct LUNA_CONF' : `make ${file} readable`,
      cause,
    })
  }
}

/** The configuration in a text of luna.conf(5). Pure. Missing and empty keys have their defaults. */
export function parseConfig(text: string, file: string, family: keyof typeof defaults): Config {
  const ini = parseIni(text, file)
  const embedded = ini.get('embedded')?.get('path')
  return {
    file,
    store: embedded ? { embedded } : { mongo: mongoConfig(ini.get('mongodb') ?? new Map()) },
    paths: withDefaults(defaults[family].paths, ini.get('paths'), file),
    services: servicesOf(withDefaults(defaults[family].services, ini.get('services'), file), file),
  }
}

type Section = ReadonlyMap<string, string>

function mongoConfig(section: Section): MongoConfig {
  const text = (key: string) => section.get(key) || undefined
  const replicaset = text('replicaset')
  const authdb = text('authdb')
  const user = text('user')
  const password = text('password')
  const caFile = text('cacert')
  return {
    server: text('server') ?? 'localhost',
    ...(replicaset && { replicaset }),
    ...(authdb && { authdb }),
    ...(user && { user }),
    ...(password && { password }),
    tls: ['Enabled', 'enabled'].includes(text('ssl') ?? ''),
    ...(caFile && { caFile }),
  }
}

function withDefaults<T extends { readonly [key: string]: string }>(
  base: T,
  section: Section | undefined,
  file: string,
): T {
  for (const key of section?.keys() ?? []) {
    if (key in base) continue
    throw new LunaError('invalid', `${file}: unknown key "${key}"`, {
      fix: `known keys: ${Object.keys(base).join(', ')}`,
    })
  }
  const given = [...(section ?? [])].filter(([, value]) => value !== '')
  return { ...base, ...Object.fromEntries(given) }
}

function servicesOf(services: Readonly<Record<keyof Services, string>>, file: string): Services {
  const { responder } = services
  if (responder === 'own' || responder === 'node-fastcgi') return { ...services, responder }
  throw new LunaError('invalid', `${file}: responder=${responder} is not known`, {
    fix: 'write responder=own or responder=node-fastcgi',
  })
}

/** Sections and keys are taken in any case; `#` and `;` begin a comment at the start of a line. */
function parseIni(text: string, file: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[([^\]]+)\]$/.exec(line)?.[1]
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line)
    if (header) {
      section = sections.get(header.toLowerCase()) ?? new Map<string, string>()
      sections.set(header.toLowerCase(), section)
    } else if (section && pair?.[1]) section.set(pair[1].toLowerCase(), pair[2] ?? '')
    else
      throw new LunaError('invalid', `${file}, line ${index + 1}: not a section or "key=value"`, {
        why: `it says "${line}"`,
        fix: 'write it as key=value below a [Section], or put a # in front',
      })
  }
  return sections
}
