// What "npm run package" makes, read with the tools of the distributions: names, sizes, files, owners, modes.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import { skipUnless } from '../daemons/skip.ts'
import { Swarm } from '../dracut/swarm.ts'
import { needsRoot } from '../host/as-root.ts'
import { buildElsewhere, builtPackages } from './built.ts'
import { makeDebianRoot, mirrorOf } from './debian-root.ts'

const files = {
  deb: ['luna_2.0.0_amd64.deb', 'luna_2.0.0_arm64.deb', 'luna-client_2.0.0_all.deb'],
  rpm: ['luna-2.0.0-1.x86_64.rpm', 'luna-2.0.0-1.aarch64.rpm', 'luna-client-2.0.0-1.noarch.rpm'],
}

/** Owner, mode and path of everything in a package, in the manner of ls. */
type Line = { mode: string; owner: string; path: string }

async function listDeb(file: string): Promise<Line[]> {
  const { stdout } = await run('dpkg-deb', ['--contents', file])
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [mode = '', owner = '', , , , path = ''] = line.split(/\s+/)
      return { mode, owner, path: path.replace(/^\./, '') }
    })
}

async function listRpm(file: string): Promise<Line[]> {
  const format = '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]'
  const { stdout } = await run('rpm', ['-qp', '--queryformat', format, file])
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [mode = '', owner = '', path = ''] = line.split(' ')
      return { mode, owner, path }
    })
}

const programs = ['luna', 'lweb', 'ltorrent', 'lpower', 'lchroot', 'lfs_pxelinux']
const both = [
  ...programs.map((name) => `/usr/bin/${name}`),
  ...['lweb', 'ltorrent', 'lfs_pxelinux'].map((name) => `/usr/lib/systemd/system/${name}.service`),
  '/etc/luna.conf',
  '/etc/logrotate.d/luna',
  '/usr/lib/firewalld/services/luna.xml',
  '/usr/lib/luna/dracut/95luna/module-setup.sh',
  '/usr/lib/luna/lib/host/image/in-image.sh',
  '/usr/lib/luna/lib/node.sh',
  '/usr/lib/luna/libexec/luna-journal',
  '/usr/lib/luna/libexec/luna-uname.so',
  '/usr/lib/luna/node_modules/node/bin/node',
  '/usr/lib/sysusers.d/luna.conf',
  '/usr/lib/tmpfiles.d/luna.conf',
  '/usr/share/bash-completion/completions/lpower',
  '/usr/share/man/man5/luna.conf.5.gz',
  '/usr/share/man/man8/luna.8.gz',
]
const only = {
  deb: ['/etc/ufw/applications.d/luna', '/usr/share/zsh/vendor-completions/_luna'],
  rpm: ['/usr/share/selinux/packages/luna/luna2.pp', '/usr/share/zsh/site-functions/_luna'],
}

/** Has the torrent client of the package download, in a system with neither aria2 nor curl. */
const fetching = `for each in /usr/lib/dracut/modules.d/95luna/ltorrent-swarm-*64; do
  $each; status=$?; echo "\${each##*/} $status"
  [ $status != 2 ] || cp $each ltorrent-swarm
done
cp /usr/lib/dracut/modules.d/95luna/ltorrent-client .
# what initramfses have, and minimal systems have not
printf '#!/bin/sh\nkill "$@"\n' >/usr/bin/kill; chmod 755 /usr/bin/kill
trap 'echo here; kill $client' USR1
sh ./ltorrent-client -t x.torrent -p $$ -f pid & client=$!
(sleep 60; kill $client) & timer=$!
wait $client || wait $client; kill $timer`

