import assert from 'node:assert/strict'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { bootScript, discover } from '../../lib/task/boot/boot.ts'
import { menuName, pxelinuxMenus } from '../../lib/task/boot/pxelinux.ts'
import { mac } from '../help.ts'
import { addNode, fillBoot } from '../scenario/boot.ts'

const url = 'http://10.30.255.254:7050'

describe('pxelinuxMenus', () => {
  let store: Store
  let filled: Awaited<ReturnType<typeof fillBoot>>

  beforeEach(async () => {
    store = openMemoryStore()
    filled = await fillBoot(store)
  })
  afterEach(() => store.close())

  it('says for every known address what lweb answers, whatever the node boots', async () => {
    for (const number of [3, 4, 5]) {
      const address = { BOOTIF: `10.30.0.${number}` }
      await addNode(store, `node00${number}`, filled.compute, address, mac(number))
    }
    await store.update('node', (await store.getNamed('node', 'node004')).id, { localboot: true })
    await store.update('node', (await store.getNamed('node', 'node005')).id, { service: true })
    const { files, refused } = await pxelinuxMenus(store)
    assert.deepEqual(
      [...files.keys()].sort(),
      [1, 3, 4, 5].map((number) => `01-52-54-00-00-00-0${number}`),
    )
    assert.equal(refused.size, 0)
    for (const number of [1, 3, 4, 5]) {
      const { script } = await discover(store, { macs: [mac(number)], type: 'syslinux' }, url, new Date())
      assert.equal(files.get(menuName(mac(number))), script)
    }
  })

  it('leaves every status as it was', async () => {
    const before = JSON.stringify(await store.dump())
    await pxelinuxMenus(store)
    assert.equal(JSON.stringify(await store.dump()), before)
  })

  it('tells which nodes cannot have one, and why; the others have theirs', async () => {
    await addNode(store, 'node003', filled.compute, { BOOTIF: '10.30.0.3' }, mac(3))
    const group = await store.insert('group', { name: 'empty' })
    await store.update('node', filled.node001, { group })
    const { files, refused } = await pxelinuxMenus(store)
    assert.deepEqual([...files.keys()], [menuName(mac(3))])
    assert.match(refused.get('node001') ?? '', /osimage of group "empty" is missing/)
    const node = await store.get('node', filled.node001)
    await assert.rejects(bootScript(store, node, 'syslinux'), /osimage of group "empty" is missing/)
  })

  it('has no menus, but an error, where there is no cluster', async () => {
    await store.drop()
    await assert.rejects(pxelinuxMenus(store), { code: 'not-found' })
  })

  it('gives an address that two nodes have to the one that lweb takes', async () => {
    const dump = await store.dump()
    const [first] = dump.mac ?? []
    const other = await addNode(store, 'node003', filled.compute, { BOOTIF: '10.30.0.3' }, mac(3))
    const second = (await store.dump()).mac?.find((document) => document.mac === mac(3))
    assert.ok(first && second)
    await store.restore({ ...(await store.dump()), mac: [first, { ...second, mac: mac(1) }] })
    const { files } = await pxelinuxMenus(store)
    const asked = await store.findMac(mac(1))
    assert.ok(asked !== undefined && [filled.node001, other].includes(asked))
    assert.match(
      files.get(menuName(mac(1))) ?? '',
      new RegExp(`luna_${(await store.get('node', asked)).name}`),
    )
  })
})
