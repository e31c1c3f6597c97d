import assert from 'node:assert/strict'
import type { Id } from '../../lib/object/field.ts'
import { fromOffset } from '../../lib/object/net/address.ts'
import { prefixOf } from '../../lib/object/network.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { deleteObjects } from '../../lib/task/change/object.ts'
import { addOtherdevs, changeOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches, type SwitchChange } from '../../lib/task/change/switch.ts'
import { assertSound, codes, freeIn, linksOf, refuses, smallSite } from './site.ts'

let store: Store
beforeEach(async () => {
  store = await smallSite()
})

async function address(network: Id | null, offset: bigint | null | undefined): Promise<string | undefined> {
  if (network === null || offset === null || offset === undefined) return undefined
  return fromOffset(prefixOf(await store.get('network', network)), offset)
}

describe('switches', () => {
  const add = (ip: string, ...names: string[]) => addSwitches(store, { names, network: 'cluster', ip })
  const change = (what: SwitchChange) => changeSwitches(store, ['sw01'], what)
  const place = async () => {
    const { network, ip } = await store.getNamed('switch', 'sw01')
    return await address(network, ip)
  }
  beforeEach(async () => {
    await add('10.30.253.1', 'sw01')
  })

  it('have one address in one network', async () => {
    assert.equal(await place(), '10.30.253.1')
    assert.deepEqual(await linksOf(store, 'switch', 'sw01'), { 'cluster general': 1, 'network cluster': 1 })
    await assertSound(store)
  })

  it('are not created with an address that is taken, outside or junk, nor with a name in use', async () => {
    for (const ip of ['10.30.253.1', '10.31.0.1', 'junk', '10.30.255.255'])
      assert.deepEqual(codes(await add(ip, 'sw02')), ['failed'])
    assert.deepEqual(codes(await add('10.30.253.2', 'sw01')), ['taken'])
    assert.equal((await store.list('switch')).length, 1)
    await assertSound(store)
  })

  it('cannot share an address, so only the first of several is created', async () => {
    assert.deepEqual(codes(await add('10.30.253.2', 'sw02', 'sw03', 'sw04')), ['failed'])
    assert.deepEqual(
      (await store.list('switch')).map(({ name }) => name),
      ['sw01', 'sw02'],
    )
  })

  it('get another address, and the old one becomes free', async () => {
    await change({ ip: '10.30.253.9', read: 'site' })
    assert.equal(await place(), '10.30.253.9')
    assert.equal((await store.getNamed('switch', 'sw01')).read, 'site')
    await assertSound(store)
  })

  it('keep their address when the new one is taken or outside', async () => {
    for (const ip of ['10.30.255.254', '10.31.0.1', 'junk'])
      assert.deepEqual(codes(await change({ ip })), ['failed'])
    assert.equal(await place(), '10.30.253.1')
    await assertSound(store)
  })

  it('say who has the address that they cannot have', async () => {
    await addNodes(store, { group: 'compute', names: ['node001'] })
    const failure = async (ip: string) => (await change({ ip })).failures[0]
    assert.equal((await failure('10.30.0.1'))?.why, 'node node001 (BOOTIF) has it')
    assert.equal((await failure('10.31.0.1'))?.why, 'which is network "cluster"')
    assert.equal((await failure('10.30.255.254'))?.why, 'the name server of network cluster has it')
    assert.equal(
      (await failure('10.30.255.255'))?.why,
      'it is the first or last address, which no host can have',
    )
    assert.equal((await failure('10.32.0.1'))?.why, 'which is network "cluster"')
    await changeNetwork(store, 'cluster', { reserve: '10.30.9.9' })
    assert.equal((await failure('10.30.9.9'))?.why, 'it is reserved')
    const taken = await refuses(store, 'failed', changeNetwork(store, 'cluster', { reserve: '10.30.0.1' }))
    assert.equal(taken.why, 'node node001 (BOOTIF) has it')
    const moved = await refuses(store, 'taken', changeNetwork(store, 'cluster', { ns_ip: '10.30.0.1' }))
    assert.equal(moved.why, 'node node001 (BOOTIF) has it')
  })

  it('keep their offset in another network', async () => {
    await change({ network: 'ipmi' })
    assert.equal(await place(), '10.31.253.1')
    assert.deepEqual(await linksOf(store, 'switch', 'sw01'), { 'cluster general': 1, 'network ipmi': 1 })
    await assertSound(store)
  })

  it('take network and address together', async () => {
    await change({ network: 'tiny', ip: '172.16.1.2' })
    assert.equal(await place(), '172.16.1.2')
    await assertSound(store)
  })

  it('stay where they are when the offset is no address there, or the network is the same', async () => {
    assert.deepEqual(codes(await change({ network: 'tiny' })), ['failed'])
    assert.deepEqual(codes(await change({ network: 'cluster', rw: 'x' })), ['failed'])
    assert.equal(await place(), '10.30.253.1')
    assert.equal((await store.getNamed('switch', 'sw01')).rw, 'x')
  })

  it('get an address again after they lost it', async () => {
    const { id } = await store.getNamed('switch', 'sw01')
    await store.update('switch', id, { ip: null })
    await change({ ip: '10.30.253.7' })
    assert.equal(await place(), '10.30.253.7')
  })

  it('refuse communities that would be another line', async () => {
    await refuses(store, 'invalid', change({ read: 'a\nb' }))
  })

  it('are not deleted while a node is plugged in', async () => {
    await addNodes(store, { group: 'compute', names: ['node001'] })
    await changeNodes(store, ['node001'], { switch: 'sw01' })
    const outcome = await deleteObjects(store, 'switch', ['sw01'])
    assert.deepEqual(codes(outcome), ['refused'])
    assert.equal(outcome.failures[0]?.why, 'it is used by 1 node: node001')
    assert.equal(outcome.failures[0]?.fix, 'luna node change node001 -s SWITCH')
    await changeNodes(store, ['node001'], { switch: '' })
    await deleteObjects(store, 'switch', ['sw01'])
    assert.equal(await freeIn(store, 'cluster'), '2-65533')
    await assertSound(store)
  })

  it('are deleted in turn up to one that does not exist', async () => {
    await add('10.30.253.2', 'sw02')
    assert.deepEqual(codes(await deleteObjects(store, 'switch', ['sw01', 'nope', 'sw02'])), ['not-found'])
    assert.deepEqual(
      (await store.list('switch')).map(({ name }) => name),
      ['sw02'],
    )
  })
})

