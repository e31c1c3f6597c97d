// What the programs that Luna runs see of the environment that Luna was started in: what is listed here, and
// nothing else. TAR_OPTIONS, GZIP, ZSTD_CLEVEL, RSYNC_RSH, BASH_ENV, LD_PRELOAD and their like of an
// operator's shell must not change what ends up in an image.

/** Variables that are passed on. */
const passed = [
  'HOME',
  // For ssh(1): the operator's keys and tickets.
  'SSH_AUTH_SOCK',
  'KRB5CCNAME',
  // For systemd-notify(1).
  'NOTIFY_SOCKET',
]

/** The environment of a program. Messages are in English: some of them are read by Luna. */
export function programEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = passed.flatMap((name): [string, string][] => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(own), LC_ALL: 'C', ...more, PATH: searchPath() }
}

/**
 * The operator's, and the directories of system programs, which the PATH of other users than root may lack.
 */
function searchPath(): string {
  const path = process.env.PATH ?? '/usr/bin:/bin'
  const missing = ['/usr/sbin', '/sbin'].filter((dir) => !path.split(':').includes(dir))
  return [path, ...missing].join(':')
}
