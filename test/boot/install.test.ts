import assert from 'node:assert/strict'
import { nodeStatus } from '../lab/cluster.ts'
import type { Firmware } from '../lab/firmware.ts'
import { nodeAddress } from '../lab/net.ts'
import { newNode, powerOn } from './stage.ts'
import { differencesFromImage, factsOf } from './verdict.ts'

// What Luna writes on a Debian node, and what systemd writes when a system starts for the first time.
const written = [
  /^~ \/etc\/(fstab|hostname|machine-id)$/,
  /^\+ \/etc\/network\/interfaces\.d\/\S+$/,
  /^\+ \/(etc|var)\/\.updated$/,
  /^\+ \/var\/lib\/systemd\/\S+$/,
  /^[+~] \/var\/log\/(journal|wtmp|btmp|lastlog|private|faillog)\b/,
  // where the running system mounts what only lives as long as it runs
  /^[-+~] \/(dev|proc|run|sys|tmp)(\/|$)/,
  /^\+ \/var\/tmp\/systemd-private-\S+$/,
]

describe('a node that is switched on', () => {
  const ways: [string, Firmware][] = [
    ['BIOS whose PXE client gets iPXE by TFTP', 'bios-pxe'],
    ['UEFI whose PXE client gets iPXE by TFTP', 'uefi'],
  ]
  for (const [way, firmware] of ways) {
    it(`comes up as the node that it is, with the files of its image: ${way}`, async () => {
      const node = await newNode()
      const { vm, up, progress } = await powerOn(node, firmware)
      await up
      assert.match(vm.console.text, /^luna: download: by libtorrent$/m)
      const facts = await factsOf(vm)
      assert.deepEqual(facts, {
        system: 'running',
        hostname: `${node.name}.cluster`,
        addresses: [`${nodeAddress(node.number)}/16`],
        rootType: 'tmpfs',
        failedUnits: '',
      })
      assert.ok(
        progress.laps(0).some((lap) => lap.phase === 'pxe'),
        'the first stage was not a PXE client',
      )
      const differences = await differencesFromImage(vm)
      const unexpected = differences.filter((line) => !written.some((pattern) => pattern.test(line)))
      assert.deepEqual(unexpected, [])
      assert.equal((await vm.ask('ls /etc/luna')).status, 2)
      assert.equal(await nodeStatus(node.name), 'install.success')
    })
  }
})
