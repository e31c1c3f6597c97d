// What `luna group change -i IF --edit` warns of: what the image of the group cannot be told.
import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import type { Store } from '../../lib/store/store.ts'
import { addInterface, editInterface } from '../../lib/task/change/group-interface.ts'
import { checkCluster } from '../../lib/task/database/check.ts'

import { plant, temporaryFolder } from '../render/install-script.ts'
import { images } from '../render/network/write.ts'
import { smallSite } from './site.ts'

describe('editInterface', () => {
  let store: Store
  let path: string
  beforeEach(async () => {
    store = await smallSite()
    path = temporaryFolder()
    await store.update('osimage', (await store.getNamed('osimage', 'os')).id, { path })
    for (const name of ['eth1', 'bond0']) await addInterface(store, 'compute', name)
  })
  afterEach(() => {
    rmSync(path, { recursive: true })
  })
  const warnings = async (name: string, params: string): Promise<readonly string[]> =>
    (await editInterface(store, 'compute', name, params)).warnings

  it('warns of what the files of the image cannot say, or nothing in it reads', async () => {
    plant(path, { 'sbin/ifup': '', 'etc/network/': '' })
    assert.deepEqual(await warnings('BOOTIF', 'MTU=9000\nGATEWAY=10.30.255.254'), [])
    assert.deepEqual(await warnings('eth1', 'GATEWAY=10.30.255.254\nETHTOOL_OPTS=x\nMASTER=bond0'), [
      'interface eth1: no ifupdown form of: ETHTOOL_OPTS',
      'interface eth1: no ifupdown form of: GATEWAY (it is a member of bond0)',
    ])
    assert.deepEqual(
      await warnings('bond0', 'BONDING_OPTS="mode=1 primary=eth1 lacp_rate=1"\nBOOTPROTO=dhcp'),
      [
        'interface bond0: no ifupdown form of: BONDING_OPTS lacp_rate (the mode is active-backup)',
        'interface bond0: nothing in the image reads: BONDING_OPTS (install ifenslave)',
        'interface bond0: nothing in the image reads: BOOTPROTO (install isc-dhcp-client)',
        'interface eth1: no ifupdown form of: GATEWAY (it is a member of bond0)',
      ],
    )
  })

  it('warns of what other interfaces lose by the change', async () => {
    plant(path, images.networkd)
    await addInterface(store, 'compute', 'eth1.5')
    await addInterface(store, 'compute', 'eth2')
    assert.deepEqual(await warnings('eth2', 'MTU=1400\nMASTER=bond0'), [
      'interface eth2: no networkd form of: MTU (bond0 has 1500 for its members)',
    ])
    assert.deepEqual(await warnings('eth1', 'MTU=9000'), [])
    assert.deepEqual(await warnings('eth1.5', 'MTU=9000\nVLAN=yes'), [])
    assert.deepEqual(await warnings('eth1', 'MTU=1500'), [
      'interface eth1.5: no networkd form of: MTU (eth1 has 1500)',
    ])
    assert.deepEqual(await warnings('bond0', 'MTU=1400'), [])
  })

  it('is silent of keys that the files of the image have, and warns of keys without effect there', async () => {
    plant(path, images.ifcfg)
    assert.deepEqual(await warnings('eth1', 'ETHTOOL_OPTS=x\nGATEWAY=10.30.255.254'), [
      'interface eth1: without effect: GATEWAY (it has no IPv4 address)',
    ])
  })

  it('warns of keys that only ifcfg files have where the image has nothing yet', async () => {
    assert.deepEqual(await warnings('eth1', 'ETHTOOL_OPTS=x\nGATEWAY=10.30.255.254'), [
      'interface eth1: without effect: GATEWAY (it has no IPv4 address)',
      'interface eth1: only for images that have ifcfg files: ETHTOOL_OPTS',
    ])
    assert.deepEqual(await warnings('eth1', 'MASTER=bond0'), [])
  })

  for (const [what, image] of [
    ['has ifcfg files', images.ifcfg],
    ['has nothing yet', {}],
  ] as const)
    it(`warns of words that no reader takes where the image ${what}, and keeps them`, async () => {
      plant(path, image)
      const given = 'TYPE=Bridge\nSTP=maybe\nDELAY=abc\nSITE=maybe'
      const found = await warnings('eth1', given)
      assert.deepEqual(found.slice(0, 2), [
        'interface eth1: line 2, STP should not be "maybe": it is yes or no',
        'interface eth1: line 3, DELAY should not be "abc": it is a number from 0 to 30 (seconds; IEEE 802.1D)',
      ])
      const { interfaces } = await store.getNamed('group', 'compute')
      assert.ok(Object.values(interfaces).some(({ params }) => params === given))
      const check = await checkCluster(store, { repair: false })
      const told = check.find(({ line }) =>
        line.includes('interface eth1: line 2, STP should not be "maybe"'),
      )
      // The database is sound: undo gives such a text back, and a migration does not stop at it.
      assert.deepEqual([told?.defect, told?.harmless], ['doubtful-value', true])
    })

  it('tells such a word once where the image has other files', async () => {
    plant(path, images.networkd)
    assert.deepEqual(await warnings('eth1', 'TYPE=Bridge\nSTP=maybe'), [
      'interface eth1: no networkd form of: STP',
    ])
  })

  it('looks at the image and leaves it as it is', async () => {
    plant(path, images.netplan)
    const before = readdirSync(path, { recursive: true }).toSorted()
    assert.deepEqual(await warnings('eth1', 'BOOTPROTO=dhcp'), [])
    assert.deepEqual(readdirSync(path, { recursive: true }).toSorted(), before)
  })
})
