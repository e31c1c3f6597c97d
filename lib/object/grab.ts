// What luna osimage grab copies: rsync(1) arguments of each file system, from the texts of an image.

/** One run of rsync: a mount point, and its filter rules in the order in which they count. */
export interface Grab {
  readonly mountPoint: string
  readonly rules: readonly string[]
}

/**
 * The runs for a list of mount points (`/,/boot`) and an exclude list of rsync's form, a rule per line. Rules
 * that begin with a slash are meant from the root of the image; other file systems of the list are left to
 * their own run.
 */
export function grabsOf(filesystems: string, excludes: string): Grab[] {
  const mountPoints = [...new Set(filesystems.split(',').map(tidyPath))].filter((path) => path !== '')
  const rules = excludes.split('\n').map((line) => line.trim())
  const wanted = rules.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith(';'))
  return mountPoints.map((mountPoint) => {
    const others = mountPoints.filter((other) => other !== mountPoint).map((other) => `- ${other}/*`)
    const seen = [...others, ...wanted].map((rule) => seenFrom(mountPoint, rule))
    return { mountPoint, rules: seen.filter((rule) => rule !== undefined) }
  })
}

function tidyPath(text: string): string {
  const path = text.trim().replace(/\/+/g, '/')
  if (path === '/') return path
  return path.startsWith('/') && !path.split('/').includes('..') ? path.replace(/\/$/, '') : ''
}

/**
 * The rule as it reads when the mount point is the root of the transfer; undefined when it lies elsewhere.
 */
function seenFrom(mountPoint: string, rule: string): string | undefined {
  const [, sign = '- ', pattern = ''] = /^([-+] )?(.*)$/.exec(rule) ?? []
  if (!pattern.startsWith('/') || mountPoint === '/') return sign + pattern
  return pattern.startsWith(`${mountPoint}/`) ? sign + pattern.slice(mountPoint.length) : undefined
}
