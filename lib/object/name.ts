// What things may be called. New names are checked when they are given, since they end up in DNS, iPXE,
// dhcpd, shell and file names; names that a database already holds are taken as they are, and judged where
// they are rendered.
import { LunaError } from '../error.ts'
import type { Kind } from './field.ts'

/** What a name is given to; decides which characters it may have. */
type Named = Kind | 'interface'

interface Rule {
  holds: (name: string) => boolean
  fix: string
}

const hostRule: Rule = {
  holds: isHostLabel,
  fix: 'use letters, digits and inner hyphens, 63 characters at most',
}
const zoneRule: Rule = {
  holds: isDnsName,
  fix: 'use a DNS name: letters, digits and inner hyphens, parts separated by dots',
}
const wordRule: Rule = {
  holds: isPlainWord,
  fix: 'use letters, digits and . _ + -, 63 characters at most, and start with a letter or digit',
}

// Nodes, switches and other devices are hosts in DNS; a network's name is the name of its zone.
const rules = {
  cluster: wordRule,
  osimage: wordRule,
  bmcsetup: wordRule,
  group: wordRule,
  interface: wordRule,
  network: zoneRule,
  node: hostRule,
  switch: hostRule,
  otherdev: hostRule,
} satisfies Record<Named, Rule>

/** Throws LunaError `refused` unless a new object of that kind may have the name. */
export function checkNewName(kind: Named, name: string): void {
  const rule = rules[kind]
  if (rule.holds(name)) return
  const shown = JSON.stringify(name.slice(0, 80)).replace(/\p{Cc}/gu, '?')
  const why = name === '' ? 'it is empty' : 'it could not be used safely in DNS, boot scripts and file names'
  throw new LunaError('refused', `${shown} cannot be the name of a new ${kind}`, { why, fix: rule.fix })
}

/** What to say of a name that another object of the kind has. */
export function nameTaken(kind: Kind, name: string): LunaError {
  return new LunaError('taken', `there is ${aKind(kind)} "${name}" already`, {
    fix: `choose another name, or see what it is: luna ${kind} show ${name}`,
  })
}

/** "a node", "an osimage". */
export function aKind(kind: string): string {
  return /^[aeo]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

/** Whether a new object of that kind could have the name. */
export function fitsName(kind: Named, name: string): boolean {
  return rules[kind].holds(name)
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
