// What the texts of objects may be: a rule each, that of the strictest program that the text reaches. They
// hold for what an operator gives; what a database has already is told by `luna cluster check`.

export interface Rule {
  /** Why a text cannot be, with the number and the standard; undefined where it can. */
  readonly objection: (text: string) => string | undefined
  /** What to give instead. */
  readonly fix: string
}

/** An object identifier in numbers, with or without a dot in front. */
export const oidRule: Rule = {
  objection: (text) => {
    const numbers = text.replace(/^\./, '').split('.')
    if (!numbers.every((number) => /^(0|[1-9]\d{0,9})$/.test(number) && Number(number) < 2 ** 32))
      return 'an OID is numbers from 0 to 4294967295, joined by dots (RFC 2578 section 3.5)'
    if (numbers.length < 2 || numbers.length > 128)
      return `it has ${numbers.length} numbers, and an OID has 2 to 128 (RFC 2578 section 3.5)`
    const [first = 0, second = 0] = numbers.map(Number)
    const top = first > 2 || (first < 2 && second > 39)
    return top ? 'an OID begins with 0.0 to 0.39, 1.0 to 1.39 or 2 (X.660)' : undefined
  },
  fix: 'write it in numbers, like .1.3.6.1.2.1.17.4.3.1.2',
}

/** What a BMC keeps, and the list of its users shows. */
export const bmcUserRule: Rule = {
  objection: (text) =>
    /^[ -~]*$/.test(text) ? undefined : 'names of IPMI users are ASCII (IPMI 2.0 section 22.28)',
  fix: 'use letters without accents, and digits',
}

/** What uname(2) has room for, in files and on command lines. */
export const kernelVersionRule: Rule = {
  objection: (text) => {
    if (text.length > 64) return `it has ${text.length} characters, and uname(2) has room for 64`
    return /^[a-z0-9][\w.+~-]*$/i.test(text)
      ? undefined
      : 'the version of a kernel is letters, digits and . _ + ~ - (it names files and stands on command lines)'
  },
  fix: 'give it as uname -r says it there: luna osimage show NAME -k',
}

// COMMAND_LINE_SIZE of x86 and arm64, with the NUL at its end.
const commandLineSize = 2048
// root=, luna.ip= and so on, with addresses and names as long as they get (lib/render/ipxe.ts).
const ownArguments = 448
const mostOptions = commandLineSize - 1 - ownArguments

/** Kernel arguments of an operator, which stand behind Luna's own in a script of iPXE. */
export const kernelOptionsRule: Rule = {
  objection: (text) => {
    const bytes = Buffer.byteLength(text)
    if (bytes > mostOptions)
      return `they have ${bytes} bytes of ${mostOptions}: the kernel takes ${commandLineSize} (COMMAND_LINE_SIZE), Luna's own arguments ${ownArguments} of them`
    if ((text.split('"').length - 1) % 2 === 1)
      return 'a double quote is not closed, and the kernel would take all that follows for one argument'
    const bad = unreadByIpxe(text)
    return bad === undefined ? undefined : `iPXE would not read ${JSON.stringify(bad)} as an argument`
  },
  fix: 'give arguments with blanks between them, as in console=ttyS0 quiet',
}

/**
 * What iPXE would take for the end of a command in a text: `;`, `&&`, `||`, a word that begins with `#`,
 * control characters, a backslash at the end. Undefined where there is no such thing.
 */
export function unreadByIpxe(text: string): string | undefined {
  const words = text.split(/[\s\u2028\u2029]+/).filter((word) => word !== '')
  const bad = words.find((word) => /^#|\p{Cc}/u.test(word) || [';', '&&', '||'].includes(word))
  return bad ?? (words.at(-1)?.endsWith('\\') ? '\\' : undefined)
}

/** Names for dracut(8) and modprobe(8), joined by commas. */
export const moduleListRule: Rule = {
  objection: (text) => {
    const bad = partsOf(text).find((name) => !/^-?=?[\w.+@/-]{1,255}$/.test(name))
    return bad === undefined ? undefined : `${JSON.stringify(bad)} cannot be the name of a module`
  },
  fix: 'join names by commas, with - in front of those to leave out',
}

/** Mount points, joined by commas. */
export const mountPointsRule: Rule = {
  objection: (text) => {
    const bad = partsOf(text).find((path) => !path.startsWith('/') || path.split('/').includes('..'))
    return bad === undefined ? undefined : `${JSON.stringify(bad)} is no absolute path without ".."`
  },
  fix: 'join mount points by commas, as in /,/boot',
}

/** Paths of a tree, one a line, with the wildcards of glob(7). */
export const excludeRule: Rule = {
  objection: (text) => {
    const lines = text.split('\n').map((line) => line.trim())
    const bad = lines.find((line) => line !== '' && !/^[/#]/.test(line))
    return bad === undefined ? undefined : `${JSON.stringify(bad)} does not begin at the root of the image`
  },
  fix: 'give paths from / on, one a line, as in /etc/ssh/ssh_host_*_key',
}

/** A file or directory of this machine, also for programs that run elsewhere in its tree. */
export const pathRule: Rule = {
  objection: (text) => {
    if (!text.startsWith('/')) return 'it does not begin with a slash, and daemons run in other directories'
    if (Buffer.byteLength(text) > 4095) return 'a path has 4095 bytes at most (PATH_MAX, limits.h)'
    const long = text.split('/').find((name) => Buffer.byteLength(name) > 255)
    return long === undefined ? undefined : 'a name in it has more than 255 bytes (NAME_MAX, limits.h)'
  },
  fix: 'give an absolute path',
}

/** The same for what can be no directory. */
export const filePathRule: Rule = {
  objection: (text) =>
    /\/\.{0,2}$/.test(text) ? 'it names a directory, and it is a file' : pathRule.objection(text),
  fix: 'give the absolute path of a file',
}

/** The same for what nginx serves: its configuration cannot write a dollar sign. */
export const servedPathRule: Rule = {
  objection: (text) => {
    if (/^\/[/.]*$/.test(text)) return 'nodes would be served the /boot of this machine'
    return text.includes('$') ? 'nginx cannot write a dollar sign in a path' : pathRule.objection(text)
  },
  fix: pathRule.fix,
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
