import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const module = join(import.meta.dirname, '../../dracut/95luna')
const shells = ['dash', 'bash'].filter((shell) => !spawnSync(shell, ['-c', ':']).error)

const guid = 'f4:52:14:03:00:7b:cb:a1'
const infiniband = `80:00:02:08:fe:80:00:00:00:00:00:00:${guid}`

for (const shell of shells) {
  describe(`the shell functions of the initramfs, in ${shell}`, () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'luna-initramfs-'))
    })
    afterEach(() => {
      rmSync(folder, { recursive: true })
    })

    function run(piece: 'args' | 'lib' | 'net' | 'shell', commands: string): string {
      const text = `. ${module}/luna-lib.sh\n. ${module}/luna-${piece}.sh\n${commands}\n`
      const env = { PATH: process.env.PATH, LUNA_DIR: folder, LUNA_SYS: join(folder, 'sys') }
      const { stdout, stderr } = spawnSync(shell, ['-s'], { input: text, encoding: 'utf8', env })
      assert.equal(stderr, '')
      return stdout
    }

    function nic(name: string, address: string, device = true): void {
      const dir = join(folder, 'sys/class/net', name)
      mkdirSync(dir, { recursive: true })
      writeFileSync(join(dir, 'address'), `${address}\n`)
      if (device) symlinkSync('/', join(dir, 'device'))
    }

    for (const [kind, wanted, found] of [
      ['an Ethernet address', '52:54:00:00:00:02', 'eth1'],
      ['an Ethernet address in capitals', '52:54:00:00:00:0A', 'eth2'],
      ['a GUID', guid, 'ib0'],
      [
        '20 octets, whose first twelve are other ones at each boot',
        `80:00:00:48:fe:80:00:00:00:00:00:00:${guid}`,
        'ib0',
      ],
      ['the Ethernet form of a GUID', 'f4:52:14:7b:cb:a1', 'ib0'],
      ['an address that nobody has', '52:54:00:00:00:99', ''],
    ] as const) {
      it(`finds the interface by ${kind}`, () => {
        nic('eth1', '52:54:00:00:00:02')
        nic('eth2', '52:54:00:00:00:0a')
        nic('ib0', infiniband)
        assert.equal(run('net', `find_nic ${wanted} || :`).trim(), found)
      })
    }

    it('asks for a lease on real cards only', () => {
      nic('lo', '00:00:00:00:00:00', false)
      nic('eth0', '52:54:00:00:00:01')
      nic('eth1', '52:54:00:00:00:02')
      assert.equal(run('net', 'some_nics && echo $nics').trim(), 'eth0 eth1')
    })

    it('waits for a network card by events, and sees one that comes', () => {
      mkdirSync(join(folder, 'sys/class/net'), { recursive: true })
      const late = `(sleep 1; mkdir ${folder}/sys/class/net/eth0; echo 52:54:00:00:00:01 >${folder}/sys/class/net/eth0/address) &`
      assert.equal(
        run('net', `${late}\nmac=52:54:00:00:00:01; await 0 nic_is_there; echo $LUNA_BOOTIF`).trim(),
        'eth0',
      )
      assert.deepEqual(readdirSync(folder), ['sys'])
    })

    it('gives up waiting after a while where it was told so', () => {
      assert.equal(run('lib', 'await 1 false || echo gave up').trim(), 'gave up')
    })

    it('varies a delay by thirty percent at most, and not always to the same', () => {
      const delays = run('lib', 'for i in 1 2 3 4 5 6 7 8 9; do jittered 10; done')
        .trim()
        .split('\n')
        .map(Number)
      assert.equal(delays.length, 9)
      for (const delay of delays) assert.ok(delay >= 7 && delay <= 13, String(delay))
      assert.notEqual(new Set(delays).size, 1)
    })

    it('keeps the arguments that are well formed, and no others', () => {
      const given = {
        ...{
          bootproto: 'static',
          mac: infiniband,
          ip: 'fd30::1/64',
          url: 'http://[fd30::fe]:7050/luna',
          node: 'node001',
        },
        ...{ hostname: 'a;reboot', ctty: '/dev/../x', service: '0' },
      }
      const cases = Object.entries(given).map(([name, value]) => `luna.${name}=) echo '${value}' ;;`)
      const getarg = `getarg() { case $1 in ${cases.join('\n')} *) return 1 ;; esac; }`
      const quiet = `sed 's,/dev/console,/dev/null,' ${module}/luna-args.sh >${folder}/args.sh; . ${folder}/args.sh`
      run('args', `${getarg}\n${quiet}\nkeep_arguments`)
      assert.deepEqual(readdirSync(join(folder, 'args')).sort(), [
        'bootproto',
        'ip',
        'mac',
        'node',
        'service',
        'url',
      ])
      assert.equal(readFileSync(join(folder, 'args/url'), 'utf8'), 'http://[fd30::fe]:7050/luna\n')
    })

    it('tells whether somebody presses Enter in time, or cannot', () => {
      const asked = (console: string, seconds: number) =>
        run(
          'shell',
          `console_device() { echo ${console}; }; enter_within ${seconds} && echo yes || echo no`,
        ).trim()
      const fifo = join(folder, 'console')
      spawnSync('mkfifo', [fifo])
      writeFileSync(join(folder, 'enter'), '\n')
      assert.equal(asked(join(folder, 'enter'), 60), 'yes')
      assert.equal(asked('/dev/null', 0.1), 'no')
      assert.equal(
        run(
          'shell',
          `exec 9<>${fifo}; console_device() { echo ${fifo}; }; enter_within 0.1 || echo no`,
        ).trim(),
        'no',
      )
    })

    it('joins the addresses of an interface, and says nothing of one without', () => {
      const ip = (text: string) => `ip() { printf '${text}'; }`
      const two = '2: eth0 inet 10.30.0.1/16 brd x\\n2: eth0 inet6 fd30::1/64 scope global\\n'
      assert.equal(run('net', `${ip(two)}; addresses_of eth0`), '10.30.0.1/16 fd30::1/64')
      assert.equal(run('net', `${ip('')}; addresses_of eth0`), '')
    })

    it('says that the address could not be given, and is not up then', () => {
      nic('eth0', '52:54:00:00:00:01')
      const stubs =
        'udevadm() { :; }; link_up() { :; }; ip() { return 2; }; arg() { case $1 in mac) echo 52:54:00:00:00:01 ;; ip) echo 10.30.0.1/16 ;; esac; }'
      assert.equal(
        run('net', `${stubs}; network_up || echo not up`),
        'luna: the address 10.30.0.1/16 of luna.ip could not be given to eth0\nnot up\n',
      )
    })

    for (const [name, answer, said] of [
      ['gives the script', 'echo "#!/bin/sh" >"$out"; printf 200', 'install script fetched'],
      [
        'says why not',
        `echo 'the image "c" is not packed' >"$out"; printf 404`,
        'status 404, the image "c" is not packed',
      ],
      ['sends a page', 'printf "<html>\\n<head>\\n" >"$out"; printf 502', 'status 502'],
      ['does not answer', 'printf 000; return 7', 'no answer'],
      ['breaks off', 'echo "#!/bin/sh" >"$out"; printf 200; return 18', 'the answer was cut off'],
    ] as const) {
      it(`says on the console what comes of a server that ${name}`, () => {
        const boot = `eval "$(sed '/^\\. /d;/^main$/d' ${module}/luna-boot.sh)"`
        const arg = 'arg() { echo "my-$1"; }'
        const curl = `curl() { while [ "$1" != -o ]; do shift; done; out=$2; ${answer}; }`
        const output = run('lib', `${boot}\n${arg}\n${curl}\nfetch || echo later`)
        const line =
          said === 'install script fetched' ? said : `no install script from my-url for my-node: ${said}`
        assert.equal(output, `luna: ${line}\n${said === line ? '' : 'later\n'}`)
      })
    }

    it('makes its ssh host key at boot, and keeps it until the next one', () => {
      const made = run('shell', 'make_host_key && make_host_key && cat $LUNA_DIR/ssh_host_key')
      assert.match(
        made,
        /^luna: ssh host key of this boot: SHA256:\S+\n-----BEGIN OPENSSH PRIVATE KEY-----\n/,
      )
      assert.equal(statSync(join(folder, 'ssh_host_key')).mode & 0o777, 0o600)
    })

    it('makes a host key of another kind where there is no Ed25519', () => {
      const fips = '#!/bin/sh\ncase "$*" in *ed25519*) exit 1 ;; esac\nexec /usr/bin/ssh-keygen "$@"\n'
      writeFileSync(join(folder, 'ssh-keygen'), fips, { mode: 0o755 })
      run('shell', `PATH=${folder}:$PATH; make_host_key`)
      assert.match(readFileSync(join(folder, 'ssh_host_key.pub'), 'utf8'), /^ecdsa-/)
    })

    it('finds the terminal behind /dev/console', () => {
      for (const [device, active] of Object.entries({ console: 'tty0 ttyS0', tty0: 'tty1' })) {
        mkdirSync(join(folder, 'sys/class/tty', device), { recursive: true })
        writeFileSync(join(folder, 'sys/class/tty', device, 'active'), `${active}\n`)
      }
      assert.equal(run('shell', 'console_device').trim(), '/dev/ttyS0')
      writeFileSync(join(folder, 'sys/class/tty/console/active'), 'ttyS0 tty0\n')
      assert.equal(run('shell', 'console_device').trim(), '/dev/tty1')
    })
  })
}

