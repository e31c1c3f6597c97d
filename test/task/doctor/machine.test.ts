// What the doctor says of the machine: services, addresses, rights, room, clocks, the firewall, leftovers.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { judgeAddress } from '../../../lib/task/doctor/address.ts'
import { judgeClocks } from '../../../lib/task/doctor/clocks.ts'
import { judgeFirewall } from '../../../lib/task/doctor/firewall.ts'
import { findLeftovers, isFormerUnit, judgeLeftovers } from '../../../lib/task/doctor/leftovers.ts'
import { judgeService } from '../../../lib/task/doctor/services.ts'
import { judgeSpace } from '../../../lib/task/doctor/space.ts'
import { judgeStore } from '../../../lib/task/doctor/store.ts'

describe('judgeService', () => {
  const up = { unit: 'lweb', active: true, enabled: true, pair: false, without: 'nothing works' }
  const judge = (seen: Partial<typeof up>, optional = false) =>
    judgeService({ ...up, ...seen }, optional).state

  it('wants it active and enabled; in a pair of heads something else may start it', () => {
    assert.equal(judge({}), 'fine')
    assert.equal(judge({ enabled: false }), 'warning')
    assert.equal(judge({ enabled: false, pair: true }), 'fine')
    assert.equal(judge({ active: false, pair: true }), 'wrong')
  })

  it('names commands that mend it also where a service comes from an init script', () => {
    const fix = (seen: Partial<typeof up>) => judgeService({ ...up, unit: 'dhcpd', ...seen }, false).fix
    assert.equal(fix({ active: false }), 'systemctl start dhcpd')
    assert.equal(fix({ enabled: false }), 'systemctl enable dhcpd')
    assert.equal(fix({ active: false, enabled: false }), 'systemctl enable dhcpd; systemctl start dhcpd')
  })

  it('only warns of one that nodes boot without', () => {
    assert.equal(judge({ active: false }, true), 'warning')
  })
})

describe('judgeAddress', () => {
  const head = { address: '10.30.255.254', here: true, own: undefined, pair: false }
  const judge = (seen: Partial<Parameters<typeof judgeAddress>[0]>) =>
    judgeAddress({ ...head, ...seen }).state

  it('wants it on this machine, or on the other head of a pair', () => {
    assert.equal(judge({}), 'fine')
    assert.equal(judge({ here: false }), 'wrong')
    assert.equal(judge({ here: false, pair: true, own: '10.30.255.253' }), 'fine')
  })

  it('refuses none at all, and a pair that this machine is no part of', () => {
    assert.equal(judge({ address: '', here: false }), 'wrong')
    assert.equal(judge({ pair: true }), 'wrong')
  })
})

describe('judgeStore', () => {
  const good = { user: 'luna', unread: [], unusable: [], advice: [] }

  it('gives the command that mends the rights', () => {
    assert.equal(judgeStore(good).state, 'fine')
    const conf = judgeStore({ ...good, unread: ['/etc/luna.conf'] })
    assert.deepEqual([conf.state, conf.fix], ['wrong', 'chgrp luna /etc/luna.conf; chmod 640 /etc/luna.conf'])
    const file = judgeStore({ ...good, unusable: ['/var/lib/luna', '/var/lib/luna/luna.db'] })
    assert.deepEqual([file.state, file.fix], ['wrong', 'chown luna: /var/lib/luna /var/lib/luna/luna.db'])
    assert.equal(judgeStore({ ...good, advice: ['a single server'] }).state, 'warning')
  })
})

describe('judgeSpace', () => {
  it('wants room for the largest image once more, and something for the rest', () => {
    const gib = 2 ** 30
    assert.deepEqual(judgeSpace('/', 5 * gib, 2 * gib), {
      state: 'fine',
      seen: '5.0 GiB free in /',
      fix: null,
    })
    assert.equal(judgeSpace('/', 5 * gib, 6 * gib).state, 'warning')
    assert.equal(judgeSpace('/', gib / 2, 0).state, 'warning')
    assert.equal(judgeSpace('/', gib / 20, 0).state, 'wrong')
  })
})

