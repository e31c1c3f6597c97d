// The exit statuses of refusals: those of the codes, and those that scripts of the first Luna know, of the
// rows.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { useSite } from './luna.ts'

const long = 'x'.repeat(17)

/** By status, command lines that are refused; DIR stands for the directory of the site. */
const refused: Readonly<Record<number, readonly string[]>> = {
  1: [
    'cluster change --nodedigits 0',
    'cluster change --user nosuchuser',
    'cluster change --path DIR/missing',
    'osimage add -n ../x -p DIR/other',
    'osimage clone compute -t compute -p DIR/copy',
    'osimage clone compute -t copy -p DIR/other',
    'osimage clone compute -t ../x -p DIR/copy',
    `bmcsetup add -n new -u ${long}`,
    'network add -n a;b -N 192.168.0.0 -P 24',
    'network change cluster --reserve 10.31.0.1',
    'network change cluster --reserve 10.30.0.1',
    'network change cluster --reserve junk',
    'network change cluster --classless 0-27',
    'network change cluster --comment --include',
    'network rename cluster --newname tiny',
    'network rename cluster --newname a;b',
    'network delete cluster',
    'group add -n ../x -o compute -N cluster',
    'group change compute --pre --post',
    'group change compute -i BOOTIF',
    'group change compute -i nope --delete',
    'group change compute -i BOOTIF --setnet tiny',
    'node add -n a.b -g compute',
    'node add -n node[1 -g compute',
    'node change node001 -i BOOTIF 10.30.255.254',
    'node change node001 -i BOOTIF junk',
    'node change node001 --mac junk',
    'node rename node001 --newname node001',
    'switch add -n a.b -N cluster -i 10.30.1.2',
    'switch add -n sw02 -N cluster -i 10.30.1.2 --version 3',
    'switch change sw01 -i 10.31.0.1',
    'switch change sw01 -i junk',
    'otherdev add -n a.b -N cluster -i 10.30.1.2',
    'otherdev change pdu01 -i 10.30.1.2',
    'otherdev change pdu01 -N cluster -i 10.30.1.1',
    'db import -',
  ],
  2: ['network add -n new', 'node change node001 --bogus', 'node discover'],
  255: [
    'cluster init --frontend_address 10.30.255.254 --user USER --path DIR',
    'cluster init --frontend_address 10.30.255.254 --user USER --path DIR/missing',
    'cluster init --frontend_address 10.30.255.254 --user nosuchuser --path DIR',
    'cluster init --frontend_address 10.30.255.254 --user USER --path DIR --nodedigits 0',
    'osimage add -n new -p DIR/missing',
    'osimage add -n new -p DIR/empty',
    'osimage add -n new -p DIR/other -k 9.9',
    'osimage add -n new -p DIR/image',
    'osimage add -n compute -p DIR/other',
    'osimage clone gone -t copy -p DIR/copy',
    'bmcsetup add -n base',
    'network add -n cluster -N 192.168.0.0 -P 24',
    'network add -n new -N 10.30.0.0 -P 24',
    'network add -n new -N junk -P 24',
    'network add -n new -N 192.168.0.0 -P 31',
    'network add -n new -N 192.168.0.0 -P 24 --ns_ip 10.0.0.1',
    'network add -n new -N 192.168.0.0 -P 24 --ns_hostname a;b',
    'network change cluster --prefix 0',
    'network change cluster --prefix 24',
    'network change cluster -N fd00::',
    'network change cluster -N junk',
    'network change cluster -N 10.40.0.0',
    'network change cluster --release 10.31.0.1',
    'network change cluster --ns_ip 10.31.0.1',
    'network change cluster --ns_ip 10.30.0.1',
    'network change cluster --ns_hostname a;b',
    'network show cluster,nope',
    'group add -n compute -o compute -N cluster',
    'group add -n new -o nope -N cluster',
    'group clone compute -t compute',
    'group change compute -o nope',
    'group change compute -i BOOTIF --setnet nope',
    'node add -n node001 -g compute',
    'node add -n node002 -g crowded',
    'node add -g nope',
    'node change node001 -s nope',
    'node delete nope',
    'switch add -n sw02 -N cluster -i 10.31.0.1',
    'switch add -n sw02 -N cluster -i 10.30.1.1',
    'switch add -n sw02 -N cluster -i junk',
    'switch add -n sw01 -N cluster -i 10.30.1.2',
    'otherdev add -n new -N cluster',
    'otherdev add -n new -N cluster -i 10.31.0.1',
    'otherdev add -n new -N cluster -i 10.30.1.1',
    'otherdev add -n pdu01 -N tiny -i 10.40.0.3',
  ],
}

const made = [
  'cluster init --frontend_address 10.30.255.254 --user USER --path DIR',
  'network add -n cluster -N 10.30.0.0 -P 16 --ns_hostname ns',
  'network add -n tiny -N 10.40.0.0 -P 30 --ns_hostname ns',
  'osimage add -n compute -p DIR/image',
  'osimage add -n gone -p DIR/other',
  'osimage change gone -p DIR/nowhere',
  'bmcsetup add -n base',
  'group add -n compute -o compute -N cluster',
  'group add -n crowded -o compute -N tiny',
  'node add -n node001 -g compute',
  'node add -n full -g crowded',
  'switch add -n sw01 -N cluster -i 10.30.1.1',
  'otherdev add -n pdu01 -N cluster -i 10.30.1.3',
]

describe('the exit status', () => {
  const site = useSite()
  const words = (line: string) =>
    line.split(' ').map((word) => word.replace('DIR', site.dir).replace('USER', userInfo().username))
  let sound = ''

  before(() => {
    for (const tree of ['image', 'other']) {
      mkdirSync(join(site.dir, tree, 'boot'), { recursive: true })
      mkdirSync(join(site.dir, tree, 'lib/modules/6.1.0'), { recursive: true })
      writeFileSync(join(site.dir, tree, 'boot/vmlinuz-6.1.0'), '')
    }
    mkdirSync(join(site.dir, 'empty'))
    for (const line of made) assert.equal(site.luna(words(line)).status, 0, line)
    sound = site.luna(['db', 'export']).stdout
  })

  for (const [status, lines] of Object.entries(refused)) {
    for (const line of lines) {
      it(`is ${status} of: luna ${line}`, () => {
        const ran = site.luna(words(line))
        assert.equal(ran.status, Number(status), ran.stderr)
        assert.match(ran.stderr, /^ERROR:luna:/m)
      })
    }
  }

  it('goes with a database that is as it was', () => assert.equal(site.luna(['db', 'export']).stdout, sound))

  it('is 255 of every command when the database is of another version', () => {
    const other = sound.replace('"$numberDouble":"1.2"', '"$numberDouble":"1.1"')
    assert.notEqual(other, sound)
    site.luna(['db', 'import', '-', '--replace'], other)
    for (const line of ['cluster show', 'node change node001 --service y', 'cluster makedns']) {
      const ran = site.luna(words(line))
      assert.deepEqual([line, ran.status], [line, 255])
      assert.match(ran.stderr, /^ERROR:luna:the database has version 1\.1/)
    }
  })

  it('is 1 of every command when the configuration cannot be read, whatever its row says', () => {
    writeFileSync(join(site.dir, 'luna.conf'), 'junk\n')
    for (const line of ['node list', 'cluster init --frontend_address 10.30.255.254'])
      assert.deepEqual([line, site.luna(words(line)).status], [line, 1])
  })
})
