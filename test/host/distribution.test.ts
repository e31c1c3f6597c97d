// What distributions write about their servers.
import assert from 'node:assert/strict'
import { namesStore, parseConfig, withKey } from '../../lib/config.ts'
import { readAddresses } from '../../lib/host/interfaces.ts'
import { servingOn, startsInVain } from '../../lib/host/service/dhcpd.ts'
import { isInstalled, startCommand } from '../../lib/host/service/service.ts'
import { findServed, lastDirectory, servedByXinetd } from '../../lib/host/service/tftpd.ts'
import { variableOf, withVariable } from '../../lib/host/service/variables.ts'
import { useFakeBin } from '../fake-bin.ts'

describe('variables of a shell', () => {
  const text = '# A="0"\nA="1"\nB=2 # two\nC=\'3 4\'\nA="5"\nD=""\nE='

  it('are read as a shell reads them: the last one counts', () => {
    const read = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => variableOf(text, name))
    assert.deepEqual(read, ['5', '2', '3 4', '', '', undefined])
  })

  it('are changed where they count, and added where they are not', () => {
    assert.equal(withVariable(text, 'A', 'x'), text.replace('A="5"', 'A="x"'))
    assert.equal(withVariable(text, 'B', 'x'), text.replace('B=2', 'B="x"'))
    assert.equal(withVariable(text, 'F', 'x'), `${text}\nF="x"\n`)
    assert.equal(withVariable('', 'F', 'x'), 'F="x"\n')
  })
})

describe("Debian's start of dhcpd", () => {
  const defaults = (text: string) => ({ file: '/etc/default/isc-dhcp-server', text })

  it('is in vain as long as no interface is named', async () => {
    assert.equal(await startsInVain(defaults('INTERFACESv4=""\nINTERFACESv6=""\n')), true)
    assert.equal(await startsInVain(defaults('INTERFACESv4="eth0"\nINTERFACESv6=""\n')), false)
    assert.equal(await startsInVain(defaults('INTERFACESv4=""\nINTERFACESv6="eth0"\n')), false)
  })

  it('gets an interface beside those that it has', () => {
    assert.equal(servingOn('INTERFACESv4=""\n', 'eth0'), 'INTERFACESv4="eth0"\n')
    assert.equal(servingOn('INTERFACESv4="eth1  eth2"\n', 'eth0'), 'INTERFACESv4="eth1 eth2 eth0"\n')
    assert.equal(servingOn('INTERFACESv4="eth0 eth1"\n', 'eth0'), 'INTERFACESv4="eth0 eth1"\n')
  })
})

describe('the directory that tftpd serves', () => {
  const fake = useFakeBin()

  it('ends the arguments of in.tftpd', () => {
    assert.equal(lastDirectory('/usr/sbin/in.tftpd -s /var/lib/tftpboot'), '/var/lib/tftpboot')
    assert.equal(lastDirectory('/usr/sbin/in.tftpd --listen --user $U $TFTP_DIRECTORY'), undefined)
    assert.equal(lastDirectory('/etc/init.d/tftpd-hpa start'), undefined)
    assert.equal(lastDirectory('/usr/sbin/in.tftpd'), undefined)
  })

  it('is in the file of xinetd where that is not off', () => {
    const text = 'service tftp\n{\n\tserver_args\t\t= -s /tftpboot\n\tdisable\t\t\t= no\n}\n'
    assert.equal(servedByXinetd(text), '/tftpboot')
    assert.equal(servedByXinetd(text.replace('= no', '= yes')), undefined)
  })

  it('comes from the unit, and is unknown where systemd does not know that', async () => {
    const argv = 'argv[]=/usr/sbin/in.tftpd -s /srv/x'
    fake.program(
      'systemctl',
      `[ "$5" != tftp ] || echo '{ path=/usr/sbin/in.tftpd ; ${argv} ; ignore_errors=no }'`,
    )
    assert.equal(await startCommand('tftp'), '/usr/sbin/in.tftpd -s /srv/x')
    assert.equal((await findServed('tftp'))?.root, '/srv/x')
    assert.equal(await findServed('nothing'), undefined)
  })

  it('is of no use where the unit is not installed', async () => {
    fake.program('systemctl', '[ "$5" = tftp ] && echo loaded || echo not-found')
    assert.deepEqual([await isInstalled('tftp'), await isInstalled('x')], [true, false])
  })
})

describe('addresses of a machine', () => {
  it('are those of interfaces that have some', () => {
    const eth0 = { ifname: 'eth0', addr_info: [{ local: '10.0.0.1', prefixlen: 8 }] }
    const found = readAddresses(JSON.stringify([{}, eth0]))
    assert.deepEqual(found, [{ interface: 'eth0', address: '10.0.0.1', prefix: 8 }])
    assert.deepEqual(readAddresses(''), [])
  })
})

describe('a key that is written into luna.conf', () => {
  it('goes into its section, or makes one, and never replaces one', () => {
    assert.equal(withKey('', 'Paths', 'tftp_root', '/t'), '[Paths]\ntftp_root=/t\n')
    const text = '# mine\n[paths]\ndhcpd_conf=/d\n[Services]\nnginx=n'
    const more = withKey(text, 'Paths', 'tftp_root', '/t')
    assert.equal(more, '# mine\n[paths]\ntftp_root=/t\ndhcpd_conf=/d\n[Services]\nnginx=n')
    assert.equal(withKey(more, 'Paths', 'tftp_root', '/u'), more)
    const both = withKey(text, 'Embedded', 'path', '/db')
    assert.equal(both, `${text}\n\n[Embedded]\npath=/db\n`)
    assert.deepEqual(parseConfig(both, 'luna.conf', 'el').store, { embedded: '/db' })
  })

  it('is not needed where a store is named', () => {
    assert.equal(namesStore('[MongoDB]\nserver=x\n', 'f'), true)
    assert.equal(namesStore('[Embedded]\npath=/x\n', 'f'), true)
    assert.equal(namesStore('[Embedded]\n[Paths]\ntftp_root=/x\n', 'f'), false)
  })
})
