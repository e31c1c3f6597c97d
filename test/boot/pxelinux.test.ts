// A node whose firmware gets PXELINUX in place of iPXE, and from it the menu that lfs_pxelinux keeps.
import assert from 'node:assert/strict'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { luna, nodeStatus } from '../lab/cluster.ts'
import { places } from '../lab/machine.ts'
import { nodeAddress } from '../lab/net.ts'
import type { Vm } from '../lab/vm.ts'
import { type Daemon, runDaemon } from '../pxelinux/daemon.ts'
import { onNode } from './ssh.ts'
import { newNode, powerOn, scene } from './stage.ts'

const siteTemplate = join(places.cluster, 'templates/dhcpd.conf.mustache')
// The variant with an HTTP client of its own, and what it loads: itself, and the menu with its library.
const pxelinux = [
  '/usr/lib/PXELINUX/lpxelinux.0',
  ...['ldlinux', 'menu', 'libutil'].map((name) => `/usr/lib/syslinux/modules/bios/${name}.c32`),
]

describe('a node that boots through PXELINUX', () => {
  let keeper: Daemon | undefined

  before(async () => {
    for (const path of pxelinux) await copyFile(path, join(places.tftp, path.replace(/.*\//, '')))
    const shipped = join(import.meta.dirname, '../../conf-templates/dhcpd.conf.mustache')
    const text = await readFile(shipped, 'utf8')
    assert.match(text, /"luna_undionly\.kpxe"/)
    await writeFile(siteTemplate, text.replace('"luna_undionly.kpxe"', '"lpxelinux.0"'))
    await luna('cluster', 'makedhcp')
    keeper = runDaemon(process.env)
    await keeper.said(/started folder/)
  })
  after(async () => {
    await keeper?.stop()
    await rm(siteTemplate, { force: true })
    await luna('cluster', 'makedhcp')
  })

  it('gets the menu of its MAC address, and comes up', async () => {
    const node = await newNode()
    const menu = join(places.tftp, 'pxelinux.cfg', `01-${node.mac.replaceAll(':', '-')}`)
    await keeper?.said(/menus written files=\d+ written=1/)
    const { vm, up } = await powerOn(node, 'bios-pxe')
    await vm.console.waitFor(/PXELINUX \d/, 120_000)
    vm.console.waitFor(/Boot failed: press a key/, 300_000).then(
      () => retry(vm),
      () => undefined,
    )
    await up
    assert.match(await readFile(menu, 'utf8'), new RegExp(`LABEL luna_${node.name}\n`))
    const asked = await scene().services.lastWords('nginx', 500)
    assert.match(asked, /GET \/boot\/compute-vmlinuz\S* HTTP\/1\.\d" 200 .*Syslinux/)
    assert.match(asked, /GET \/boot\/compute-initramfs\S* HTTP\/1\.\d" 200 .*Syslinux/)
    assert.equal(await nodeStatus(node.name), 'install.success')
    assert.equal((await onNode(nodeAddress(node.number), 'hostname')).stdout.trim(), `${node.name}.cluster`)
  })
})

/**
 * PXELINUX gives up a file whose connection fails once, and waits for a key, or five minutes and then starts
 * the machine anew.
 */
function retry(vm: Vm): void {
  console.log(`      PXELINUX is asked to try again after: ${vm.console.tail(10)}`)
  vm.type(' ')
}
