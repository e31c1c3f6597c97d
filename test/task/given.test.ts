// Names and numbers are judged when they are given, by the rule of what they end in; and what a database has
// already is told by the check.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '../../lib/object/field.ts'
import type { Store } from '../../lib/store/store.ts'
import { addBmcsetup, changeBmcsetup } from '../../lib/task/change/bmcsetup.ts'
import { changeCluster } from '../../lib/task/change/cluster.ts'
import { changeGroup } from '../../lib/task/change/group.ts'
import { addInterface, editInterface, renameInterface } from '../../lib/task/change/group-interface.ts'
import { addNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { renameObject } from '../../lib/task/change/object.ts'
import { changeOsimage } from '../../lib/task/change/osimage.ts'
import { addOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches } from '../../lib/task/change/switch.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { getCluster } from '../../lib/task/inventory.ts'
import type { Outcome } from '../../lib/task/outcome.ts'
import { explainMac } from '../../lib/task/show/explain-mac.ts'
import { useFakeBin } from '../fake-bin.ts'
import { rejectsWith } from '../help.ts'
import { smallSite } from './site.ts'

let store: Store
beforeEach(async () => {
  store = await smallSite()
  await addNodes(store, { group: 'compute', names: ['web'] })
  await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
  await addOtherdevs(store, { names: ['pdu01'], network: 'cluster', ip: '10.30.252.1' })
})
afterEach(() => store.close())

/** What went wrong, whether it was thrown or noted. */
async function wrong(work: Promise<Outcome>): Promise<{ code?: string; why?: string; message: string }> {
  const outcome = await work.catch((error: unknown) => ({ failures: [error] }))
  const [failure] = outcome?.failures ?? []
  assert(failure instanceof Error, 'nothing was wrong')
  return failure
}

describe('names that differ only in case', () => {
  const network = { prefix: 16, nsHostname: 'master01' }
  const adds: Record<string, () => Promise<Outcome>> = {
    node: () => addNodes(store, { group: 'compute', names: ['Web'] }),
    switch: () => addSwitches(store, { names: ['SW01'], network: 'cluster', ip: '10.30.253.2' }),
    otherdev: () => addOtherdevs(store, { names: ['Pdu01'], network: 'cluster', ip: '10.30.252.2' }),
    network: () => addNetwork(store, { ...network, name: 'CLUSTER', address: '10.40.0.0' }),
  }
  for (const [kind, add] of Object.entries(adds)) {
    it(`are refused to a new ${kind}, with nothing taken`, async () => {
      const before = JSON.stringify(await store.dump())
      const error = await wrong(add())
      assert.equal(error.code, 'taken')
      assert.match(error.why ?? '', /RFC 4343/)
      assert.equal(JSON.stringify(await store.dump()), before)
    })
  }

  it('are refused among new ones, and when something is renamed', async () => {
    const two = addNodes(store, { group: 'compute', names: ['a1', 'A1'] })
    assert.equal((await wrong(two)).code, 'taken')
    assert.equal((await wrong(renameObject(store, 'node', 'a1', 'WEB'))).code, 'taken')
    assert.equal((await wrong(renameObject(store, 'network', 'ipmi', 'Cluster'))).code, 'taken')
  })

  it('can be the new and the old name of one object', async () => {
    await renameObject(store, 'node', 'web', 'WEB')
    assert.deepEqual(await store.names('node'), ['WEB'])
  })

  it('are taken for what is not in DNS', async () => {
    await addInterface(store, 'compute', 'eth2')
    await addInterface(store, 'compute', 'ETH2')
    await renameObject(store, 'group', 'compute', 'Compute')
    await addBmcsetup(store, { name: 'BASE' })
  })

  it('and names of another kind of host are warned of', async () => {
    const { warnings, failures } = await addNodes(store, { group: 'compute', names: ['PDU01'] })
    assert.deepEqual([warnings.length, failures], [1, []])
    assert.match(warnings.join(), /an otherdev is called PDU01, too/)
    assert.match(
      (await renameObject(store, 'otherdev', 'pdu01', 'web')).warnings.join(),
      /a node is called web/,
    )
  })

  it('and names of name servers, and names that are numbers, are warned of', async () => {
    const server = (await store.getNamed('network', 'cluster')).ns_hostname ?? ''
    const { warnings, failures } = await addNodes(store, { group: 'compute', names: [server, '1234'] })
    assert.deepEqual(failures, [])
    assert.match(warnings.join('\n'), /^a name server is called .*\n1234 .*inet_aton/)
  })

  it('are told of a database', async () => {
    await addNodes(store, { group: 'compute', names: ['other'] })
    await store.update('node', (await store.getNamed('node', 'other')).id, { name: 'Web' })
    const lines = (await checkCluster(store, { repair: false })).map(({ line }) => line)
    assert.ok(
      lines.some((line) => /^node (web, Web|Web, web): names that differ only in case .*RFC 4343/.test(line)),
    )
  })
})

describe('host names that no machine can have', () => {
  const name = 'x'.repeat(57)

  it('are refused to a new node, to a renamed one, and to one that moves', async () => {
    assert.match(
      (await wrong(addNodes(store, { group: 'compute', names: [name] }))).why ?? '',
      /65 .*HOST_NAME_MAX/,
    )
    assert.match((await wrong(renameObject(store, 'node', 'web', name))).why ?? '', /HOST_NAME_MAX/)
    await changeGroup(store, 'compute', { domain: '' })
    await renameObject(store, 'node', 'web', name)
    assert.match(
      (await wrong(changeGroup(store, 'compute', { domain: 'cluster' }))).why ?? '',
      /HOST_NAME_MAX/,
    )
  })

  it('are refused by way of the domain, and told of a database', async () => {
    const domain = `${'y'.repeat(60)}.z`
    assert.match((await wrong(renameObject(store, 'network', 'cluster', domain))).why ?? '', /HOST_NAME_MAX/)
    const { id } = await store.getNamed('node', 'web')
    await store.update('node', id, { name })
    const lines = (await checkCluster(store, { repair: false })).map(({ line }) => line)
    assert.ok(lines.some((line) => /HOST_NAME_MAX/.test(line)))
  })
})

describe('interfaces', () => {
  it('that Linux cannot have are refused when they are added and when they are renamed', async () => {
    for (const name of ['a+b', 'bond-management0', 'eth0:1']) {
      assert.equal((await wrong(addInterface(store, 'compute', name))).code, 'refused')
      assert.equal((await wrong(renameInterface(store, 'compute', 'BMC', name))).code, 'refused')
    }
  })

  it('have no parameters that no network file can have', async () => {
    const error = await wrong(editInterface(store, 'compute', 'BOOTIF', 'ONBOOT=yes\nMTU=70000'))
    assert.deepEqual([error.code, /^line 2, MTU /.test(error.why ?? '')], ['invalid', true])
  })
})

describe('MAC addresses', () => {
  const give = (mac: string) => changeNodes(store, ['web'], { mac })

  for (const mac of ['ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '01:00:5e:00:00:01']) {
    it(`that no machine has are refused: ${mac}`, async () => {
      assert.equal((await wrong(give(mac))).code, 'invalid')
      await rejectsWith('invalid', explainMac(store, mac, new Date()))
      assert.equal((await store.macs()).size, 0)
    })
  }

  it('in other spellings are refused with the right one', async () => {
    for (const mac of ['52-54-00-01-00-25', '525400010025', '5254.0001.0025']) {
      const { failures } = await give(mac)
      assert.equal(failures[0]?.fix, 'write it like 52:54:00:01:00:25')
    }
  })

  it('are read in any spelling by what is new', async () => {
    for (const text of ['52-54-00-01-00-25', '525400010025', '5254.0001.0025', '52:54:00:01:00:25'])
      assert.equal((await explainMac(store, text, new Date())).mac, '52:54:00:01:00:25')
  })

  it('that no machine has are told of a database', async () => {
    const { id } = await store.getNamed('node', 'web')
    const dump = await store.dump()
    const mac = { _id: dump.node?.[0]?._id, node: id, mac: '01:00:5e:00:00:01' }
    await give('52:54:00:00:00:01')
    const given = await store.dump()
    await store.restore({ ...given, mac: (given.mac ?? []).map((one) => ({ ...one, mac: mac.mac })) })
    const lines = (await checkCluster(store, { repair: false })).map(({ line }) => line)
    assert.match(lines.join('\n'), /^node web: no machine has the MAC address 01:00:5e:00:00:01: .*multicast/)
  })
})

describe('values that cannot be where they are used', () => {
  const refused: Record<string, () => Promise<Outcome>> = {
    'a user number': () => addBmcsetup(store, { name: 'b', userid: 64 }),
    'a channel': () => changeBmcsetup(store, 'base', { netchannel: 16 }),
    'an OID of words': () =>
      addSwitches(store, {
        names: ['s'],
        network: 'cluster',
        ip: '10.30.253.9',
        oid: 'BRIDGE-MIB::dot1dTpFdbPort',
      }),
    'an OID of a switch that is there': () => changeSwitches(store, ['sw01'], { oid: '1.3.x' }),
    'kernel options': () => changeOsimage(store, 'os', { kernopts: 'x'.repeat(3000) }),
    'a kernel': () => changeOsimage(store, 'os', { kernver: '../x' }),
    'a port of a switch': () => changeNodes(store, ['web'], { port: 'x'.repeat(256) }),
    'a prefix that does not fit its digits': () => changeCluster(store, { nodeprefix: 'x'.repeat(61) }),
    'digits that do not fit the prefix': async () => {
      await changeCluster(store, { nodeprefix: 'x'.repeat(60) })
      return await changeCluster(store, { nodedigits: 4 })
    },
    'a network of multicast addresses': () =>
      addNetwork(store, { name: 'm', address: '224.0.0.0', prefix: 16, nsHostname: 'ns' }),
    'a name server that does not fit into 253 characters': () =>
      changeNetwork(store, 'cluster', { ns_hostname: `${'a.'.repeat(124)}a` }),
  }
  for (const [what, change] of Object.entries(refused))
    it(`are refused: ${what}`, async () => assert.equal((await wrong(change())).code, 'invalid'))

  it('are told of a database, a line each', async () => {
    const set = async (kind: Kind, name: string, change: object) =>
      await store.update(kind, (await store.getNamed(kind, name)).id, change)
    await set('bmcsetup', 'base', { userid: 0, password: 'x'.repeat(21) })
    await set('switch', 'sw01', { oid: 'BRIDGE-MIB::x' })
    await set('osimage', 'os', { kernopts: 'a="b' })
    await set('group', 'compute', { prescript: 'a\0b' })
    await set('cluster', 'general', { frontend_port: 70_000 })
    const findings = await checkCluster(store, { repair: true })
    assert.deepEqual(findings.map(({ line }) => line.replace(/:? cannot be .*/, '')).sort(), [
      ...['bmcsetup base: password', 'bmcsetup base: userid', 'cluster: frontend_port'],
      ...['group compute: prescript', 'osimage os: kernopts', 'switch sw01: oid'],
    ])
    assert.ok(
      findings.every(({ defect, repaired, harmless }) => defect === 'bad-value' && !repaired && !harmless),
    )
    assert.ok(!findings.some(({ line }) => line.includes('xxxx')))
  })
})

describe('what is allowed, and hardly meant', () => {
  const fake = useFakeBin()

  it('is warned of: networks in each other', async () => {
    const wish = { prefix: 17, nsHostname: 'ns' }
    const { warnings } = await addNetwork(store, { ...wish, name: 'foo', address: '10.30.128.0' })
    assert.match(
      warnings.join(),
      /^network "foo" \(10\.30\.128\.0\/17\) lies in network "cluster" \(10\.30\.0\.0\/16\)/,
    )
    const apart = await addNetwork(store, { ...wish, name: 'bar', address: '10.40.0.0' })
    assert.deepEqual(apart.warnings, [])
    assert.match(
      (await changeNetwork(store, 'bar', { network: '10.31.128.0' })).warnings.join(),
      /"bar" .* lies in .*"ipmi"/,
    )
    assert.match(
      (await changeNetwork(store, 'cluster', { prefix: 15 })).warnings.join('\n'),
      /"ipmi" .* lies in network "cluster"/,
    )
  })

  it('is warned of: kernels and trees that are not there', async () => {
    const path = join(fake.dir, 'tree')
    mkdirSync(join(path, 'boot'), { recursive: true })
    mkdirSync(join(path, 'lib/modules/6.1.0'), { recursive: true })
    writeFileSync(join(path, 'boot/vmlinuz-6.1.0'), '')
    assert.deepEqual((await changeOsimage(store, 'os', { path })).warnings, [])
    const { warnings } = await changeOsimage(store, 'os', { kernver: '9.9' })
    assert.match(warnings.join(), /^the kernel 9\.9 is not installed in .* \(there: 6\.1\.0\)$/)
    assert.equal((await store.getNamed('osimage', 'os')).kernver, '9.9')
    assert.deepEqual((await changeOsimage(store, 'os', { kernver: '6.1.0' })).warnings, [])
    assert.match(
      (await changeOsimage(store, 'os', { path: `${path}x` })).warnings.join(),
      /is not a directory/,
    )
    assert.deepEqual((await changeOsimage(store, 'os', { kernopts: 'quiet' })).warnings, [])
  })

  it('is warned of: user 1, channels that are no LAN, ports and intervals that do not fit together', async () => {
    assert.match((await addBmcsetup(store, { name: 'b', userid: 1 })).warnings.join(), /user 1 .*22\.28/)
    assert.match(
      (await changeBmcsetup(store, 'b', { netchannel: 15 })).warnings.join(),
      /channel 15 is no LAN/,
    )
    const cluster = await getCluster(store)
    const wish = { torrent_listen_port_min: cluster.torrent_listen_port_max + 1, tracker_min_interval: 11 }
    const { warnings } = await changeCluster(store, { ...wish, server_port: cluster.frontend_port })
    assert.equal(warnings.length, 3)
  })
})

describe('a script that bash cannot read', () => {
  it('is kept, and warned of with the line', async () => {
    const broken = 'echo one\nif true; then\n'
    const { warnings } = await changeGroup(store, 'compute', { partscript: broken, postscript: 'true\n' })
    assert.equal(warnings.length, 1)
    assert.match(
      warnings.join(),
      /^bash cannot read the partscript of group "compute", .*: line 3: syntax error/,
    )
    assert.equal((await store.getNamed('group', 'compute')).partscript, broken)
  })

  it('is told from one that bash reads in spite of a warning, or with what it switches on', async () => {
    const { warnings } = await changeGroup(store, 'compute', { postscript: 'cat <<END\nmotd\n' })
    assert.equal(warnings.length, 1)
    assert.match(
      warnings.join(),
      /^bash warns of the postscript of group "compute": line \d+: .*here-document/,
    )
    const prescript = 'shopt -s extglob\ncase $1 in\n  +(a|b)) true ;;\nesac\n'
    assert.deepEqual((await changeGroup(store, 'compute', { prescript })).warnings, [])
  })

  it('runs nothing of it', async () => {
    const { warnings } = await changeGroup(store, 'compute', { prescript: 'echo $(kill $PPID); exit 9' })
    assert.deepEqual(warnings, [])
  })
})

describe('a change that would lock all others', () => {
  const fake = useFakeBin()
  const stored = async () => {
    const { cluster_ips, frontend_address } = await getCluster(store)
    return [cluster_ips, frontend_address]
  }
  beforeEach(async () => {
    fake.addresses('10.30.255.252 10.30.255.254')
    await changeCluster(store, { frontend_address: '10.30.255.254' })
  })

  it('is refused: heads without an address of this one', async () => {
    const error = await wrong(changeCluster(store, { cluster_ips: '10.30.255.251,10.30.255.253' }))
    assert.equal(error.code, 'refused')
    assert.match(
      error.why ?? '',
      /none of cluster_ips \(10\.30\.255\.251, 10\.30\.255\.253\) is an address of/,
    )
    assert.deepEqual(await stored(), [null, '10.30.255.254'])
  })

  it('is refused: a frontend address that is not here, or none, where there are several heads', async () => {
    await changeCluster(store, { cluster_ips: '10.30.255.252,10.30.255.253' })
    for (const frontend_address of ['10.30.255.253', '', 'head'])
      assert.equal((await wrong(changeCluster(store, { frontend_address }))).code, 'refused')
    assert.deepEqual(await stored(), ['10.30.255.252,10.30.255.253', '10.30.255.254'])
  })

  it('is refused: heads while the frontend address is elsewhere', async () => {
    await changeCluster(store, { frontend_address: '10.30.255.1' })
    const error = await wrong(changeCluster(store, { cluster_ips: '10.30.255.252,10.30.255.253' }))
    assert.match(error.why ?? '', /the frontend address 10\.30\.255\.1 is not one of this machine/)
  })

  it('is made when it is forced, and when it locks nothing', async () => {
    const heads = '10.30.255.252,10.30.255.253'
    await changeCluster(store, { cluster_ips: heads, frontend_address: '10.30.255.9' }, { force: true })
    assert.deepEqual(await stored(), [heads, '10.30.255.9'])
    await changeCluster(store, { comment: 'x', nodedigits: 4 })
    await changeCluster(store, { frontend_address: '10.30.255.254' })
    await changeCluster(store, { cluster_ips: '', frontend_address: '10.30.255.9' })
    assert.deepEqual(await stored(), [null, '10.30.255.9'])
  })
})