describe('dracut/95luna', () => {
  const scripts = readdirSync(module)
    .filter((name) => !name.endsWith('.cc'))
    .map((name) => join(module, name))

  it('is clean for shellcheck', function () {
    if (spawnSync('shellcheck', ['--version']).error) this.skip()
    const root = join(module, '../..')
    assert.equal(spawnSync('shellcheck', ['-x', '-P', root, ...scripts], { encoding: 'utf8' }).stdout, '')
  })

  it('is laid out as shfmt does it', function () {
    if (spawnSync('shfmt', ['--version']).error) this.skip()
    assert.equal(spawnSync('shfmt', ['-d', '-i', '2', '-ci', ...scripts], { encoding: 'utf8' }).stdout, '')
  })

  it('puts no secret of the image into the initramfs', function () {
    if (spawnSync('unshare', ['-m', 'true']).status !== 0) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'luna-module-'))
    // dracut's own words only write down what they are given.
    const stubs = [
      'inst_multiple() { printf "%s\\n" "$@"; }',
      'inst_simple() { echo "$1"; }',
      'inst_script() { echo "$1"; }',
      'inst_hook() { :; }; inst_rules() { :; }; dwarn() { echo "$@" >&2; }; dracut_module_included() { false; }',
      'chmod() { :; }; install_user() { :; }; getent() { echo x:x:1:1::/run/sshd:/; }',
      'type() { [ "$1" = -P ] && echo "/usr/sbin/$2"; }',
    ]
    const given = `initdir=${folder}; moddir=${module}; mkdir -p ${folder}/luna`
    const text = [given, `. ${module}/module-setup.sh`, ...stubs, 'install'].join('\n')
    const image =
      'for place in /root /etc/ssh; do mount -t tmpfs none $place; done; mkdir /root/.ssh; ' +
      'for file in /root/.ssh/authorized_keys /etc/ssh/ssh_host_rsa_key; do echo x >$file; done; exec bash -s'
    const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', image], { input: text, encoding: 'utf8' })
    assert.match(readFileSync(join(folder, 'luna/sshd_config'), 'utf8'), /^HostKey \/luna\/ssh_host_key$/m)
    rmSync(folder, { recursive: true })
    assert.ok(stdout.includes('95luna/luna-boot.sh'), stdout)
    assert.doesNotMatch(stdout, /_key$|shadow|munge|keytab/m)
  })

  for (const [what, given, made] of [
    [
      'compiles the torrent client in the folder of dracut',
      'DRACUT_TMPDIR=/run/dracut',
      '/run/dracut/ltorrent-swarm',
    ],
    ['compiles nothing where dracut has no folder of its own', 'unset DRACUT_TMPDIR', undefined],
  ] as const)
    it(what, () => {
      const stubs =
        'inst_script() { :; }; chmod() { :; }; runs() { false; }; compile_client() { echo "compiles $1"; }'
      const installs = 'inst_multiple() { echo "$@"; }'
      const text = [
        `moddir=${module}`,
        `. ${module}/module-setup.sh`,
        stubs,
        installs,
        given,
        'install_client',
      ]
      const { stdout } = spawnSync('bash', ['-s'], { input: text.join('\n'), encoding: 'utf8' })
      assert.equal(stdout, `${made ? `compiles ${made}\n` : ''}-o aria2c\n`)
    })

  const fitting = 'exit 2'
  for (const [what, compiler, installed] of [
    [
      'takes the torrent client that comes with Luna and fits',
      'exit 1',
      'module/ltorrent-swarm-debian13-x86_64',
    ],
    [
      'rather takes that which the image compiles',
      `while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\n${fitting}\n' >"$2"; chmod 755 "$2"`,
      'ltorrent-swarm',
    ],
  ] as const)
    it(what, () => {
      const folder = mkdtempSync(join(tmpdir(), 'luna-module-'))
      mkdirSync(join(folder, 'module'))
      const plant = (name: string, commands: string) =>
        writeFileSync(join(folder, name), `#!/bin/sh\n${commands}\n`, { mode: 0o755 })
      plant('c++', compiler)
      plant('module/ltorrent-swarm-debian12-x86_64', 'exit 1')
      for (const machine of ['x86_64', 'aarch64']) plant(`module/ltorrent-swarm-debian13-${machine}`, fitting)
      const text = [
        `moddir=${folder}/module; DRACUT_TMPDIR=${folder}; CXX=${folder}/c++`,
        `. ${module}/module-setup.sh`,
        'inst_script() { :; }; chmod() { :; }; dinfo() { :; }; uname() { echo x86_64; }',
        'inst_multiple() { echo "$@"; }; inst_binary() { echo "$@"; }',
        'install_client',
      ]
      const { stdout } = spawnSync('bash', ['-s'], { input: text.join('\n'), encoding: 'utf8' })
      assert.equal(stdout, `${folder}/${installed} /luna/ltorrent-swarm\n`)
      rmSync(folder, { recursive: true })
    })

  it('masks the mount of root=luna for systemd, and no other', function () {
    if (spawnSync('unshare', ['-m', 'true']).status !== 0) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'luna-generator-'))
    const masked = (cmdline: string): boolean => {
      rmSync(join(folder, 'sysroot.mount'), { force: true })
      writeFileSync(join(folder, 'cmdline'), `${cmdline}\n`)
      const inside = 'mount --bind "$0/cmdline" /proc/cmdline; sh "$1" "$0" "$0" "$0"'
      spawnSync('unshare', ['-m', 'sh', '-c', inside, folder, join(module, 'luna-generator.sh')])
      return readdirSync(folder).includes('sysroot.mount')
    }
    assert.equal(masked('quiet root=luna luna.node=node001'), true)
    assert.equal(masked('quiet root=/dev/sda1'), false)
    rmSync(folder, { recursive: true })
  })
})
