// A node whose management controller is set up while it is installed, from inside, over the interface that
// the machine has for it; then the controller takes the user and the password that Luna gave it. ipmi_sim
// keeps an address and gives it back, but goes on listening where it was started, keeps 16 bytes of a
// password, and calls an address static that nobody has set.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { run } from '../../lib/host/run.ts'
import { type Bmcs, startBmcs } from '../daemons/ipmi-sim.ts'
import { lpower, luna, nodeStatus, why } from '../lab/cluster.ts'
import { network } from '../lab/net.ts'
import { newNode, powerOn } from './stage.ts'

const address = '10.32.0.1'
const port = 9002
const password = "s3cret'$(reboot)"

describe('a node whose controller nobody has set up', () => {
  let bmcs: Bmcs

  before(async () => {
    await run('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'])
    bmcs = await startBmcs([address], { console: port })
    await luna('network', 'add', '-n', 'management', '-N', '10.32.0.0', '-P', '16')
    await luna('bmcsetup', 'add', '-n', 'ours', '-u', 'operations', '-p', password, '-I', '4')
    const group = ['-n', 'managed', '-o', 'compute', '-N', network.name, '-b', 'ours', '-bn', 'management']
    await luna('group', 'add', ...group)
  })
  after(async () => {
    await bmcs?.stop()
    await run('ip', ['addr', 'del', `${address}/32`, 'dev', 'lo'])
  })

  it('has it set up by its installation, and takes its new user from then on', async () => {
    const node = await newNode()
    await luna('node', 'change', node.name, '-g', 'managed')
    assert.match(await power(node.name), /does not accept the (user|password)/)
    const { vm, up } = await powerOn(node, 'bios', { bmc: { address, port } })
    await up
    assert.equal(await nodeStatus(node.name), 'install.success')
    await writeFile(bmcs.powerFile(address), '1\n')
    assert.equal(await power(node.name), `${node.name}: on\n`)
    await writeFile(bmcs.powerFile(address), '0\n')
    assert.equal(
      await why(node.name),
      `${node.name} stops at: power: its BMC says off\n  lpower on ${node.name}`,
    )
    await writeFile(bmcs.powerFile(address), '1\n')
    const { output } = await vm.ask(
      'modprobe -a ipmi_si ipmi_devintf; ipmitool lan print 1; ipmitool user list 1',
    )
    assert.match(output, /^IP Address +: 10\.32\.0\.1$/m)
    assert.match(output, /^Subnet Mask +: 255\.255\.0\.0$/m)
    assert.match(output, /^4 +operations +\S+ +true +true +ADMINISTRATOR$/m)
  })
})

/** What lpower says, in one text. */
async function power(name: string): Promise<string> {
  const { stdout, stderr } = await lpower(name, 'status')
  return stdout + stderr
}
