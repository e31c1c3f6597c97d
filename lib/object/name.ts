// What things may be called. New names are checked when they are given, since they end up in DNS, iPXE,
// dhcpd, shell and file names; names that a database already holds are taken as they are, and judged where
// they are rendered.
import { LunaError } from '../error.ts'
import type { Kind } from './field.ts'
import type { Rule } from './given/rule.ts'

/** What a name is given to; decides which characters it may have. */
type Named = Kind | 'interface'

const hostRule: Rule = {
  objection: (name) => {
    if (name.length > 63)
      return `it has ${name.length} characters, a label of a host name 63 (RFC 1035 section 2.3.4)`
    if (/^localhost$/i.test(name)) return 'every machine calls itself localhost (RFC 6761 section 6.3)'
    return isHostLabel(name)
      ? undefined
      : 'a host name has letters, digits and inner hyphens (RFC 1123 section 2.1)'
  },
  fix: 'use letters, digits and inner hyphens, 63 characters at most',
}

// A name in DNS has 253 characters at most (RFC 1035 section 2.3.4): a host of the zone has 63 and a dot.
const longestZone = 253 - 64
const zoneRule: Rule = {
  objection: (name) => {
    if (name.length > longestZone)
      return `it has ${name.length} characters, a zone ${longestZone}: its hosts must fit into 253 (RFC 1035 section 2.3.4)`
    if (!isDnsName(name)) return 'it is no DNS name (RFC 1123 section 2.1)'
    if (/(^|\.)(localhost|invalid)$/i.test(name))
      return 'no resolver asks for names in it (RFC 6761 section 6)'
    if (/(^|\.)arpa$/i.test(name)) return 'the zones of addresses are there (RFC 3172)'
    return /^[\d.]+$/.test(name)
      ? 'host names in it could be read as addresses (RFC 1123 section 2.1)'
      : undefined
  },
  fix: 'use a DNS name: letters, digits and inner hyphens, parts separated by dots',
}

const wordRule: Rule = {
  objection: (name) =>
    isPlainWord(name) ? undefined : 'it could not be used safely in boot scripts and file names',
  fix: 'use letters, digits and . _ + -, 63 characters at most, and start with a letter or digit',
}

/** What the install script can hold: names stand in file names, URLs and words of a shell. */
export const scriptNameRule: Rule = {
  objection: (name) =>
    /^[A-Za-z0-9_][A-Za-z0-9._:@-]*$/.test(name)
      ? undefined
      : 'letters, digits and . _ : @ - are what it may have',
  fix: 'rename it',
}

/** An interface of Linux, as the programs that read network files take it. */
const interfaceRule: Rule = {
  objection: (name) => {
    if (name.length > 15)
      return `it has ${name.length} characters, an interface of Linux 15 (IFNAMSIZ, linux/if.h)`
    if (/[:@]/.test(name)) return 'Linux has no interface with : or @ in its name'
    if (/^(\d+|all|default)$/.test(name))
      return 'systemd and sysctl take it for a number or for all interfaces'
    if (name === 'lo') return 'it is that of a machine to itself'
    if (name === 'bonding_masters') return 'Linux has a file there (bonding.txt of its documentation)'
    return scriptNameRule.objection(name)
  },
  fix: 'use letters, digits and . _ -, 15 characters at most',
}

// Nodes, switches and other devices are hosts in DNS; a network's name is the name of its zone.
const rules = {
  cluster: wordRule,
  osimage: wordRule,
  bmcsetup: wordRule,
  group: wordRule,
  interface: interfaceRule,
  network: zoneRule,
  node: hostRule,
  switch: hostRule,
  otherdev: hostRule,
} satisfies Record<Named, Rule>

/** Throws LunaError `refused` unless a new object of that kind may have the name. */
export function checkNewName(kind: Named, name: string): void {
  const why = nameObjection(kind, name)
  if (why === undefined) return
  const shown = JSON.stringify(name.slice(0, 80)).replace(/\p{Cc}/gu, '?')
  throw new LunaError('refused', `${shown} cannot be the name of a new ${kind}`, {
    why,
    fix: rules[kind].fix,
  })
}

/** Why a new object of that kind could not have the name; undefined where it could. */
export function nameObjection(kind: Named, name: string): string | undefined {
  return name === '' ? 'it is empty' : rules[kind].objection(name)
}

// What gethostname(2) has room for.
const longestHostName = 64

/** Why a machine could not be called `NAME.DOMAIN`; undefined where it could. */
export function hostNameObjection(name: string, domain: string): string | undefined {
  const length = `${name}.${domain}`.length
  if (length <= longestHostName) return undefined
  return `${name}.${domain} has ${length} characters, the host name of a machine ${longestHostName} (HOST_NAME_MAX, gethostname(2))`
}

/** Why a host name is hardly meant; undefined where it may be. */
export function hostNameWarning(name: string): string | undefined {
  return /^(\d+|0x[\da-f]+)$/i.test(name)
    ? `${name} without its domain is read as a number that is an IPv4 address (inet_aton(3))`
    : undefined
}

/** What to say of a name that another object of the kind has. */
export function nameTaken(kind: Kind, name: string, why?: string): LunaError {
  return new LunaError('taken', `there is ${aKind(kind)} "${name}" already`, {
    ...(why !== undefined && { why }),
    fix: `choose another name, or see what it is: luna ${kind} show ${name}`,
  })
}

/** "a node", "an osimage". */
export function aKind(kind: string): string {
  return /^[aeo]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

/** True for one label of a host name: RFC 1123 section 2.1, letters in either case, 1..63 characters. */
export function isHostLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text)
}

/** True for host labels joined by dots, 253 characters at most, without the last dot. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isHostLabel)
}

/**
 * True for text that cannot stand on one line: control characters (line ends and tabs too) and line
 * separators.
 */
export function hasControl(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text)
}

function isPlainWord(text: string): boolean {
  return /^[a-z0-9][a-z0-9._+-]{0,62}$/i.test(text)
}

/**
 * The name of the next node: prefix and the highest number in use plus one, at least `digits` wide. The
 * number of a name is what follows the prefix, or all of it without the prefix; names without such a number
 * do not count, nor do numbers of more than 15 digits. Gaps are not filled. Never gives a taken name.
 */
export function nextNodeName(prefix: string, digits: number, takenNames: Iterable<string>): string {
  const taken = new Set(takenNames)
  let highest = 0
  for (const name of taken) highest = Math.max(highest, numberOf(name, prefix))
  for (let n = highest + 1; ; n++) {
    const name = prefix + String(n).padStart(digits, '0')
    if (!taken.has(name)) return name
  }
}

function numberOf(name: string, prefix: string): number {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name
  return /^\d{1,15}$/.test(rest) ? Number(rest) : 0
}
