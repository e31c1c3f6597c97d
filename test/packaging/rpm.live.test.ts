// The RPM in a system of its own, installed by rpm with its database: alone, and over packages of the first
// Luna. The system is a Debian with the tools of the other side; what its packages provide is not asked for
// (--nodeps).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipUnless } from '../daemons/skip.ts'
import { needsRoot } from '../host/as-root.ts'
import { builtPackages } from './built.ts'
import { type DebianRoot, makeDebianRoot, mirrorOf } from './debian-root.ts'
import { buildOldPackage } from './first-luna.ts'

// Keeps in files which services run, and says what it was asked. /run is new for each command here.
const fakeSystemctl = `#!/bin/sh
mkdir -p /root/active
verb= units=
for word; do case $word in -*) ;; *) if [ "$verb" ]; then units="$units \${word%.service}"; else verb=$word; fi ;; esac; done
echo "$verb$units" >>/root/systemctl.log
for unit in $units; do
  case $verb in
    is-active) [ -e /root/active/$unit ] || exit 3 ;;
    start | restart) touch /root/active/$unit ;;
    stop) rm -f /root/active/$unit ;;
  esac
done
`
const packages = ['rpm', 'systemd', 'policycoreutils', 'selinux-policy-default', 'setools']
const ran = 'ls /root/active | sort | tr "\\n" " "'

