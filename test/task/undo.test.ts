// What luna undo refuses, and why; that it leaves the database sound whatever is undone in whatever order.
import assert from 'node:assert/strict'
import type { LunaError } from '../../lib/error.ts'
import { addGroup, changeGroup } from '../../lib/task/change/group.ts'
import { editInterface } from '../../lib/task/change/group-interface.ts'
import { delNetwork, setNetwork } from '../../lib/task/change/group-network.ts'
import { addNetwork, deleteNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { deleteObject, deleteObjects, renameObject } from '../../lib/task/change/object.ts'
import { addOtherdevs } from '../../lib/task/change/otherdev.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { entryDifferences } from '../../lib/task/undo/differences.ts'
import { mac, rejectsWith } from '../help.ts'
import { generator, randomCommand, tried } from './random-command.ts'
import { assertSound, freeIn } from './site.ts'
import { stateOf, type UndoSite, undoSite } from './undo-site.ts'

const two = { group: 'compute', names: ['n1', 'n2'] }

/** Fails unless undoing the entry is refused with everything as it was; gives why and what to do. */
async function refused(site: UndoSite, number: number): Promise<string> {
  const state = async () => stateOf(await site.as('').dump({ records: true }))
  const before = await state()
  const error: LunaError = await rejectsWith('refused', site.undo(number))
  assert.equal(await state(), before)
  assert.match(error.message, /^entry \d+ is not undone, and nothing is changed$/)
  return `${error.why} (${error.fix})`
}

describe('luna undo', () => {
  let site: UndoSite
  beforeEach(async () => {
    site = await undoSite()
  })

  it('names what uses an object that was added', async () => {
    await addGroup(site.as('1'), { name: 'g', osimage: 'os', network: 'cluster' })
    await addNodes(site.as('2'), { group: 'g', names: ['n1', 'n2'] })
    assert.match(await refused(site, 1), /group "g" cannot be deleted: it is used by 2 nodes: n\[1-2\]/)
    await site.undo(2)
    await site.undo(1)
    assert.deepEqual(await site.as('').names('group'), ['compute'])
  })

  it('gives parameters of an interface back that have a word that no reader takes', async () => {
    for (const params of ['STP=maybe', 'STP=yes'])
      await editInterface(site.as(params), 'compute', 'BOOTIF', params)
    await site.undo()
    const { interfaces } = await site.as('').getNamed('group', 'compute')
    assert.ok(Object.values(interfaces).some(({ params }) => params === 'STP=maybe'))
  })

  it('says which entry removed what an object refers to, and puts both back in turn', async () => {
    await addGroup(site.as('1'), { name: 'g', osimage: 'os', network: 'cluster' })
    await addNodes(site.as('2'), { group: 'g', names: ['n1'] })
    await deleteObjects(site.as('3'), 'node', ['n1'])
    await deleteObject(site.as('4'), 'group', 'g')
    assert.match(
      await refused(site, 3),
      /node n1 refers to group g, which is gone since entry 4 .*luna undo 4/,
    )
    await site.undo(4)
    await site.undo(3)
    await assertSound(site.as(''))
    assert.equal((await site.as('').nodesOf((await site.as('').getNamed('group', 'g')).id)).length, 1)
  })

  it('says who has an address, a name or a MAC address by now', async () => {
    await addNodes(site.as('1'), two)
    await changeNodes(site.as('2'), ['n1'], { mac: mac(1) })
    await deleteObjects(site.as('3'), 'node', ['n1'])
    await addOtherdevs(site.as('4'), { names: ['pdu'], network: 'cluster', ip: '10.30.0.1' })
    assert.match(await refused(site, 3), /10.30.0.1 is not free in network "cluster": otherdev pdu has it/)
    await site.undo(4)
    await changeNodes(site.as('6'), ['n2'], { mac: mac(1) })
    assert.match(
      await refused(site, 3),
      /52:54:00:00:00:01, the MAC address of node n1 then, is that of node n2 now/,
    )
    await site.undo(6)
    await renameObject(site.as('8'), 'node', 'n2', 'N1')
    assert.match(await refused(site, 3), /"N1".*same in DNS/)
    await site.undo(8)
    await site.undo(3)
    const [n1] = await site.as('').list('node')
    assert.deepEqual([n1?.name, n1 && (await site.as('').macOf(n1.id))], ['n1', mac(1)])
    await assertSound(site.as(''))
  })

  it('takes a MAC address off no other node, were it one that the same command changed', async () => {
    await addNodes(site.as('1'), two)
    await changeNodes(site.as('2'), ['n1'], { mac: mac(1) })
    const command = site.as('3')
    await deleteObjects(command, 'node', ['n1'])
    await changeNodes(command, ['n2'], { localboot: true })
    const quiet = site.quiet()
    await quiet.setMac((await quiet.getNamed('node', 'n2')).id, mac(1))
    assert.match(await refused(site, 3), /52:54:00:00:00:01, .* node n1 then, is that of node n2 now/)
  })

  it('follows an object through its names, and says which field was changed since by whom', async () => {
    await addNodes(site.as('1'), two)
    await changeNodes(site.as('2'), ['n1'], { localboot: true })
    await renameObject(site.as('3'), 'node', 'n1', 'storage')
    await site.undo(2)
    assert.equal((await site.as('').getNamed('node', 'storage')).localboot, false)
    await changeGroup(site.as('5'), 'compute', { comment: 'a' })
    await changeGroup(site.as('6'), 'compute', { comment: 'b' })
    assert.match(
      await refused(site, 5),
      /comment of group compute is another one since entry 6 .*luna undo 6/,
    )
    assert.match(await refused(site, 1), /the name of node storage is another one since entry 3/)
  })

  it('says so where something was changed, and by no command', async () => {
    await addNodes(site.as('1'), two)
    await changeNodes(site.as('2'), ['n1'], { localboot: true })
    const quiet = site.quiet()
    await quiet.update('node', (await quiet.getNamed('node', 'n1')).id, { localboot: false })
    assert.match(
      await refused(site, 2),
      /localboot of node n1 is another one, and no command did it \(.*history 2\)/,
    )
  })

  it('removes a node that has learned its MAC address since, and not one that was given it', async () => {
    await addNodes(site.as('1'), two)
    const quiet = site.quiet()
    await quiet.setMac((await quiet.getNamed('node', 'n1')).id, mac(1))
    await site.undo(1)
    assert.deepEqual([...(await quiet.macs())], [])
    await site.undo(2)
    assert.equal((await quiet.macs()).size, 1)
    await changeNodes(site.as('4'), ['n2'], { mac: mac(2) })
    assert.match(await refused(site, 3), /MAC address of node n2 is another one since entry 4/)
  })

  it("leaves alone what would make addresses twice, or nobody's", async () => {
    await addNodes(site.as('1'), two)
    await deleteObjects(site.as('2'), 'node', ['n1'])
    await delNetwork(site.as('3'), 'compute', 'BOOTIF')
    assert.match(await refused(site, 2), /10.30.0.1 in network "cluster" would belong to nobody/)
    await setNetwork(site.as('4'), 'compute', 'BOOTIF', 'tiny')
    assert.match(await refused(site, 2), /not be sound|belong to nobody/)
    await site.undo(4)
    await site.undo(3)
    await site.undo(2)
    await assertSound(site.as(''))
  })

  it('says to repair first where the database is not sound as it is', async () => {
    await addNodes(site.as('1'), two)
    const quiet = site.quiet()
    const [group, node] = [await quiet.getNamed('group', 'compute'), await quiet.getNamed('node', 'n1')]
    await quiet.dropLink('usedBy', { kind: 'group', id: group.id }, { kind: 'node', id: node.id })
    await renameObject(site.as('2'), 'node', 'n1', 'n3')
    assert.match(await refused(site, 2), /not be sound: node n1: uses group .*luna cluster check --repair/)
    await checkCluster(quiet, { repair: true })
    await site.undo(2)
    await assertSound(quiet)
  })

  it('refuses a network that would lie where another one is by now', async () => {
    const wish = { address: '10.99.0.0', prefix: 16, nsHostname: 'master' }
    await addNetwork(site.as('1'), { name: 'old', ...wish })
    await deleteNetwork(site.as('2'), 'old')
    await addNetwork(site.as('3'), { name: 'new', ...wish })
    assert.match(await refused(site, 2), /network "new" starts at the same address/)
  })

  it('takes a reservation back and makes it again', async () => {
    const free = await freeIn(site.quiet(), 'tiny')
    await changeNetwork(site.as('1'), 'tiny', { reserve: '172.16.1.3' })
    const [only] = await entryDifferences(site.quiet(), await site.entry(1))
    assert.deepEqual([only?.field, only?.to], ['reserved', '172.16.1.3'])
    await site.undo(1)
    assert.equal(await freeIn(site.quiet(), 'tiny'), free)
    await site.undo(2)
    assert.notEqual(await freeIn(site.quiet(), 'tiny'), free)
  })

  it('does not put back what a pack has replaced, nor a whole database', async () => {
    const store = site.as('luna osimage pack os')
    await store.update('osimage', (await store.getNamed('osimage', 'os')).id, { kernfile: 'x', torrent: 'y' })
    assert.match(await refused(site, 1), /osimage os was packed.*luna osimage pack os/)
    const dump = await site.quiet().dump()
    await site.as('luna db import').restore(dump)
    assert.match(await refused(site, 1), /whole database was removed or replaced.*luna db import --replace/)
  })

  it('leaves the database sound whatever is undone in whatever order', async () => {
    const chance = generator(77)
    let done = 0
    for (let step = 0; step < 150; step++) {
      const last = await site.last()
      if (chance() < 0.6 || last === 0) await tried(randomCommand(site.as(`step ${step}`), chance))
      else if (await tried(site.undo(1 + Math.floor(chance() * last)))) done++
      const wrong = await site.wrong()
      assert.deepEqual(wrong, [], `step ${step}`)
    }
    assert.ok(done > 5, `only ${done} were undone`)
  })
})
