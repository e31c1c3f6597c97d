// Nodes that do not come up, each for another reason: `luna node why` and the page name link and command.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import { kernelOptions, luna, lunaReading, why } from '../lab/cluster.ts'
import { places } from '../lab/machine.ts'
import { network, nodeMac } from '../lab/net.ts'
import { type Node, newNode, powerOn } from './stage.ts'

interface Link {
  readonly link: string
  readonly seen: string
  readonly fix: string | null
}

/** What the page has of a node: the link at which it stops, what was seen, and the command. */
async function pageWhy(node: string): Promise<string> {
  const answer = await fetch(`http://${network.server}:7050/ui/data/node?name=${node}`)
  const { missing, links } = ((await answer.json()) as { why: { missing: string; links: Link[] } }).why
  const { seen = '', fix = '' } = links.find(({ link }) => link === missing) ?? {}
  return `${missing}: ${seen}\n  ${fix}`
}

/** Both say so, before long: what is seen is written down a moment later. */
async function assertWhy(node: string, expected: RegExp, patience = 20_000): Promise<void> {
  const deadline = Date.now() + patience
  while (Date.now() < deadline && !expected.test(await why(node))) await delay(1000)
  const said = await why(node)
  assert.match(said, expected)
  assert.match(await pageWhy(node), expected)
  console.log(`        ${said.replaceAll('\n', '\n        ')}`)
}

/** Until that is the last that was seen of a node. */
async function seenLast(name: string, step: string): Promise<void> {
  const { stdout } = await luna('node', 'history', name, '--json')
  const [boot] = JSON.parse(stdout) as { last: string }[]
  if (boot?.last === step) return
  await delay(1000)
  await seenLast(name, step)
}

/** Has the initramfs made anew with these drivers. */
async function repack(drivers: string): Promise<void> {
  await luna('osimage', 'change', 'compute', `--kernmodules=${drivers}`)
  await luna('osimage', 'pack', 'compute', '--boot')
}

/** Has all that was seen of its last boot be so many seconds ago, and the image be packed long before. */
async function age(name: string, seconds: number): Promise<void> {
  const store = await openStore(loadConfig())
  const { id } = await store.getNamed('node', name)
  const boot = (await store.lastBoot(id)) ?? assert.fail(`${name} has not booted`)
  const ago = (time: number) => time - 1000 * seconds
  const steps = boot.steps.map(({ step, time }) => ({ step, time: ago(time) }))
  await store.keepBoots([{ node: id, past: false, boot: { ...boot, began: ago(boot.began), steps } }])
  await store.close()
  const [drivers = assert.fail('the image tells no drivers')] = globSync(`${places.cluster}/boot/*.drivers`)
  await utimes(drivers, 0, 0)
}

describe('a node that does not come up', () => {
  const options = (more: string) =>
    luna('osimage', 'change', 'compute', '--kernopts', `${kernelOptions} ${more}`.trim())
  after(() => options(''))

  it('has another MAC address than Luna knows', async () => {
    const node = await newNode()
    const { name, rangeStart, rangeEnd } = network
    await luna('cluster', 'makedhcp', '-N', name, '-s', rangeStart, '-e', rangeEnd)
    const other = nodeMac(77)
    await powerOn({ ...node, mac: other }, 'bios')
    const fix = `luna node change ${node.name} --mac ${other}; luna cluster make`
    const seen = `asks Luna: it has never asked as ${node.mac}; ${other} asked lately, and nobody is that`
    await assertWhy(node.name, new RegExp(`${seen}: .*\n  ${fix}`), 120_000)
  })

  /** Has a node stand still for minutes, once its console has said that. */
  async function stands(word: RegExp): Promise<Node> {
    const node = await newNode()
    const { vm } = await powerOn(node, 'bios')
    await vm.console.waitFor(word, 300_000)
    await delay(10_000)
    await seenLast(node.name, 'boot.initramfs')
    await age(node.name, 240)
    return node
  }

  it('has a kernel that panics', async () => {
    await options('rdinit=/bin/false')
    const { name } = await stands(/Kernel panic - not syncing/)
    await options('')
    await assertWhy(
      name,
      /install script: kernel loaded, nothing since \dm: the initramfs has the driver for its network card \(PCI 1af4:1000\), virtio_pci and virtio_net: the kernel has probably panicked or hangs\n {2}look for "Kernel panic" on its screen .*luna osimage change compute --kernopts/,
    )
  })

  it('has no driver of its network card in the initramfs', async () => {
    const ipmi = 'ipmi_devintf,ipmi_si,ipmi_msghandler'
    let failed = ''
    await repack(`-virtio_net,${ipmi}`)
    try {
      const { name } = await stands(/^luna: waiting for the network interface/m)
      failed = name
      await assertWhy(
        name,
        new RegExp(
          'install script: kernel loaded, nothing since \\dm: the initramfs of compute has no driver for its network card ' +
            '\\(PCI 1af4:1000\\), which is virtio_net\n' +
            `  luna osimage change compute --kernmodules virtio_net,${ipmi}; luna osimage pack compute --boot`,
        ),
      )
    } finally {
      await repack(`virtio_net,${ipmi}`)
    }
    assert.match(
      await why(failed),
      /nothing since \dm; compute was packed anew meanwhile\n {2}have it boot that\n/,
    )
  })

  it('has no disk, then a part script that is wrong', async () => {
    const node = await newNode()
    const script = (text: string) => lunaReading(text, 'group', 'change', 'disks', '--partscript')
    await luna('group', 'add', '-n', 'disks', '-o', 'compute', '-N', network.name)
    await script('mount /dev/sda /sysroot\n')
    await luna('node', 'change', node.name, '-g', 'disks')
    const { vm } = await powerOn(node, 'bios')
    await vm.console.waitFor(/^luna: step \S*partscript failed/m, 300_000)
    await assertWhy(
      node.name,
      /installation: install\.partscript failed: it has no disk \(.*\)\n {2}see which disks it has .*: luna group change disks --partscript/,
    )
    await script('mkfs.xt4 /dev/vda\n')
    await vm.console.waitFor(/mkfs\.xt4: command not found/, 120_000)
    await assertWhy(
      node.name,
      /installation: install\.partscript failed: .*mkfs\.xt4[^\n]*\n {2}correct the partscript: luna group change disks --partscript/,
    )
  })
})