describe('packages', function () {
  this.timeout(600_000)
  let dist: string
  let scratch: string
  before(async function () {
    for (const program of ['dpkg-deb', 'rpmbuild', 'checkmodule', 'aarch64-linux-gnu-gcc'])
      skipUnless(
        this,
        (await run('sh', ['-c', `command -v ${program}`], { allowFailure: true })).status
          ? `${program} is not installed`
          : undefined,
      )
    scratch = await mkdtemp(join(tmpdir(), 'luna-packages-'))
    dist = await builtPackages()
  })
  after(() => scratch && rm(scratch, { recursive: true, force: true }))

  it('are six, each under 45 MB', async () => {
    assert.deepEqual((await readdir(dist)).sort(), [...files.deb, ...files.rpm].sort())
    for (const name of await readdir(dist)) assert.ok((await stat(join(dist, name))).size < 45e6, name)
  })

  for (const format of ['deb', 'rpm'] as const)
    for (const file of files[format].slice(0, 2)) {
      it(`${file} has every file at its place, of root, and nobody else may write to any`, async () => {
        const lines = await (format === 'deb' ? listDeb : listRpm)(join(dist, file))
        const paths = new Set(lines.map(({ path }) => path))
        assert.deepEqual(
          [...both, ...only[format]].filter((path) => !paths.has(path)),
          [],
        )
        const other = format === 'deb' ? 'rpm' : 'deb'
        assert.deepEqual(
          only[other].filter((path) => paths.has(path)),
          [],
        )
        const odd = lines.filter(
          ({ mode, owner }) =>
            owner !== 'root/root' || !/^(l.*|d.w[xr-]{2}-x.-x|-rw[xr-]r-[x-]r-[x-])$/.test(mode),
        )
        // dpkg cannot know the group before it is made: its script gives the file to it
        const group = format === 'deb' ? 'root' : 'luna'
        assert.deepEqual(odd, [{ mode: '-rw-r-----', owner: `root/${group}`, path: '/etc/luna.conf' }])
      })

      it(`${file} has nothing that is for other systems, compilers or readers`, async () => {
        const lines = await (format === 'deb' ? listDeb : listRpm)(join(dist, file))
        const needless =
          /node_modules\/.*(\.(node|map|bare|d\.[mc]?ts)$|\/(prebuilds|tests?|docs)\/)|\/test\//
        assert.deepEqual(
          lines.filter(({ path }) => needless.test(path)),
          [],
        )
        assert.deepEqual(
          lines.filter(({ path, mode }) => mode.startsWith('l') && /node_modules/.test(path)),
          [],
        )
      })
    }

  it('are installed in less than 150 MB', async () => {
    const deb = await run('dpkg-deb', ['-f', join(dist, files.deb[0] ?? ''), 'Installed-Size'])
    assert.ok(Number(deb.stdout) * 1024 < 150e6, deb.stdout)
    const rpm = await run('rpm', ['-qp', '--queryformat', '%{SIZE}', join(dist, files.rpm[0] ?? '')])
    assert.ok(Number(rpm.stdout) < 150e6, rpm.stdout)
  })

  it('keep /etc/luna.conf as its owner has changed it', async () => {
    const conffiles = await run('dpkg-deb', ['-I', join(dist, files.deb[0] ?? ''), 'conffiles'])
    assert.match(conffiles.stdout, /^\/etc\/luna\.conf$/m)
    const config = await run('rpm', [
      '-qp',
      '--queryformat',
      '[%{FILEFLAGS:fflags} %{FILENAMES}\n]',
      join(dist, files.rpm[0] ?? ''),
    ])
    assert.match(config.stdout, /^cn \/etc\/luna\.conf$/m)
  })

  it('need a DHCP server, on EL 10 when there is one; a DNS server is only recommended', async () => {
    const deb = (await run('dpkg-deb', ['-f', join(dist, files.deb[0] ?? ''), 'Depends'])).stdout
    assert.match(deb, /isc-dhcp-server/)
    assert.doesNotMatch(deb, /bind9/)
    const rpm = (await run('rpm', ['-qp', '--requires', join(dist, files.rpm[0] ?? '')])).stdout
    assert.match(rpm, /^\(dhcp-server or system-release >= 10\)$/m)
    assert.doesNotMatch(rpm, /bind|musl|\.so/)
  })

  it('luna-client is the module for the dracut of an image', async () => {
    const module = '/usr/lib/dracut/modules.d/95luna/module-setup.sh'
    for (const lines of [
      await listDeb(join(dist, files.deb[2] ?? '')),
      await listRpm(join(dist, files.rpm[2] ?? '')),
    ])
      assert.deepEqual(
        lines.filter(({ path }) => path === module),
        [{ mode: '-rw-r--r--', owner: 'root/root', path: module }],
      )
  })

  for (const [release, suite, library] of [
    ['12', 'bookworm', 'libtorrent-rasterbar2.0'],
    ['13', 'trixie', 'libtorrent-rasterbar2.0t64'],
  ] as const)
    it(`luna-client has a torrent client that runs on Debian ${release}, and downloads there`, async function () {
      needsRoot(this)
      const mirror = await mirrorOf(suite)
      if (!mirror) return skipUnless(this, `no repository of this machine's apt has Debian ${release}`)
      const root = await makeDebianRoot(suite, mirror, { name: 'libtorrent', packages: [library] })
      const swarm = await Swarm.start()
      try {
        await run('dpkg-deb', ['-x', join(dist, files.deb[2] ?? ''), root.path])
        await run('cp', [join(swarm.dir, 'x.torrent'), join(root.path, 'srv')])
        const ran = await root.run('/srv', fetching)
        // it says how it is used, with status 2; that of the other release does not get so far
        assert.match(ran.stdout, new RegExp(`^ltorrent-swarm-debian${release}-x86_64 2$`, 'm'))
        assert.equal(ran.stdout.match(/ 2$/gm)?.length, 1, ran.stdout)
        assert.match(ran.stdout, /^here$/m, ran.stderr)
        const file = await readFile(join(root.path, 'srv/image.tgz'))
        assert.ok(file.equals(swarm.content), 'the file is not what was seeded')
      } finally {
        await swarm.stop()
        await root.remove()
      }
    })

  it('for arm64 have an arm64 Node, which runs Luna', async function () {
    const root = join(scratch, 'arm64')
    await run('dpkg-deb', ['-x', join(dist, files.deb[1] ?? ''), root])
    for (const path of ['node_modules/node/bin/node', 'libexec/luna-uname.so', 'libexec/luna-journal']) {
      const { stdout } = await run('readelf', ['-h', join(root, 'usr/lib/luna', path)])
      assert.match(stdout, /Machine: +AArch64/, path)
    }
    const libraries = '/usr/aarch64-linux-gnu'
    skipUnless(
      this,
      existsSync('/usr/bin/qemu-aarch64-static') ? undefined : 'qemu-user-static is not installed',
    )
    const node = join(root, 'usr/lib/luna/node_modules/node/bin/node')
    const { stdout } = await run('qemu-aarch64-static', [
      '-L',
      libraries,
      node,
      join(root, 'usr/lib/luna/bin/luna'),
      '--version',
    ])
    assert.match(stdout, /^luna 2\.0\.0$/m)
  })

  it('are the same bytes when they are built again: elsewhere, with another umask and time zone', async () => {
    const again = await buildElsewhere(scratch, 'amd64', 'luna')
    const sum = async (file: string) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex')
    for (const name of [files.deb[0] ?? '', files.rpm[0] ?? ''])
      assert.equal(await sum(join(again, name)), await sum(join(dist, name)), name)
  })
})
