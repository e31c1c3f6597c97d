// What the doctor says of answers from the network.
import assert from 'node:assert/strict'
import { judgeOffers } from '../../../lib/task/doctor/dhcp-servers.ts'
import { judgeMenu } from '../../../lib/task/doctor/nginx.ts'
import { judgeTftp } from '../../../lib/task/doctor/tftp.ts'
import { judgeZones } from '../../../lib/task/doctor/zones.ts'
import { judgeAnswer } from '../../../lib/task/generate/nginx-use.ts'

describe('judgeOffers', () => {
  const link = { name: 'eth0', address: '10.30.255.254', mac: '52:54:00:00:00:aa' }
  const own = { mac: link.mac, server: '10.30.255.254', address: '10.30.128.1' }
  const peer = { mac: '52:54:00:00:00:bb', server: '10.30.255.253', address: '10.30.128.2' }
  const rogue = { mac: '52:54:00:00:00:cc', server: '192.168.1.1', address: '192.168.1.100' }
  const ours = ['10.30.255.254', '10.30.255.253']
  const owners = new Map([['10.30.0.1', 'node node001 (BOOTIF)']])
  const macs = new Map([['52:54:00:00:00:01', 'node node001']])
  const judge = (offers: Parameters<typeof judgeOffers>[0]['offers'], expected = true) =>
    judgeOffers({ link, ours, offers, expected, dhcpd: 'isc-dhcp-server', owners, macs })

  it('is content with this head and the other one of a pair', () => {
    assert.deepEqual([judge([own]).state, judge([peer, own]).state], ['fine', 'fine'])
  })

  it('names every other server once, whoever else answers', () => {
    const { state, seen } = judge([own, rogue, rogue])
    assert.equal(state, 'wrong')
    assert.equal(seen, 'another DHCP server answers on eth0: 192.168.1.1 (MAC address 52:54:00:00:00:cc)')
  })

  it('tells one with the address of a node as a conflict, and one that a node runs as that', () => {
    const { seen } = judge([{ ...rogue, server: '10.30.0.1' }])
    assert.match(
      seen,
      /: 10\.30\.0\.1 \(MAC address 52:54:00:00:00:cc\), an address conflict: that is the address of node node001 \(BOOTIF\), too$/,
    )
    const own = judge([{ ...rogue, server: '10.30.0.1', mac: '52:54:00:00:00:01' }])
    assert.match(own.seen, /: 10\.30\.0\.1 \(MAC address 52:54:00:00:00:01, which is node node001\)$/)
  })

  it('takes a server of this machine for its own, under whatever address it answers', () => {
    assert.equal(judge([{ ...own, server: '10.99.0.1' }]).state, 'fine')
  })

  it('misses an answer only where the cluster has a DHCP range', () => {
    assert.equal(judge([]).state, 'wrong')
    assert.equal(judge([], false).state, 'fine')
    assert.equal(judge([rogue], false).state, 'wrong')
  })
})

describe('judgeZones', () => {
  const judge = (...zones: Parameters<typeof judgeZones>[2]) => judgeZones('10.30.255.254', 'named', zones)

  it('wants every zone with the serial number of its file', () => {
    const good = { name: 'net', written: 2026030401, served: 2026030401 }
    assert.equal(judge(good).seen, 'named at 10.30.255.254 serves 1 zone')
    const old = { ...good, served: 2026030400 }
    assert.match(judge(good, old).seen, /serves net with serial 2026030400, the file has 2026030401$/)
    assert.equal(judge(good, old).fix, 'systemctl reload named')
  })

  it('says which zone is not served, and why', () => {
    const { state, seen, fix } = judge({ name: 'net', written: 1, served: 'EREFUSED' })
    assert.deepEqual([state, fix], ['wrong', 'luna cluster makedns'])
    assert.match(seen, /does not serve net \(EREFUSED\)$/)
  })

  it('has setup tell named of zones that its configuration does not have', () => {
    const zones = [{ name: 'net', written: 1, served: 'ESERVFAIL' }]
    assert.equal(judgeZones('10.30.255.254', 'named', zones, false).fix, 'luna setup --dns y')
  })
})

describe('judgeTftp', () => {
  const there = Buffer.from('iPXE')
  const judge = (fetched: Parameters<typeof judgeTftp>[0]['fetched']) =>
    judgeTftp({ name: 'luna_undionly.kpxe', root: '/tftpboot', unit: 'tftpd-hpa', there, fetched })

  it('wants the very file', () => {
    assert.equal(judge({ bytes: Buffer.from('iPXE') }).state, 'fine')
    assert.match(judge({ bytes: Buffer.from('other') }).fix ?? '', /^have tftpd-hpa serve \/tftpboot/)
  })

  it('tells a server that is down from one that serves something else', () => {
    const missing = judge({ trouble: 'no-such-file', why: 'the server has no such file' })
    assert.match(missing.fix ?? '', /TFTP_DIRECTORY in \/etc\/default\/tftpd-hpa/)
    assert.equal(judge({ trouble: 'other', why: 'no answer' }).fix, 'systemctl restart tftpd-hpa')
  })

  it('only warns where curl speaks no TFTP', () => {
    assert.equal(
      judge({ trouble: 'no-client', why: 'this curl speaks no TFTP', fix: 'another' }).state,
      'warning',
    )
  })
})

describe('judgeMenu', () => {
  it('warns of another server on the port, and says what is wrong where the menu does not come', () => {
    const [url, other] = ['http://h/luna?step=boot', '/etc/nginx/conf.d/a.conf:1 has a server on port 7050']
    assert.equal(judgeMenu(url, undefined, []).state, 'fine')
    assert.deepEqual(
      [judgeMenu(url, undefined, [other]).state, judgeMenu(url, undefined, [other]).seen],
      ['warning', other],
    )
    assert.deepEqual(judgeMenu(url, { what: 'nothing answers' }, []), {
      state: 'wrong',
      seen: 'nothing answers',
      fix: 'luna cluster makenginx',
    })
  })

  it('names the command that mends it, which is not always the one that writes the file', () => {
    const url = 'http://h/luna?step=boot'
    const fixOf = (status: number, unread: string[] = []) =>
      judgeMenu(url, judgeAnswer(url, { status, body: '' }), unread).fix
    assert.deepEqual([fixOf(502), fixOf(500)], ['systemctl start lweb', 'journalctl -u lweb'])
    assert.deepEqual(
      [fixOf(404), fixOf(404, ['a.conf has port 7050, too'])],
      ['luna cluster makenginx', 'nginx -T'],
    )
  })
})
