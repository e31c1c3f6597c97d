// What the first Luna has left on this machine, and is in the way of this one.
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readText } from '../../host/file.ts'
import { formerTemplates } from '../generate/generate.ts'
import { type Check, fine, firstOf, type Verdict, warning } from './check.ts'

/** A file that is left, what it does, and the command that is rid of it. */
export interface Leftover {
  readonly path: string
  readonly does: string
  readonly fix: string
}

export const leftoverCheck: Check = {
  name: 'first Luna',
  async run({ cluster, config }) {
    const found = await findLeftovers('/', config.paths.nginx_conf_d)
    const mount = await formerMount(join(config.paths.tftp_root, 'pxelinux.cfg'))
    return judgeLeftovers([...found, ...mount], formerTemplates(cluster))
  },
}

const programs = ['luna', 'lweb', 'ltorrent', 'lpower', 'lchroot', 'lfs_pxelinux']
const units = ['lweb', 'ltorrent', 'lfs_pxelinux']

/** Below `root`, which is `/` but in a test. */
export async function findLeftovers(root: string, nginxFolder: string): Promise<Leftover[]> {
  const at = (path: string) => join(root, path)
  const own = await realpath(join(import.meta.dirname, '../../../bin'))
  const found: Leftover[] = []
  // Where /usr/sbin is a link to /usr/bin, it is this Luna's.
  for (const path of programs.map((name) => at(`usr/sbin/${name}`)))
    if (existsSync(path) && dirname(await realpath(path)) !== own)
      found.push({ path, does: 'comes before that of this Luna in PATH', fix: `rm ${path}` })
  for (const path of units.map((name) => at(`etc/systemd/system/${name}.service`)))
    if (isFormerUnit((await readText(path)) ?? ''))
      found.push({ path, does: 'hides the unit of this Luna', fix: `rm ${path}; systemctl daemon-reload` })
  const files: readonly Leftover[] = [
    {
      path: join(nginxFolder, 'nginx-luna.conf'),
      does: 'may get what nodes ask',
      fix: `rm ${join(nginxFolder, 'nginx-luna.conf')}; systemctl reload nginx`,
    },
    {
      path: at('etc/profile.d/luna_autocomplete.sh'),
      does: 'completes the words of the first Luna',
      fix: `rm ${at('etc/profile.d/luna_autocomplete.sh')}`,
    },
  ]
  found.push(...files.filter(({ path }) => existsSync(path)))
  const xinetd = at('etc/xinetd.d/tftp')
  if (/^\s*disable\s*=\s*no\b/m.test((await readText(xinetd)) ?? ''))
    found.push({
      path: xinetd,
      does: 'has xinetd serve TFTP, too',
      fix: `rm ${xinetd}; systemctl restart xinetd`,
    })
  return found
}

/** Its units start programs of /usr/sbin, which go into the background, and want a mongod here. */
export function isFormerUnit(text: string): boolean {
  return /^(?:Type=forking|Requires=.*\bmongod\b.*|ExecStart=\/usr\/sbin\/.*)$/m.test(text)
}

/** The first Luna's lfs_pxelinux is a file system, and hides what is in the directory below it. */
async function formerMount(folder: string): Promise<Leftover[]> {
  const mounts = (await readText('/proc/self/mounts')) ?? ''
  const isMounted = mounts.split('\n').some((line) => line.split(' ')[1] === folder && /\bfuse/.test(line))
  return isMounted
    ? [{ path: folder, does: 'is mounted over the menus of this Luna', fix: `umount ${folder}` }]
    : []
}

/** `templates` is the line about templates that are not read any more, where there are such. */
export function judgeLeftovers(left: readonly Leftover[], templates: string | undefined): Verdict {
  const lines = [...left.map(({ path, does }) => `${path} ${does}`), ...(templates ? [templates] : [])]
  if (lines.length === 0) return fine('nothing is left of it')
  const fixes = left.map(({ fix }) => fix)
  const fix = fixes.length > 0 ? fixes.join('; ') : 'move them away when nothing in them is needed'
  return warning(left.length > 0 ? lines.join('; ') : firstOf(lines), fix)
}
