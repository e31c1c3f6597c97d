// Errors of programs: the command line, the last words, and what to install where it is missing.
import { LunaError } from '../error.ts'

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A command line as a person can paste it; for messages only. */
export function commandLine(program: string, args: readonly string[]): string {
  return [program, ...args].map(shellWord).join(' ')
}

/** One word for a POSIX shell (where a remote one is at the other end), whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A program that ended with another status than 0. */
export function failed(program: string, args: readonly string[], ran: Ended): LunaError {
  // ssh ends its lines as for a terminal.
  const words = (ran.stderr.trim() || ran.stdout.trim()).replaceAll('\r', '')
  const said = words.split('\n').slice(-lastLines).join('\n')
  return new LunaError('failed', `"${commandLine(program, args)}" failed`, {
    why: said ? `exit status ${ran.status}; it said:\n${said}` : `exit status ${ran.status}`,
    fix: `put right what ${program} says, and give the command again`,
  })
}

const lastLines = 8

/** A program that was killed. */
export function stopped(program: string, args: readonly string[], why: string): LunaError {
  return new LunaError('failed', `"${commandLine(program, args)}" was ended`, {
    why,
    fix: 'give the command again',
  })
}

/** A program that there is not, or that could not be started. */
export function notStarted(program: string, args: readonly string[], cause: unknown): LunaError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  if (!missing)
    return new LunaError('failed', `"${commandLine(program, args)}" did not start`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: `look at the rights of ${program}, and whether this machine is out of memory or processes`,
      cause,
    })
  const install = packages[program]
  return new LunaError('failed', `the program "${program}" is not installed`, {
    fix: install ? `install ${install}` : `install what provides ${program}`,
    cause,
  })
}

/** Where programs come from: Debian and Ubuntu; EL (RHEL, Rocky, Alma). */
const packages: Readonly<Record<string, string>> = {
  dhcpd: 'isc-dhcp-server (Debian) or dhcp-server (EL)',
  nginx: 'nginx',
  'named-checkconf': 'bind9-utils (Debian) or bind (EL)',
  'named-checkzone': 'bind9-utils (Debian) or bind (EL)',
  systemctl: 'systemd',
  diff: 'diffutils',
  curl: 'curl',
  tcpdump: 'tcpdump',
  ip: 'iproute2 (Debian) or iproute (EL)',
  ssh: 'openssh-client (Debian) or openssh-clients (EL)',
  scp: 'openssh-client (Debian) or openssh-clients (EL)',
  rsync: 'rsync',
  ipmitool: 'ipmitool',
  tar: 'tar',
  pigz: 'pigz',
  dracut: 'dracut',
  rpm: 'rpm',
  unshare: 'util-linux',
}
