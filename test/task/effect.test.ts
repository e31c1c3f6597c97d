// What is told of a change: what it did to how many, what is due, and who loses something.
import assert from 'node:assert/strict'
import { sentence } from '../../lib/error.ts'
import type { Mac } from '../../lib/object/net/mac.ts'
import type { Store } from '../../lib/store/store.ts'
import { changeCluster } from '../../lib/task/change/cluster.ts'
import { changeGroup, cloneGroup } from '../../lib/task/change/group.ts'
import {
  addInterface,
  deleteInterface,
  editInterface,
  renameInterface,
} from '../../lib/task/change/group-interface.ts'
import { delNetwork, setNetwork } from '../../lib/task/change/group-network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes, type NodeChange } from '../../lib/task/change/node-change.ts'
import { deleteObjects, renameObject } from '../../lib/task/change/object.ts'
import { changeOsimage } from '../../lib/task/change/osimage.ts'
import { recordEffects, rehearse } from '../../lib/task/effect/record.ts'
import { summarise } from '../../lib/task/effect/summary.ts'
import { foldFailures } from '../../lib/task/outcome.ts'
import { smallSite } from './site.ts'

type Work = (store: Store) => Promise<unknown>

/** What is told of `work` when it is done. */
async function told(store: Store, work: Work, undone: readonly string[] = []) {
  const recorder = recordEffects(store)
  await work(recorder.store)
  return await summarise(store, recorder.effects(), undone, 'did')
}

const names = Array.from({ length: 30 }, (_, at) => `node${String(at + 1).padStart(3, '0')}`)

async function siteWithNodes(): Promise<Store> {
  const store = await smallSite()
  await addNodes(store, { group: 'compute', names })
  return store
}

const dhcpAndDns = 'due: luna cluster make (dhcp, dns)'

