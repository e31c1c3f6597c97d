// Packages such as a site of the first Luna has them: the names, units and scripts of its own, and nothing
// else.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'

const programs = ['luna', 'lweb', 'ltorrent', 'lpower', 'lchroot', 'lfs_pxelinux']
const pages = [
  'man8/luna.8',
  'man8/lchroot.8',
  'man8/lpower.8',
  'man1/lweb.1',
  'man1/ltorrent.1',
  'man1/lfs_pxelinux.1',
]

/** What its package does when it is installed and removed; `deletes`: when the user goes. */
const scripts = (deletes: string) => `
%pre
getent group luna || groupadd -r luna
getent passwd luna || useradd -r -g luna -d /opt/luna -s /sbin/nologin luna
%post
mkdir -p /opt/luna && chown -R luna:luna /opt/luna
%preun
systemctl stop lweb ltorrent
%postun
${deletes} && userdel luna
exit 0
`

interface OldPackage {
  readonly name: string
  /** Where its units are. */
  readonly units: string
  readonly deletes: string
}

/** Builds one in `folder` and gives its file. */
export async function buildOldPackage(folder: string, { name, units, deletes }: OldPackage): Promise<string> {
  const work = join(folder, name)
  const root = join(work, 'root')
  const files: string[] = []
  const add = async (path: string, text: string, mode = 0o644) => {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text, { mode })
    files.push(path)
  }
  for (const program of programs) await add(`/usr/sbin/${program}`, '#!/bin/sh\necho the first Luna\n', 0o755)
  for (const unit of ['lweb', 'ltorrent', 'lfs_pxelinux'])
    await add(`${units}/${unit}.service`, unitText(unit))
  for (const page of pages) await add(`/usr/share/man/${page}.gz`, '')
  await add('/etc/profile.d/luna_autocomplete.sh', 'complete -F _old luna lchroot\n')
  await add('/etc/luna.conf', '[MongoDB]\n#server=\n', 0o600)
  const spec = join(work, 'old.spec')
  const list = files.map((path) =>
    path === '/etc/luna.conf' ? `%config(noreplace) %attr(600,luna,luna) ${path}` : path,
  )
  await writeFile(spec, specText(name, list) + scripts(deletes))
  const defines = [
    `_topdir ${work}`,
    '__os_install_post %{nil}',
    '_rpmfilename old.rpm',
    '_build_id_links none',
  ]
  await run('rpmbuild', [
    '-bb',
    '--noclean',
    '--buildroot',
    root,
    ...defines.flatMap((each) => ['--define', each]),
    spec,
  ])
  return join(work, 'RPMS/old.rpm')
}

const unitText = (name: string) => `[Unit]
Requires=mongod.service

[Service]
Type=forking
PIDFile=/var/run/luna/${name}.pid
ExecStart=/usr/sbin/${name} start

[Install]
WantedBy=multi-user.target
`

const specText = (name: string, files: readonly string[]) => `Name: ${name}
Version: 1.2
Release: 1
Summary: stands in for a package of the first Luna
License: none
BuildArch: noarch
AutoReqProv: no

%description
It has the names of the first Luna, and nothing of what they stand for.

%files
%defattr(-,root,root)
${files.join('\n')}
`
