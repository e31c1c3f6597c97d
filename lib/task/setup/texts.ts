// Texts that luna setup changes or makes: named's configuration, and drop-ins for Luna's units.
import { hasZones, type Named } from '../../host/service/named.ts'

/**
 * The text of the file of named's configuration with Luna's list of zones; the same where named has it
 * already. Lines of EL's file that let nobody but this machine ask change with it.
 */
export function withZones(
  { text, configuration }: Pick<Named, 'text' | 'configuration'>,
  list: string,
): string {
  if (hasZones(configuration) || text.includes(`"${list}"`)) return text
  const open = text
    .replace(/^(\s*listen-on port 53) \{ 127\.0\.0\.1; \};/m, '$1 { any; };')
    .replace(/^(\s*allow-query\s+)\{ localhost; \};/m, '$1{ localhost; localnets; };')
  const gap = open === '' || open.endsWith('\n') ? '' : '\n'
  return `${open}${gap}\n// The zones of Luna, which luna cluster makedns writes.\ninclude "${list}";\n`
}

/** Where things are that Luna's units are told of. */
export interface UnitPlaces {
  readonly user: string
  readonly path: string
  /** Directory of the embedded store. */
  readonly database: string | undefined
  readonly tftpRoot: string
}

/** What the units themselves say. */
const usual: UnitPlaces = {
  user: 'luna',
  path: '/opt/luna',
  database: '/var/lib/luna',
  tftpRoot: '/tftpboot',
}

/** The drop-in of a unit of Luna, where the site has other places than it; undefined where it needs none. */
export function dropInText(unit: string, { user, path, database, tftpRoot }: UnitPlaces): string | undefined {
  const menus = `${tftpRoot.replace(/\/+$/, '')}/pxelinux.cfg`
  const writes = [
    ...(database !== undefined && database !== usual.database ? [database] : []),
    ...(unit === 'ltorrent' && path !== usual.path ? [`${path.replace(/\/+$/, '')}/torrents`] : []),
    ...(unit === 'lfs_pxelinux' && tftpRoot !== usual.tftpRoot ? [menus] : []),
  ]
  const makesMenus = unit === 'lfs_pxelinux' && (tftpRoot !== usual.tftpRoot || user !== usual.user)
  const lines = [
    ...(user === usual.user ? [] : [`User=${word(user)}`, 'Group=']),
    ...(makesMenus
      ? ['ExecStartPre=', `ExecStartPre=+/usr/bin/install -d -o ${word(user)} ${word(menus)}`]
      : []),
    ...writes.map((each) => `ReadWritePaths=-${word(each)}`),
    ...([path, ...writes].some(isInHome) ? ['ProtectHome=read-only'] : []),
  ]
  if (lines.length === 0) return undefined
  return ['# Written by luna setup.', '[Service]', ...lines, ''].join('\n')
}

/** Whether the units would not see it (ProtectHome=yes, systemd.exec(5)). */
function isInHome(path: string): boolean {
  return /^\/(?:home|root|run\/user)(?:\/|$)/.test(path)
}

/** A word as systemd.service(5) reads it. */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`
}
