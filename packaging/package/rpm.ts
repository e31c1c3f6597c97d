// The RPM: a spec file made from the description, and rpmbuild.
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import type { Release } from './deb.ts'
import type { Package } from './description.ts'
import { writeText } from './made.ts'
import type { Entry } from './tree.ts'
import { top } from './tree.ts'

/** Packs the tree at `root`, whose files `entries` lists, into `file`; rpmbuild works in `work`. */
export async function makeRpm(
  of: Package,
  architecture: string,
  release: Release,
  { root, entries, file, work }: { root: string; entries: readonly Entry[]; file: string; work: string },
): Promise<void> {
  const scripts = of.scripts ? await scriptsIn(join(top, 'packaging/scripts', of.scripts, 'rpm')) : ''
  const spec = await writeText(work, 'luna.spec', specText(of, release, entries) + scripts)
  await run('find', [root, '-exec', 'touch', '-h', '-d', `@${release.time}`, '{}', '+'])
  const settings = {
    _topdir: work,
    buildroot: root,
    _buildhost: 'luna',
    _rpmfilename: 'made.rpm',
    _binary_payload: 'w0.xzdio',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    // The tree is ready: nothing is to be compiled, stripped or compressed in it.
    __os_install_post: '%{nil}',
    _build_id_links: 'none',
    // the torrent client for images is data here
    _binaries_in_noarch_packages_terminate_build: '0',
  }
  const defines = Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`])
  const target = `${architecture}-redhat-linux`
  // without --short-circuit and --noclean, rpmbuild would begin and end with an empty tree
  const how = ['-bb', '--noclean', '--target', target, '--buildroot', root, ...defines]
  await run('rpmbuild', [...how, spec], { env: { SOURCE_DATE_EPOCH: release.time } })
  await cp(join(work, 'RPMS/made.rpm'), file)
}

/** Every script by its name in a spec file, as pre or posttrans. */
async function scriptsIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort()
  const texts = names.map(async (name) => `\n%${name}\n${await readFile(join(folder, name), 'utf8')}`)
  return (await Promise.all(texts)).join('')
}

function specText(of: Package, { version, license }: Release, entries: readonly Entry[]): string {
  const { depends, recommends, replaces } = of.relations.rpm
  const tags = [
    ...depends.map((name) => `Requires: ${name}`),
    ...recommends.map((name) => `Recommends: ${name}`),
    ...replaces.map((name) => `Obsoletes: ${name} < ${version}`),
  ]
  return `Name: ${of.name}
Version: ${version}
Release: 1
Summary: ${of.summary}
License: ${license}
AutoReqProv: no
${tags.join('\n')}

%description
${of.description.join('\n')}

%files
%defattr(-,root,root,755)
${entries.flatMap(fileLine).join('\n')}
`
}

/** Folders that the system has already are no part of the package. */
const shared = /^\/usr\/share\/man(\/|$)|^\/usr\/lib\/systemd\/system$/

function fileLine({ path, type, row }: Entry): string[] {
  if (type === 'folder') return shared.test(path) ? [] : [`%dir "${path}"`]
  const marks = row.config ? '%config(noreplace) ' : ''
  const owner = row.group ? `%attr(${(row.mode ?? 0o644).toString(8)},root,${row.group}) ` : ''
  return [`${marks}${owner}"${path}"`]
}