describe('other devices', () => {
  const change = (network: string, ip: string) => changeOtherdevs(store, ['pdu01'], { network, ip })
  const places = async () => {
    const { connected } = await store.getNamed('otherdev', 'pdu01')
    const list = Object.entries(connected).map(([id, offset]) => address(id as Id, offset))
    return (await Promise.all(list)).sort()
  }
  beforeEach(async () => {
    await addOtherdevs(store, { names: ['pdu01'], network: 'cluster', ip: '10.30.252.1' })
  })

  it('have an address in each of their networks', async () => {
    await change('ipmi', '10.31.252.1')
    assert.deepEqual(await places(), ['10.30.252.1', '10.31.252.1'])
    assert.equal((await linksOf(store, 'otherdev', 'pdu01'))['network ipmi'], 1)
    await assertSound(store)
  })

  it('need an address, a free one, and a new name to be created', async () => {
    await refuses(store, 'failed', addOtherdevs(store, { names: ['x'], network: 'cluster' }))
    for (const [name, ip, code] of [
      ['x', '10.30.252.1', 'failed'],
      ['x', '10.31.0.1', 'failed'],
      ['pdu01', '10.30.252.2', 'taken'],
    ] as const)
      assert.deepEqual(codes(await addOtherdevs(store, { names: [name], network: 'cluster', ip })), [code])
    await assertSound(store)
  })

  it('get another address in a network', async () => {
    await change('cluster', '10.30.252.9')
    assert.deepEqual(await places(), ['10.30.252.9'])
    await assertSound(store)
  })

  it('keep the old address when the new one is taken', async () => {
    assert.deepEqual(codes(await change('cluster', '10.30.255.254')), ['failed'])
    assert.deepEqual(await places(), ['10.30.252.1'])
    await assertSound(store)
  })

  it('are disconnected by an empty address', async () => {
    await change('cluster', '')
    assert.deepEqual(await places(), [])
    assert.deepEqual(codes(await change('cluster', '')), ['failed'])
    await assertSound(store)
  })

  it('want the network with an address', async () => {
    await refuses(store, 'failed', changeOtherdevs(store, ['pdu01'], { ip: '10.30.252.9' }))
  })

  it('take a comment without a network', async () => {
    await changeOtherdevs(store, ['pdu01'], { comment: 'rack 1' })
    assert.equal((await store.getNamed('otherdev', 'pdu01')).comment, 'rack 1')
  })

  it('free everything when deleted', async () => {
    await change('tiny', '172.16.1.3')
    await deleteObjects(store, 'otherdev', ['pdu01'])
    assert.equal(await freeIn(store, 'tiny'), '1-5')
    await assertSound(store)
  })
})
