// luna doctor on a head of real daemons: files, database and machine. One thing after the other is broken,
// and its line has to say so.
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mac } from '../help.ts'
import { frontend, imageId } from './doctor-head.ts'
import { useDoctorHead } from './doctor-suite.ts'

describe('luna doctor on the files and the database of a head', function () {
  this.timeout(120_000)
  const head = useDoctorHead()

  it('tells files that are not what the database says', async () => {
    head.luna('node', 'add', '-g', 'compute', '-n', 'node002')
    head.luna('node', 'change', 'node002', '--mac', mac(2))
    assert.match(
      head.line('dhcpd.conf'),
      /^wrong: not what the database says: \S+\/dhcpd\.conf \(luna cluster make\)$/,
    )
    for (const name of ['conf.d/luna.conf', 'tftp/luna_ipxe.efi']) appendFileSync(head.at(name), '\n')
    const { found } = head.doctor()
    for (const check of ['dhcpd.conf', 'nginx file', 'iPXE binaries'])
      assert.equal(found.get(check)?.state, 'wrong')
    head.luna('cluster', 'make')
    await head.restart('dhcpd')
    await head.stop('lfs_pxelinux')
    const menu = head.at('tftp/pxelinux.cfg/01-52-54-00-00-00-01')
    const text = readFileSync(menu, 'utf8')
    appendFileSync(menu, '\n')
    assert.match(head.line('menus'), /^wrong: not what the database says: 01-52-54-00-00-00-01 in /)
    writeFileSync(menu, text)
    await head.start('lfs_pxelinux')
  })

  it('tells a service that is down', () => {
    writeFileSync(head.at('down'), 'lweb\n')
    assert.equal(
      head.line('service lweb'),
      'wrong: lweb is not active: nodes get no menu and no install script (systemctl enable lweb; systemctl start lweb)',
    )
    writeFileSync(head.at('down'), '')
  })

  it('tells a tarball that is cut off, and one that is gone', () => {
    const tarball = head.at(`luna/torrents/${imageId}.tgz`)
    writeFileSync(tarball, 'an')
    assert.match(
      head.line('images'),
      /^wrong: compute: its tarball \S+ has another size \(luna osimage pack compute\)$/,
    )
    rmSync(tarball)
    assert.match(head.line('images'), /^wrong: compute: torrents\/\S+\.tgz not in /)
    writeFileSync(tarball, 'an image')
  })

  it('tells ports that the firewall keeps closed', () => {
    head.program(
      'firewall-cmd',
      `case $* in
--state) echo running ;;
--get-zone-of-interface=eth0) echo internal ;;
"--zone=internal --list-all") printf 'internal\\n  target: default\\n  services: tftp dns\\n  ports: 7050/tcp\\n' ;;
--info-service=tftp) printf 'tftp\\n  ports: 69/udp\\n' ;;
--info-service=dns) printf 'dns\\n  ports: 53/tcp 53/udp\\n' ;;
esac`,
    )
    assert.equal(
      head.line('firewall'),
      'wrong: firewalld, zone internal, keeps out 7052-7200/tcp (firewall-cmd --permanent --zone=internal --add-port=7052-7200/tcp; firewall-cmd --reload)',
    )
    head.program('firewall-cmd', 'exit 252')
  })

  it('tells a database that does not fit together, and a node that would get no script', async () => {
    const options = async (kernopts: string) =>
      await head.change(async (store) => {
        const { id } = await store.getNamed('osimage', 'compute')
        await store.update('osimage', id, { kernopts })
      })
    await options('quiet; reboot ;')
    assert.match(
      head.line('scripts'),
      /^wrong: boot: no boot script for node\[001-002\]: .* \(luna db migrate --dry-run\)$/,
    )
    await options('')
    const groupOf = async (name: string) =>
      await head.change(async (store) => {
        const { id } = await store.getNamed('node', name)
        await store.clearMac(id)
        await store.update('node', id, { group: null })
      })
    await groupOf('node002')
    assert.match(head.line('database'), /^wrong: .*node002.* \(luna cluster check --repair\)$/)
  })

  it('tells a user that may not use the store, and an address that is not here', () => {
    head.luna('cluster', 'change', '--user', 'nobody')
    assert.match(head.line('store'), /^wrong: the user nobody may not use .*\/luna\.db.*\(chown nobody: /)
    head.luna('cluster', 'change', '--user', 'root')
    head.luna('cluster', 'change', '--frontend_address', '10.30.255.250')
    assert.match(head.line('frontend address'), /^wrong: 10\.30\.255\.250 is not on this machine/)
    head.luna('cluster', 'change', '--frontend_address', frontend)
  })

  it('tells the clock of another head that is off', () => {
    head.program('ssh', `[ "\${*#*date}" = "$*" ] || echo $(($(date +%s) + 100))`)
    head.luna('cluster', 'change', '--cluster_ips', `${frontend},10.30.255.253`)
    assert.match(head.line('clocks'), /^wrong: the clock of 10\.30\.255\.253 is \d+ s ahead/)
  })
})
