import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '../../lib/object/node.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { cacheOf } from '../../lib/task/boot/cache.ts'
import {
  bmcToSetUp,
  installScript,
  installView,
  previewInstallScript,
} from '../../lib/task/boot/install-script.ts'
import { bootFacts } from '../../lib/task/boot/node-facts.ts'
import { rejectsWith } from '../help.ts'
import { addGroup, addNetwork, addNode, fillBoot } from '../scenario/boot.ts'

describe('installScript', () => {
  let store: Store
  let place: Awaited<ReturnType<typeof fillBoot>>
  beforeEach(async () => {
    store = openMemoryStore()
    place = await fillBoot(store)
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { torrent: 'to-rr', tarball: 'ta-rr' })
  })
  afterEach(() => store.close())

  const textFor = async (node: Node, secrets?: boolean) =>
    Buffer.concat(await installScript(await cacheOf(store), node, undefined, secrets)).toString()
  const scriptOf = async (name: string) => await textFor(await store.getNamed('node', name))
  const viewOf = async (name: string) => {
    const shared = await cacheOf(store)
    const facts = await bootFacts(shared, await store.getNamed('node', name))
    return await installView(shared, facts, 'http://10.30.255.254:7050')
  }

  it('is a bash script with the facts of the node', async () => {
    const script = await scriptOf('node001')
    assert.match(script, /^#!\/bin\/bash\n/)
    for (const fact of ['node001.cluster', '10.30.0.1', '255.255.0.0', 'to-rr', 'ta-rr'])
      assert(script.includes(fact), fact)
  })

  it('holds the password of the BMC for heads alone, and where the template of a site cannot ask', async () => {
    const setup = await store.insert('bmcsetup', { name: 'base', password: 'S3cret' })
    const dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
    const [cluster] = await store.list('cluster')
    assert(cluster)
    await store.update('cluster', cluster.id, { path: dir })
    await store.update('group', place.compute, { bmcsetup: setup })
    const node = await store.getNamed('node', 'node001')
    assert.match(await textFor(node), /local password=S3cret/)
    assert.doesNotMatch(await textFor(node, false), /S3cret/)
    mkdirSync(join(dir, 'templates'))
    writeFileSync(join(dir, 'templates/install.sh.mustache'), '{{#bmc}}{{password}}{{/bmc}}')
    assert.equal(await textFor(node, false), 'S3cret')
    assert.equal((await bmcToSetUp(store, node)).password, 'S3cret')
    await store.update('node', node.id, { setupbmc: false })
    await rejectsWith('not-found', bmcToSetUp(store, await store.getNamed('node', 'node001')))
    rmSync(dir, { recursive: true })
  })

  it('tells names, scripts, files and where the cluster is', async () => {
    await store.update('group', place.compute, { prescript: null, partscript: 'mount', postscript: null })
    const { bmc, interfaces, ...rest } = await viewOf('node001')
    assert.deepEqual(rest, {
      node: 'node001',
      hostname: 'node001.cluster',
      domain: 'cluster',
      url: 'http://10.30.255.254:7050',
      torrent: 'to-rr',
      tarball: 'ta-rr',
      tarballSum: '',
      torrentBind: '',
      prescript: null,
      partscript: 'mount',
      postscript: null,
    })
    assert.equal(bmc, null)
    const v4 = { address: '10.30.0.1', prefix: 16 }
    assert.deepEqual(interfaces, [{ name: 'BOOTIF', v4, v6: null, params: '' }])
  })

  it('sets up the BMC where the group has a setup and the node wants it', async () => {
    const bmcsetup = await store.insert('bmcsetup', { name: 'base', user: 'admin', password: 'secret' })
    await store.update('group', place.compute, { bmcsetup })
    const { address, ...rest } = (await viewOf('node001')).bmc ?? {}
    assert.deepEqual(rest, { user: 'admin', password: 'secret', userid: 3, netchannel: 1, mgmtchannel: 1 })
    assert.deepEqual(address, { address: '10.31.0.1', prefix: 16 })
    await store.update('node', place.node001, { setupbmc: false })
    assert.equal((await viewOf('node001')).bmc, null)
  })

  it('leaves the address of a BMC alone that has no interface', async () => {
    const bmcsetup = await store.insert('bmcsetup', { name: 'base' })
    const group = await addGroup(store, 'plain', { BOOTIF: { 4: place.cluster } })
    await store.update('group', group, { bmcsetup })
    await addNode(store, 'plain001', group, { BOOTIF: '10.30.0.9' })
    assert.equal((await viewOf('plain001')).bmc?.address, null)
  })

  it('leaves the address out that a node does not have', async () => {
    await addNode(store, 'bare', place.compute, {})
    assert.deepEqual((await viewOf('bare')).interfaces, [{ name: 'BOOTIF', v4: null, v6: null, params: '' }])
  })

  it('binds the torrent client to the interface that the group names', async () => {
    const six = await addNetwork(store, 'six', 'fd00:30::/64')
    const group = await addGroup(store, 'fast', { BOOTIF: { 4: place.cluster }, ib0: { 6: six } })
    await addNode(store, 'fast001', group, { BOOTIF: '10.30.0.9', ib0: 'fd00:30::9' })
    for (const [torrent_if, bound] of [
      ['BOOTIF', '10.30.0.9'],
      ['ib0', 'fd00:30::9'],
      ['eth9', ''],
    ] as const) {
      await store.update('group', group, { torrent_if })
      assert.equal((await viewOf('fast001')).torrentBind, bound)
    }
  })

  it('can be looked at, but is not given out, before the image is packed', async () => {
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { torrent: null })
    const error = await rejectsWith('not-found', scriptOf('node001'))
    assert.equal(error.fix, 'luna osimage pack compute')
    assert.match(
      await previewInstallScript(store, await store.getNamed('node', 'node001')),
      /^#!\/bin\/bash\n/,
    )
  })

  it('says that the BMC setup is missing', async () => {
    const bmcsetup = await store.insert('bmcsetup', { name: 'base' })
    await store.update('group', place.compute, { bmcsetup })
    await store.remove('bmcsetup', bmcsetup)
    await rejectsWith('failed', scriptOf('node001'))
  })
})