describe('the rpm', function () {
  this.timeout(600_000)
  let root: DebianRoot
  let mirror: string
  let scratch: string
  before(async function () {
    needsRoot(this)
    for (const program of ['debootstrap', 'rpmbuild', 'checkmodule'])
      skipUnless(this, spawnSync(program, ['--version']).error && `${program} is not installed`)
    const found = await mirrorOf('bookworm')
    if (!found) return skipUnless(this, "no repository of this machine's apt has Debian 12 (bookworm)")
    mirror = found
    scratch = await mkdtemp(join(tmpdir(), 'luna-rpm-'))
  })
  beforeEach(async () => {
    booted = false
    root = await makeDebianRoot('bookworm', mirror, { name: 'rpm', packages })
    const dist = await builtPackages()
    await cp(join(dist, 'luna-2.0.0-1.x86_64.rpm'), join(root.path, 'root/luna.rpm'))
    // without systemd, as in an image; the tests of upgrades have one
    await writeFile(join(root.path, 'root/systemctl'), fakeSystemctl, { mode: 0o755 })
  })
  afterEach(() => root?.remove())
  after(() => scratch && rm(scratch, { recursive: true, force: true }))

  let booted: boolean
  const shell = async (line: string) => {
    const done = await run(line)
    assert.equal(done.status, 0, `${line}\n${done.stdout}${done.stderr}`)
    return done.stdout + done.stderr.replace(/^rpm: .*\n/gm, '')
  }
  const run = (line: string) => root.run('/', booted ? `mkdir -p /run/systemd/system; ${line}` : line)
  /** From here on systemd seems to run. The policy of SELinux, which takes its time, is gone. */
  const withSystemd = async () => {
    await shell('mv /root/systemctl /usr/bin/systemctl; rm /etc/selinux/config')
    booted = true
  }
  /** Installs such a package of the first Luna, whose services run. */
  const installOld = async (name: string, units: string, deletes: string) => {
    await cp(await buildOldPackage(scratch, { name, units, deletes }), join(root.path, 'root/old.rpm'))
    await shell(
      'rpm --nodeps -i /root/old.rpm && echo server=db1 >>/etc/luna.conf && systemctl start lweb ltorrent',
    )
  }

  it('is installed, verified and run, with user, folders and SELinux module; its removal keeps the data', async () => {
    await shell('rpm --nodeps -i /root/luna.rpm && rpm -V --nodeps luna')
    assert.match(await shell('luna --version'), /^luna 2\.0\.0$/m)
    assert.equal(
      await shell('stat -c "%a %U:%G %n" /etc/luna.conf /opt/luna /var/lib/luna'),
      '640 root:luna /etc/luna.conf\n755 luna:luna /opt/luna\n750 luna:luna /var/lib/luna\n',
    )
    const policy = await shell(
      'p=$(ls /etc/selinux/default/policy/policy.*); seinfo $p --permissive; seinfo $p --portcon',
    )
    for (const word of [
      'lweb_t',
      'ltorrent_t',
      'tcp 7050 system_u:object_r:luna_http_port_t',
      'tcp 7051 system_u:object_r:luna_lweb_port_t',
      'tcp 7052-7200 system_u:object_r:luna_ltorrent_port_t',
    ])
      assert.ok(policy.includes(word), word)
    await shell('echo data >/var/lib/luna/luna.db; echo image >/opt/luna/tarball')
    assert.match(await shell('rpm -e luna'), /kept \/opt\/luna \(images/)
    assert.equal(
      await shell('cat /var/lib/luna/luna.db /opt/luna/tarball; ls -d /usr/lib/luna 2>/dev/null || :'),
      'data\nimage\n',
    )
    assert.doesNotMatch(await shell('semodule -n -s default -l'), /luna/)
  })

  it('replaces the package of the first Luna: what ran runs, the configuration stays, nothing stands in the way', async () => {
    await withSystemd()
    await installOld('luna', '/usr/lib/systemd/system', '[ "$1" = 0 ]')
    const said = await shell('rpm --nodeps -U /root/luna.rpm')
    assert.doesNotMatch(said, /first Luna/)
    assert.equal(await shell(ran), 'ltorrent lweb ')
    assert.match(
      await shell('tail -n 3 /root/systemctl.log'),
      /^stop lweb ltorrent\ndaemon-reload\nrestart lweb ltorrent\n$/,
    )
    assert.equal(
      await shell(
        'rpm -q luna; command -v luna; stat -c "%a %U:%G" /etc/luna.conf; tail -n 1 /etc/luna.conf',
      ),
      'luna-2.0.0-1.x86_64\n/usr/bin/luna\n640 root:luna\nserver=db1\n',
    )
  })

  it('makes the user again that a package of the first Luna deletes, with the number that owns the files', async () => {
    await withSystemd()
    await installOld('luna-ansible', '/usr/lib/systemd/system', '[ "$1" = 0 ]')
    const before = await shell('id luna')
    await shell('rpm --nodeps -U /root/luna.rpm')
    assert.equal(await shell('rpm -qa "luna*"'), 'luna-2.0.0-1.x86_64\n')
    assert.equal(await shell('id luna; stat -c %U:%G /opt/luna'), `${before}luna:luna\n`)
    assert.equal(await shell(ran), 'ltorrent lweb ')
  })

  it('says what of a first Luna by another name shadows it, and the command it names removes that and loses nothing', async () => {
    await withSystemd()
    await installOld('our-luna', '/etc/systemd/system', '[ "$1" = 0 ]')
    await shell('mkdir -p /etc/nginx/conf.d /etc/xinetd.d')
    const nginx =
      'upstream luna { server 127.0.0.1:7051; }\nserver { listen 7050; location / { proxy_pass http://luna; } }\n'
    await writeFile(join(root.path, 'etc/nginx/conf.d/nginx-luna.conf'), nginx)
    await writeFile(join(root.path, 'etc/xinetd.d/tftp'), 'service tftp\n{\n  disable = no\n}\n')
    const said = await shell('rpm --nodeps --replacefiles -i /root/luna.rpm')
    for (const path of [
      '/usr/sbin/luna',
      '/etc/systemd/system/lweb.service',
      '/etc/profile.d/luna_autocomplete.sh',
      '/etc/nginx/conf.d/nginx-luna.conf',
      '/etc/xinetd.d/tftp',
    ])
      assert.match(said, new RegExp(`^  ${path}: `, 'm'))
    const command = /^ {2}(\S+ remove)$/m.exec(said)?.[1]
    assert.equal(command, '/usr/lib/luna/libexec/first-luna remove')

    // there is no cluster yet: nginx cannot have its new file, and keeps the old one
    const removed = await run(`${command}`)
    assert.equal(removed.status, 1)
    assert.match(removed.stderr, /nginx-luna.conf is back/)
    assert.equal(await readFile(join(root.path, 'etc/nginx/conf.d/nginx-luna.conf'), 'utf8'), nginx)
    assert.match(
      await shell('/usr/lib/luna/libexec/first-luna'),
      /^luna: .*\n {2}\/etc\/nginx\/conf.d\/nginx-luna.conf: .*\n.*\n.*remove\n$/,
    )
    assert.equal(
      await shell('rpm -qa "*luna*"; command -v luna; getent passwd luna | cut -d: -f1'),
      'luna-2.0.0-1.x86_64\n/usr/bin/luna\nluna\n',
    )
    assert.equal(await shell(ran), 'ltorrent lweb ')
    assert.equal(
      await shell(
        'sh /var/lib/luna/first-luna/usr/sbin/luna; tail -n 1 /etc/luna.conf; ls /var/lib/luna/first-luna/etc/systemd/system',
      ),
      'the first Luna\nserver=db1\nlfs_pxelinux.service\nltorrent.service\nlweb.service\n',
    )
  })
})
