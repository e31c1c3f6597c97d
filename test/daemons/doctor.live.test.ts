// luna doctor on a head of real daemons: what is answered. One thing after the other is broken, and its line
// has to say so.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { frontend } from './doctor-head.ts'
import { useDoctorHead } from './doctor-suite.ts'
import { runIn, startIn, stop } from './namespace.ts'

describe('luna doctor on a head of real daemons', function () {
  this.timeout(120_000)
  const head = useDoctorHead()

  it('finds nothing to say of a head that is well', () => {
    const { status, found } = head.doctor()
    // What room a machine has is not for a test to say.
    const rest = [...found.values()].filter(
      ({ check, state }) => state !== 'fine' && !check.startsWith('space'),
    )
    assert.deepEqual(rest, [])
    assert.equal(found.get('DHCP servers')?.seen, `${frontend} answers on eth0, and no other`)
    assert.match(found.get('TFTP')?.seen ?? '', /^luna_undionly\.kpxe comes by TFTP, \d+ bytes$/)
    assert.equal(found.get('name server')?.seen, `named at ${frontend} serves 2 zones`)
    if (![...found.values()].some(({ state }) => state !== 'fine')) assert.equal(status, 0)
  })

  it('names another DHCP server with its MAC address', async () => {
    const link: unknown = JSON.parse(runIn(head.pair.client, 'ip', ['-j', 'link', 'show', 'eth0']))
    const [{ address }] = link as [{ address: string }]
    runIn(head.pair.client, 'ip', ['addr', 'add', '10.30.0.99/16', 'dev', 'eth0'])
    const files = ['--conf-file=/dev/null', '--pid-file=', `--dhcp-leasefile=${head.at('rogue')}`]
    const args = [
      '-k',
      '-d',
      '--port=0',
      ...files,
      '--dhcp-range=10.30.200.1,10.30.200.9',
      '--interface=eth0',
    ]
    const rogue = await startIn(head.pair.client, 'dnsmasq', args, /DHCP, IP range/)
    try {
      assert.equal(
        head.line('DHCP servers'),
        `wrong: another DHCP server answers on eth0: 10.30.0.99 (MAC address ${address}) (switch it off, or keep it out of the network of the nodes)`,
      )
    } finally {
      await stop(rogue)
      runIn(head.pair.client, 'ip', ['addr', 'del', '10.30.0.99/16', 'dev', 'eth0'])
    }
  })

  it('misses a dhcpd that does not answer', async () => {
    await head.stop('dhcpd')
    assert.match(head.line('DHCP servers'), /^wrong: nobody answers a DISCOVER on eth0 /)
    await head.start('dhcpd')
  })

  it('misses the TFTP server, and tells one that serves another directory', async () => {
    await head.stop('tftpd')
    assert.match(head.line('TFTP'), /^wrong: no luna_undionly\.kpxe by TFTP: .* \(systemctl restart \S+\)$/)
    await head.serveByTftp(head.at('zones'))
    assert.match(
      head.line('TFTP'),
      /^wrong: no luna_undionly\.kpxe by TFTP: the server has no such file \(have \S+ serve \S+\/tftp /,
    )
    await head.restart('tftpd')
  })

  it('misses lweb behind nginx, and nginx itself', async () => {
    await head.stop('lweb')
    assert.match(head.line('boot menu'), /^wrong: lweb does not answer yet/)
    await head.stop('nginx')
    assert.match(head.line('boot menu'), /^wrong: nothing answers at http:\/\/10\.30\.255\.254:7050/)
    await head.start('nginx')
    await head.start('lweb')
  })

  it("tells of the first Luna's nginx file, and that it is in the way", () => {
    const file = head.at('conf.d/nginx-luna.conf')
    writeFileSync(file, 'server { listen 7050; }\n')
    assert.match(head.line('first Luna'), /^warning: \S+\/nginx-luna\.conf may get what nodes ask \(rm /)
    assert.match(head.line('boot menu'), /^warning: \S+\/nginx-luna\.conf:1 has a server on port 7050, too/)
    rmSync(file)
  })

  it('misses named, and tells zones that it has not read yet', async () => {
    await head.stop('named')
    assert.match(head.line('name server'), /^wrong: named at \S+ does not serve net \(ECONNREFUSED\)/)
    await head.start('named')
    head.luna('node', 'add', '-g', 'compute', '-n', 'node002')
    assert.match(
      head.line('zones'),
      /^wrong: not what the database says: \S+\.luna\.zone.* \(luna cluster make\)$/,
    )
    head.luna('cluster', 'make')
    assert.match(
      head.line('name server'),
      /^wrong: named at \S+ serves \S+ with serial \d+, the file has \d+.* \(systemctl reload named\)$/,
    )
    await head.restart('named')
  })
})
