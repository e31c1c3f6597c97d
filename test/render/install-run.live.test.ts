import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type InstallView, renderInstallScript } from '../../lib/render/install.ts'
import { passingClient } from './fake-download.ts'
import { bmc, full, plant, view } from './install-script.ts'
import { useInstallStage } from './install-stage.ts'

/** A node with libtorrent, and processors enough to unpack while it downloads. */
const fourProcessors = { 'luna/ltorrent-swarm': '#!/bin/sh\n', 'sys/devices/system/cpu/cpu3/online': '1\n' }

describe('the install script, run', function () {
  this.timeout(60_000)
  const stage = useInstallStage()
  const { installed } = stage

  beforeEach(() => stage.pack())

  const install = (difference: Partial<InstallView>) =>
    stage.run(renderInstallScript({ ...view, ...difference }))

  it('installs: files, host name, network, statuses, and the client ends', () => {
    const ran = install({ interfaces: full.interfaces })
    assert.equal(ran.status, 0, ran.output)
    assert.equal(installed('etc/hostname'), 'node001.cluster\n')
    assert.equal(installed('etc/sysconfig/network'), 'NETWORKING=yes\nHOSTNAME=node001.cluster\n')
    assert.match(
      installed('etc/sysconfig/network-scripts/ifcfg-eth0'),
      /^DEVICE=eth0\nNAME=eth0\nIPADDR=10.30.0.1\nPREFIX=16\n/,
    )
    assert.match(installed('etc/sysconfig/network-scripts/ifcfg-eth1'), /ONBOOT=no\n/)
    assert.equal(readFileSync(join(stage.folder, 'hostname'), 'utf8'), 'node001.cluster\n')
    const steps = 'prescript partscript download unpack setnet postscript success'.split(' ')
    assert.deepEqual(
      ran.log.filter((line) => line !== 'ended'),
      steps.map((step) => `status install.${step}`),
    )
    assert.ok(ran.log.includes('ended'))
    assert.equal(existsSync(join(stage.folder, 'installed/2222-bbbb.tgz')), false)
    // the users of the image were only lent to tar
    assert.doesNotMatch(readFileSync(join(stage.folder, 'passwd'), 'utf8'), /of-image/)
  })

  it('lets the scripts of the operator share variables, and leaves their shell alone', () => {
    const ran = install({
      prescript: 'export A=1\nb="two\nlines"\nfalse\nset -u\nf() { echo "f $1"; }',
      partscript: 'false\nmount -t tmpfs tmpfs "$LUNA_ROOT"',
      postscript: 'echo "$A $b $(f 3) $- $LUNA_BOOTIF" >"$LUNA_ROOT/said"; [[ $- != *e* ]]',
    })
    assert.equal(ran.status, 0, ran.output)
    assert.match(installed('said'), /^1 two\nlines f 3 \w+ eth0\n$/)
  })

  for (const [name, partscript, said] of [
    [
      'its last command',
      'mount -t tmpfs tmpfs "$LUNA_ROOT"\nls /nonexistent/disk',
      'status 2: partscript, line 2: ls /nonexistent/disk',
    ],
    ['exit', 'exit 3', 'status 3: partscript, its last command, or its exit'],
    [
      'set -e',
      'set -e\nls /nonexistent/disk\nmount -t tmpfs tmpfs "$LUNA_ROOT"',
      'line 2: ls /nonexistent/disk',
    ],
    ['a syntax error', 'if then', 'partscript'],
    ['no mount', 'true', 'the partscript mounted nothing'],
  ] as const) {
    it(`fails at a partscript that fails by ${name}, says so, and claims no success`, () => {
      const ran = install({ partscript })
      assert.notEqual(ran.status, 0)
      assert.ok(ran.output.includes(said), ran.output)
      assert.deepEqual(ran.log, [
        'status install.prescript',
        'status install.partscript',
        'status install.error.partscript',
        `report install.partscript&exit=${ran.output.match(/failed with status (\d+)/)?.[1]}`,
      ])
    })
  }

  it('tells the server the command that failed, and the last lines of that step and no other', () => {
    const partscript =
      'for n in {1..150}; do echo "line $n"; done; printf "no \\033[31mdisk"; ls /nonexistent'
    const ran = install({ prescript: 'echo before', partscript })
    const [command = '', ...lines] = readFileSync(join(stage.folder, 'reported'), 'utf8')
      .trimEnd()
      .split('\n')
    assert.match(command, /^partscript, line 1: ls \/nonexistent/)
    assert.match(lines.at(-1) ?? '', /^luna: step install.partscript failed with status 2/)
    assert.ok(lines.at(-2)?.startsWith('no \x1b[31mdisk'))
    assert.equal(lines[0], 'line 53')
    assert.ok(ran.output.includes('before\n') && ran.output.includes('line 1\nline 2\n'))
  })

  it('tells of the set-up of the BMC that it failed, and none of its arguments', () => {
    plant(stage.folder, { 'bin/ipmitool': '#!/bin/sh\necho "$*: no" >&2; exit 1\n' })
    const ran = install({ bmc })
    assert.ok(ran.log.includes('report install.setupbmc&exit=1'), ran.log.join('\n'))
    const reported = readFileSync(join(stage.folder, 'reported'), 'utf8')
    assert.equal(reported, '\nthe console of the node has what the BMC said\n')
  })

  it('fetches by HTTP when the client of an older initramfs dies', () => {
    plant(stage.folder, { 'luna/ltorrent-client': '#!/bin/sh\nexit 1\n' })
    const ran = install({})
    assert.equal(ran.status, 0, ran.output)
    assert.ok(ran.log.includes('http'))
  })

  it('lets the scripts of the operator share arrays, and variables of any name', () => {
    const ran = install({
      prescript: 'declare -A map=([a]="1 2" [b]=3); list=(x "y z"); declare -i sum=4; status=s name=n text=t',
      partscript: 'list+=(more); sum+=1; mount -t tmpfs tmpfs "$LUNA_ROOT"',
      postscript: `printf "%s|" "\${map[a]}" "\${map[b]}" "\${list[@]}" "$sum" "$status" "$name" "$text" >"$LUNA_ROOT/said"`,
    })
    assert.equal(ran.status, 0, ran.output)
    assert.equal(installed('said'), '1 2|3|x|y z|more|5|s|n|t|')
  })

  it('fails at a damaged tarball', () => {
    spawnSync('truncate', ['-s', '200', join(stage.folder, 'image.tgz')])
    const ran = install({})
    assert.notEqual(ran.status, 0)
    assert.equal(ran.log.at(-1), 'ended')
    assert.ok(ran.log.includes('status install.error.unpack'))
  })

  const passed = (env: NodeJS.ProcessEnv = {}) => {
    const script = renderInstallScript({ ...view, interfaces: full.interfaces })
    return stage.run(script, { env: { LUNA_SYS: join(stage.folder, 'sys'), ...env } })
  }

  it('unpacks what a client over libtorrent passes on before all has come', () => {
    plant(stage.folder, {
      ...fourProcessors,
      'luna/ltorrent-client': passingClient('cat', '[ -e etc/sysconfig/network ]'),
    })
    const ran = passed()
    assert.equal(ran.status, 0, ran.output)
    assert.equal(installed('early'), '')
    assert.equal(installed('etc/hostname'), 'node001.cluster\n')
    assert.doesNotMatch(ran.output, /was not unpacked/)
    assert.doesNotMatch(readFileSync(join(stage.folder, 'passwd'), 'utf8'), /of-image/)
  })

  for (const [what, how, says] of [
    ['breaks off', 'head -c 150', ''],
    ['never comes', 'true', ''],
    [
      'never begins, though the client lives',
      'exec 8>"$LTORRENT_STREAM"; : ',
      ': nothing was passed on for 2 seconds',
    ],
    [
      'never ends, though the client lives',
      'exec 8>"$LTORRENT_STREAM"; head -c 2000000 "$LUNA_FOLDER/image.tgz" >&8; : ',
      ': nothing was passed on for 2 seconds',
    ],
  ] as const)
    it(`unpacks the tarball where what the client passes on ${what}`, () => {
      // more than what is looked at first
      writeFileSync(join(stage.folder, 'image/large'), randomBytes(3_000_000))
      stage.pack()
      plant(stage.folder, {
        ...fourProcessors,
        'luna/ltorrent-client': passingClient(how, 'true'),
      })
      const ran = passed(says ? { LTORRENT_STALL: '2' } : {})
      assert.equal(ran.status, 0, ran.output)
      assert.ok(ran.output.includes(`was not unpacked while it came${says}`), ran.output)
      assert.ok(ran.log.includes('status install.success'))
      assert.equal(installed('etc/hostname'), 'node001.cluster\n')
      assert.doesNotMatch(readFileSync(join(stage.folder, 'passwd'), 'utf8'), /of-image/)
    })

  it('unpacks with the users of the image where these are not at the beginning of the tarball', () => {
    plant(join(stage.folder, 'image'), { 'boot/large': randomBytes(2_000_000).toString('latin1') })
    const late = ['-C', join(stage.folder, 'image'), '-czf', join(stage.folder, 'image.tgz'), './boot', '.']
    assert.equal(spawnSync('tar', late).status, 0)
    const lent = `#!/bin/sh
case $* in *-xpf*) grep -c of-image "$LUNA_FOLDER/passwd" >>"$LUNA_FOLDER/lent" ;; esac
exec /usr/bin/tar "$@"
`
    plant(stage.folder, {
      ...fourProcessors,
      'bin/tar': lent,
      'luna/ltorrent-client': passingClient('cat', 'true'),
    })
    const ran = passed()
    assert.equal(ran.status, 0, ran.output)
    assert.match(ran.output, /was not unpacked while it came: its users are not at its beginning/)
    assert.equal(readFileSync(join(stage.folder, 'lent'), 'utf8'), '1\n')
  })

  it('compares the tarball with its SHA-256 while it unpacks it', () => {
    const sum = createHash('sha256')
      .update(readFileSync(join(stage.folder, 'image.tgz')))
      .digest('hex')
    const ran = install({ tarballSum: sum })
    assert.equal(ran.status, 0, ran.output)
    assert.doesNotMatch(ran.output, /SHA-256/)
  })

  it('installs nothing of a tarball that somebody has exchanged', () => {
    const ran = install({ tarballSum: 'ab'.repeat(32) })
    assert.notEqual(ran.status, 0)
    assert.match(ran.output, /not the one that was packed: its SHA-256 is [0-9a-f]{64}, not abab/)
    assert.ok(ran.log.includes('status install.error.unpack'))
    assert.equal(ran.log.includes('status install.success'), false)
    assert.equal(existsSync(join(stage.folder, 'installed/2222-bbbb.tgz')), false)
  })

  it('says so and goes on where there is nothing to compare with', () => {
    const without = install({})
    assert.equal(without.status, 0, without.output)
    assert.match(without.output, /not compared with its SHA-256, which this image has none of/)
  })

  it('gives the password to ipmitool where no list of processes shows it', () => {
    const ipmitool = `#!/bin/bash
echo "ipmitool $*" >>"$LUNA_FOLDER/ipmi"
[ "$1 $2" != "user set" ] || [ "$3" != password ] || { read -r a; read -r b; echo "asked $a $b" >>"$LUNA_FOLDER/ipmi"; }
[ "$1 $2" != "lan print" ] || printf '%s\\n' 'IP Address Source       : Static Address' 'IP Address              : 10.31.0.1' \\
  'Subnet Mask             : 255.255.0.0' 'Default Gateway IP      : 0.0.0.0'
[ "$1 $2" != "user list" ] || echo '3   admin            true    true       true       ADMINISTRATOR'
[ "$1" != mc ]
`
    plant(stage.folder, { 'bin/ipmitool': ipmitool, 'bin/modprobe': '#!/bin/sh\n' })
    const ran = install({ bmc })
    assert.equal(ran.status, 0, ran.output)
    assert.deepEqual(readFileSync(join(stage.folder, 'ipmi'), 'utf8').trim().split('\n'), [
      'ipmitool lan print 1',
      'ipmitool user list 2',
      'ipmitool user test 3 16',
      'ipmitool user set password 3',
      `asked ${bmc.password} ${bmc.password}`,
      'ipmitool user list 2',
      'ipmitool channel getaccess 2 3',
      'ipmitool user enable 3',
      'ipmitool channel getaccess 2 3',
      'ipmitool mc reset cold',
    ])
  })

  it('relabels an image with SELinux, by itself or at the first boot', () => {
    plant(join(stage.folder, 'image'), {
      'etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
      'etc/selinux/targeted/contexts/files/file_contexts': '',
    })
    stage.pack()
    const ran = install({})
    assert.equal(ran.status, 0, ran.output)
    assert.equal(installed('.autorelabel'), '')
  })

  it('starts anew where an earlier try failed', () => {
    mkdirSync(join(stage.folder, 'root'))
    const twice =
      'mount -t tmpfs tmpfs "$LUNA_ROOT"; [ -e "$LUNA_FOLDER/second" ] || { touch "$LUNA_FOLDER/second"; bash "$LUNA_FOLDER/install.sh"; exit 1; }'
    const ran = install({ partscript: twice })
    assert.equal(ran.status, 1)
    assert.ok(ran.log.includes('status install.success'), ran.output)
  })
})