describe('judgeClocks', () => {
  const judge = (ahead: number | string) => judgeClocks([{ head: 'h2', ahead }])

  it('bears what ssh takes, warns of seconds, and refuses what a failover pair refuses', () => {
    assert.equal(judge(-1.5).state, 'fine')
    assert.deepEqual([judge(-10).state, judge(-10).seen], ['warning', 'the clock of h2 is 10 s behind'])
    assert.deepEqual([judge(61).state, judge(61).seen], ['wrong', 'the clock of h2 is 61 s ahead'])
  })

  it('says which head does not tell', () => {
    assert.deepEqual([judge('no route').state, judge('no route').seen], ['wrong', 'h2: no route'])
  })
})

describe('judgeFirewall', () => {
  const wanted = [
    { first: 69, last: 69, protocol: 'udp' },
    { first: 7052, last: 7200, protocol: 'tcp' },
  ] as const

  it('wants ports open whole, by their own protocol', () => {
    const judge = (open: Parameters<typeof judgeFirewall>[0]['open']) =>
      judgeFirewall({ name: 'ufw', zone: '', open }, wanted)
    assert.equal(judge('all').state, 'fine')
    assert.equal(judge([...wanted]).state, 'fine')
    const half = judge([
      { first: 69, last: 69, protocol: 'tcp' },
      { first: 7052, last: 7100, protocol: 'tcp' },
    ])
    assert.equal(half.seen, 'ufw keeps out 69/udp, 7052:7200/tcp')
    assert.equal(half.fix, 'ufw allow 69/udp; ufw allow 7052:7200/tcp')
  })
})

describe('what the first Luna leaves', () => {
  let dir: string
  const put = (path: string, text = '') => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const found = async () =>
    (await findLeftovers(dir, join(dir, 'conf.d'))).map(({ path }) => path.slice(dir.length + 1))

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'luna-doctor-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('is found, each with the command that is rid of it', async () => {
    put('usr/sbin/luna')
    put('etc/systemd/system/lweb.service', '[Service]\nType=forking\nExecStart=/usr/sbin/lweb start\n')
    put('conf.d/nginx-luna.conf')
    put('etc/profile.d/luna_autocomplete.sh')
    put('etc/xinetd.d/tftp', 'service tftp\n{\n  disable = no\n}\n')
    assert.deepEqual((await found()).toSorted(), [
      'conf.d/nginx-luna.conf',
      'etc/profile.d/luna_autocomplete.sh',
      'etc/systemd/system/lweb.service',
      'etc/xinetd.d/tftp',
      'usr/sbin/luna',
    ])
  })

  it('is not what belongs to this Luna, or is off', async () => {
    put('etc/systemd/system/lweb.service', '[Service]\nExecStart=/usr/bin/lweb run\n')
    put('etc/xinetd.d/tftp', 'service tftp\n{\n  disable = yes\n}\n')
    mkdirSync(join(dir, 'usr/sbin'), { recursive: true })
    symlinkSync(join(import.meta.dirname, '../../../bin/luna'), join(dir, 'usr/sbin/luna'))
    assert.deepEqual(await found(), [])
    assert.equal(judgeLeftovers([], undefined).state, 'fine')
  })

  it('is told by its units that want mongod', () => {
    assert.equal(isFormerUnit('[Unit]\nRequires=mongod.service\n'), true)
    assert.equal(isFormerUnit('[Unit]\nAfter=mongod.service\n'), false)
  })

  it('is a warning with all commands', () => {
    const left = { path: '/usr/sbin/luna', does: 'comes first', fix: 'rm /usr/sbin/luna' }
    const { state, seen, fix } = judgeLeftovers([left], '/opt/luna/templates: not read')
    assert.equal(state, 'warning')
    assert.equal(seen, '/usr/sbin/luna comes first; /opt/luna/templates: not read')
    assert.equal(fix, 'rm /usr/sbin/luna')
  })
})