describe('what is told of a change', () => {
  const cases: readonly (readonly [
    title: string,
    work: Work,
    sentence: string | undefined,
    losing: number,
  ])[] = [
    [
      'nodes that are added, with their addresses',
      (store) => addNodes(store, { group: 'compute', names: ['x1', 'x2'] }),
      'added 2 nodes with 4 addresses: x[1-2]; due: luna cluster make (dns)',
      0,
    ],
    [
      'nodes that are deleted, with their addresses',
      (store) => deleteObjects(store, 'node', ['node001', 'node002']),
      'deleted 2 nodes with 4 addresses: node[001-002]; due: luna cluster make (dns)',
      2,
    ],
    [
      'an interface that is deleted, and the addresses that nodes lose',
      (store) => deleteInterface(store, 'compute', 'BOOTIF'),
      `changed 1 group: compute (interface BOOTIF deleted); 30 nodes lost 30 addresses: node[001-030]; ${dhcpAndDns}`,
      30,
    ],
    [
      'a network that is taken off an interface',
      (store) => delNetwork(store, 'compute', 'BMC'),
      `changed 1 group: compute (network of interface BMC); 30 nodes lost 30 addresses: node[001-030]; ${dhcpAndDns}`,
      30,
    ],
    [
      'a network that an interface gets',
      async (store) => {
        await addInterface(store, 'compute', 'eth1')
        await setNetwork(store, 'compute', 'eth1', 'cluster')
      },
      `changed 1 group: compute (interface eth1 added); 30 nodes got 30 addresses: node[001-030]; ${dhcpAndDns}`,
      0,
    ],
    [
      'an interface without a network, which is in no file',
      (store) => addInterface(store, 'compute', 'eth1'),
      'changed 1 group: compute (interface eth1 added); 30 nodes get it at the next installation: node[001-030]',
      0,
    ],
    [
      'an interface that is renamed, as names in DNS are',
      (store) => renameInterface(store, 'compute', 'BMC', 'ILO'),
      `changed 1 group: compute (interface BMC renamed to ILO); 30 nodes get it at the next installation: node[001-030]; ${dhcpAndDns}`,
      0,
    ],
    [
      'parameters of an interface',
      (store) => editInterface(store, 'compute', 'BMC', 'MTU=9000'),
      'changed 1 group: compute (parameters of interface BMC); 30 nodes get it at the next installation: node[001-030]',
      0,
    ],
    [
      'a network that moves, and with it the nodes in it',
      (store) => changeNetwork(store, 'cluster', { network: '10.40.0.0' }),
      'changed 1 network: cluster (network); 30 nodes have other addresses: node[001-030]; due: luna cluster make (dhcp, dns, nginx)',
      30,
    ],
    [
      'an address that is reserved',
      (store) => changeNetwork(store, 'cluster', { reserve: '10.30.9.9' }),
      'changed 1 network: cluster (free addresses)',
      0,
    ],
    [
      'another address of a node',
      (store) => changeNodes(store, ['node001'], { interface: { name: 'BMC', address: '10.31.9.9' } }),
      'changed 1 node: node001 (addresses); 1 node lost 1 address: node001; 1 node got 1 address: node001; ' +
        'due: luna cluster make (dns)',
      1,
    ],
    [
      'the fields of nodes, those with the same together',
      (store) => changeNodes(store, ['node001', 'node003', 'node002'], { service: true, localboot: true }),
      'changed 3 nodes: node[001-003] (localboot, service)',
      0,
    ],
    [
      'a MAC address, and the node that loses it',
      async (store) => {
        await changeNodes(store, ['node001'], { mac: '52:54:00:00:00:01' })
        await changeNodes(store, ['node002'], { mac: '52:54:00:00:00:01' })
      },
      'changed 1 node: node002 (mac); due: luna cluster make (dhcp)',
      0,
    ],
    [
      'a new name',
      (store) => renameObject(store, 'node', 'node001', 'login'),
      'renamed 1 node: node001 to login; due: luna cluster make (dns)',
      0,
    ],
    [
      'what an image needs to be packed anew for',
      (store) => changeOsimage(store, 'os', { kernmodules: 'e1000e', kernopts: 'quiet' }),
      'changed 1 osimage: os (kernopts, kernmodules); 30 nodes get it at the next installation: node[001-030]; due: luna osimage pack os',
      0,
    ],
    [
      'the port of the frontend',
      (store) => changeCluster(store, { frontend_port: 8080 }),
      'changed the cluster (frontend_port); due: luna cluster make (dhcp, nginx)',
      0,
    ],
    [
      'another domain of a group, which its nodes have in their host names',
      (store) => changeGroup(store, 'compute', { domain: 'ipmi' }),
      'changed 1 group: compute (domain); 30 nodes get another host name at the next installation: node[001-030]',
      0,
    ],
    [
      'another name of a network that is the domain of nodes',
      (store) => renameObject(store, 'network', 'cluster', 'hpc'),
      'renamed 1 network: cluster to hpc; 30 nodes get another host name at the next installation: node[001-030]; due: luna cluster make (dns)',
      0,
    ],
    [
      'a group of another domain, for the nodes that move there',
      async (store) => {
        await cloneGroup(store, { from: 'compute', to: 'other' })
        await changeGroup(store, 'other', { domain: 'ipmi' })
        await changeNodes(store, ['node001', 'node002'], { group: 'other' })
      },
      'added 1 group: other; changed 2 nodes: node[001-002] (group, addresses); 2 nodes get another host name at the next installation: node[001-002]; ' +
        'due: luna cluster make (dns)',
      0,
    ],
    [
      'scripts of a group, for the nodes that will run them',
      (store) => changeGroup(store, 'compute', { prescript: 'true' }),
      'changed 1 group: compute (prescript); 30 nodes get it at the next installation: node[001-030]',
      0,
    ],
    [
      'a comment, which is nothing to nodes',
      (store) => changeGroup(store, 'compute', { comment: 'x' }),
      'changed 1 group: compute (comment)',
      0,
    ],
    [
      'the user of the cluster, who shares a key with nginx',
      (store) => changeCluster(store, { user: 'daemon' }),
      'changed the cluster (user); due: luna cluster make (nginx)',
      0,
    ],
    [
      'nothing where everything was so before',
      (store) => changeGroup(store, 'compute', { domain: 'cluster', comment: '' }),
      undefined,
      0,
    ],
  ]
  it('one node that moves has other addresses', async () => {
    const store = await smallSite()
    await addNodes(store, { group: 'compute', names: ['x1'] })
    const { sentence } = await told(store, (recorded) =>
      changeNetwork(recorded, 'cluster', { network: '10.40.0.0' }),
    )
    assert.match(sentence ?? '', /; 1 node has other addresses: x1; /)
  })

  for (const [title, work, sentence, losing] of cases)
    it(title, async () => {
      assert.deepEqual(await told(await siteWithNodes(), work), { sentence, losing })
    })

  it('names what it left undone', async () => {
    const store = await siteWithNodes()
    const { undone = [] } = await deleteObjects(store, 'node', ['node001', 'nope', 'node002'])
    assert.deepEqual(undone, ['nope', 'node002'])
    const { sentence } = await told(store, (it) => deleteObjects(it, 'node', ['node003', 'nope']), ['nope'])
    assert.match(sentence ?? '', /^deleted 1 node with 2 addresses: node003; left undone: nope; due: /)
    const none = await told(store, async () => undefined, ['nope', 'node004'])
    assert.equal(none.sentence, 'nothing is changed; left undone: nope,node004')
  })

  it('names what it left undone in part only where it did nothing to it', async () => {
    const store = await siteWithNodes()
    const given = ['node001', 'node002']
    const both = { interface: { name: 'BMC', address: 'x' }, service: true }
    const { undone = [] } = await changeNodes(store, given, { interface: both.interface })
    assert.deepEqual(undone, given)
    const { sentence } = await told(store, (it) => changeNodes(it, given, both), given)
    assert.equal(sentence, 'changed 2 nodes: node[001-002] (service)')
  })

  it('says the same of several names once, with the names, and what differs apart', async () => {
    const store = await siteWithNodes()
    const lines = async (change: NodeChange, given = names) =>
      foldFailures((await changeNodes(store, given, change)).failures).map(sentence)
    assert.deepEqual(await lines({ interface: { name: 'BMC', address: 'X' } }), [
      'node[001-030]: "X" is not an address (write it like 10.30.0.1 or fd00:30::1)',
    ])
    assert.deepEqual(await lines({ interface: { name: 'nope', address: '10.30.9.9' } }), [
      'node[001-030] has no interface "nope" with an IPv4 network (look at the interfaces: luna group list)',
    ])
    const [taken, ...more] = await lines({ interface: { name: 'BMC', address: '10.31.9.9' } })
    assert.match(taken ?? '', /^node\[002-030\]: 10\.31\.9\.9 is not free .*: node node001 \(BMC\) has it/)
    assert.deepEqual(more, [])
    assert.match((await lines({ interface: { name: 'BMC', address: 'X' } }, ['node001']))[0] ?? '', /^"X" is/)
  })

  it('knows a node with a MAC address, which dhcpd does, too', async () => {
    const store = await siteWithNodes()
    await store.setMac((await store.getNamed('node', 'node001')).id, '52:54:00:00:00:01' as Mac)
    const { sentence } = await told(store, (it) => deleteObjects(it, 'node', ['node001']))
    assert.equal(sentence, `deleted 1 node with 2 addresses: node001; ${dhcpAndDns}`)
  })

  it('leaves out what a transaction began and did not finish', async () => {
    const store = await siteWithNodes()
    const recorder = recordEffects(store)
    await assert.rejects(
      recorder.store.transaction(async (tx) => {
        await tx.update('node', (await tx.getNamed('node', 'node001')).id, { service: true })
        throw new Error('no')
      }),
    )
    assert.deepEqual(recorder.effects(), [])
  })
})

describe('a rehearsal', () => {
  it('tells what would be done and changes nothing', async () => {
    const store = await siteWithNodes()
    const before = await store.dump()
    const effects = await rehearse(store, async (tx) => {
      await deleteInterface(tx, 'compute', 'BOOTIF')
      await deleteObjects(tx, 'node', ['node001'])
    })
    const { sentence, losing } = await summarise(store, effects, [], 'would')
    assert.equal(
      sentence,
      'would change 1 group: compute (interface BOOTIF deleted); would delete 1 node with 2 addresses: node001; ' +
        '29 nodes would lose 29 addresses: node[002-030]; then due: luna cluster make (dhcp, dns)',
    )
    assert.equal(losing, 30)
    assert.deepEqual(await store.dump(), before)
  })

  it('fails as the work does', async () => {
    const store = await siteWithNodes()
    await assert.rejects(
      rehearse(store, async (tx) => void (await deleteInterface(tx, 'compute', 'no'))),
      /no interface/,
    )
  })
})
