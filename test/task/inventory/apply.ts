// The inventory out and in again: what is exported applies to no change, makes the same site elsewhere, and
// what is edited is done as a whole.
import assert from 'node:assert/strict'
import { readDocuments, writeYaml } from '../../../lib/format/documents.ts'
import type { Store } from '../../../lib/store/store.ts'
import { applyInventory } from '../../../lib/task/apply/apply.ts'
import { inventoryDocuments } from '../../../lib/task/apply/export.ts'
import { Faulty } from '../../../lib/task/apply/faults.ts'
import { addBmcsetup } from '../../../lib/task/change/bmcsetup.ts'
import { changeGroup } from '../../../lib/task/change/group.ts'
import { addInterface, editInterface } from '../../../lib/task/change/group-interface.ts'
import { setNetwork } from '../../../lib/task/change/group-network.ts'
import { changeNetwork } from '../../../lib/task/change/network-change.ts'
import { addNodes } from '../../../lib/task/change/node.ts'
import { changeNodes } from '../../../lib/task/change/node-change.ts'
import { addOtherdevs } from '../../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches } from '../../../lib/task/change/switch.ts'
import { addressesOf, assertSound, freeIn, linksOf, refuses } from '../site.ts'
import type { Stores } from './stores.ts'

export function applyTests(stores: Stores): void {
  let store: Store
  beforeEach(async () => {
    store = await stores.smallSite()
    await changeNetwork(store, 'cluster', { include: 'mail IN A 10.30.0.9\n' })
    await changeNetwork(store, 'tiny', { classless: '0-7' })
    await addBmcsetup(store, { name: 'own', password: 'hush-own', protocol: 'redfish' })
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1', read: 'hush-read' })
    await changeSwitches(store, ['sw01'], {
      version: '3',
      user: 'luna',
      auth_protocol: 'sha',
      auth_key: 'hush-key',
    })
    await addOtherdevs(store, { names: ['pdu01'], network: 'ipmi', ip: '10.31.9.1' })
    await addInterface(store, 'compute', 'ib0')
    await editInterface(store, 'compute', 'ib0', 'MTU=9000\nONBOOT=yes')
    await setNetwork(store, 'compute', 'BOOTIF', 'six')
    await changeGroup(store, 'compute', {
      postscript: 'echo 1\n\n  echo "2"\t\n',
      bmcsetup: 'own',
      comment: 'ü: #',
    })
    await addNodes(store, { group: 'compute', names: ['node001', 'node002'] })
    await changeNodes(store, ['node001'], { also: ['52:54:00:00:01:01', '52:54:00:00:01:02'] })
    await changeNodes(store, ['node002'], {
      mac: '52:54:00:00:00:02',
      switch: 'sw01',
      port: '007',
      comment: 'null',
    })
  })

  const exported = async (from = store, secrets = false) =>
    writeYaml(await inventoryDocuments(from, { secrets }))
  const apply = (text: string, prune = false, to = store) =>
    applyInventory(to, readDocuments(text, 'site.yaml'), { prune })

  async function emptySite(): Promise<Store> {
    const other = await stores.empty()
    await other.insert('cluster', { name: 'general' })
    return other
  }

  async function faultsOf(text: string): Promise<string[]> {
    const error = await refuses(store, 'invalid', apply(text))
    assert(error instanceof Faulty, error.message)
    return error.faults.map(({ message, why }) => (why === undefined ? message : `${message}: ${why}`))
  }

  /** What differs, a line each. */
  async function changesOf(text: string, prune = false): Promise<string[]> {
    const { differences } = await apply(text, prune)
    await assertSound(store)
    return differences.map(
      ({ change, kind, name, field, from, to }) => `${change} ${kind} ${name} ${field}: ${from} > ${to}`,
    )
  }

  describe('an exported inventory', () => {
    it('has neither passwords nor keys, nor what Luna keeps by itself, unless they are asked for', async () => {
      const text = await exported()
      assert.doesNotMatch(text, /hush|freelist|kernfile|torrent:|_use|status/)
      assert.equal((await exported(store, true)).match(/hush/g)?.length, 3)
    })

    it('applies to no change, as YAML and as JSON, with and without pruning', async () => {
      await store.update('osimage', (await store.getNamed('osimage', 'os')).id, {
        kernfile: 'k',
        tarball: 't',
      })
      const before = JSON.stringify(await store.dump())
      for (const prune of [false, true]) {
        assert.deepEqual((await apply(await exported(), prune)).differences, [])
        const json = JSON.stringify(await inventoryDocuments(store, { secrets: true }))
        assert.deepEqual((await apply(json, prune)).differences, [])
      }
      assert.equal(JSON.stringify(await store.dump()), before)
    })

    it('makes the same site of an empty one, in whatever order', async () => {
      const text = await exported(store, true)
      const reversed = text
        .split(/^---\n/m)
        .reverse()
        .join('---\n')
      for (const one of [text, reversed]) {
        const other = await emptySite()
        // The images of the small site have no tree.
        await apply(one.replace('name: os\npath: null', 'name: os\npath: /nowhere/os'), false, other)
        await assertSound(other)
        assert.equal((await exported(other, true)).replace('/nowhere/os', 'null'), text)
      }
    })

    it('brings passwords and keys back where it has them, and shows none', async () => {
      const backup = await exported(store, true)
      await apply(
        '{kind: bmcsetup, name: own, password: lost}\n---\n{kind: switch, name: sw01, read: lost, auth_key: lost-key}',
      )
      const { differences } = await apply(backup)
      assert.equal(differences.length, 3)
      assert.doesNotMatch(JSON.stringify(differences), /lost|hush/)
      assert.equal(await exported(store, true), backup)
    })

    it('keeps the passwords and keys that are there', async () => {
      await apply((await exported()).replace(/(name: own\nuser:) ladmin/, '$1 other'))
      const { user, password } = await store.getNamed('bmcsetup', 'own')
      assert.deepEqual([user, password], ['other', 'hush-own'])
      assert.equal((await store.getNamed('switch', 'sw01')).auth_key, 'hush-key')
    })
  })

  describe('applyInventory', () => {
    it('changes what a document says, and leaves the rest', async () => {
      assert.deepEqual(
        await changesOf(
          '{kind: switch, name: sw01, ip: 10.30.253.9, comment: rack 1}\n---\n' +
            '{kind: otherdev, name: pdu01, connected: {ipmi: 10.31.9.2, tiny: 172.16.1.3}}\n---\n' +
            '{kind: network, name: tiny, classless: null, ns_hostname: ns}\n---\n' +
            '{kind: bmcsetup, name: own, userid: 4, password: hush-new}\n---\n' +
            '{kind: osimage, name: os, kernopts: quiet}\n---\n' +
            '{kind: node, name: node001, localboot: yes}\n',
        ),
        [
          'change network tiny ns_hostname: master01 > ns',
          'change network tiny classless: 0-7 > ',
          'change osimage os kernopts:  > quiet',
          'change bmcsetup own password: (hidden) > (hidden)',
          'change bmcsetup own userid: 3 > 4',
          'change switch sw01 ip: 10.30.253.1 > 10.30.253.9',
          'change switch sw01 comment:  > rack 1',
          'change otherdev pdu01 ipmi: 10.31.9.1 > 10.31.9.2',
          'change otherdev pdu01 tiny:  > 172.16.1.3',
          'change node node001 localboot: no > yes',
        ],
      )
      assert.equal(await freeIn(store, 'tiny'), '1-2,4-5')
    })

    it('changes the cluster as its own command does, and neither makes nor removes it', async () => {
      const cluster = '{kind: cluster, name: general'
      assert.deepEqual(
        await changesOf(
          `${cluster}, nodedigits: " 4", ui_from: 10.9.0.0/16, frontend_https: y, comment: x}`,
          true,
        ),
        [
          'change cluster general nodedigits: 3 > 4',
          'change cluster general frontend_https: no > yes',
          'change cluster general comment:  > x',
          'change cluster general ui_from:  > 10.9.0.0/16',
        ],
      )
      assert.deepEqual(await changesOf(`${cluster}, ui_from: null, debug: 7, db_version: 9}`), [
        'change cluster general ui_from: 10.9.0.0/16 > ',
      ])
      assert.deepEqual(
        await faultsOf(`${cluster}, path: /nowhere/at/all}\n---\n{kind: cluster, name: other}`),
        [
          'site.yaml, line 1, column 1: there is no directory "/nowhere/at/all"',
          'site.yaml, line 3, column 23: there is no cluster "other": there is one cluster, and it is called "general"',
        ],
      )
      assert.deepEqual(await faultsOf(`${cluster}, nodedigits: 99, ui_from: x, boot_access: all}`), [
        'site.yaml, line 1, column 44: nodedigits cannot be "99": it must be 1 to 15',
        'site.yaml, line 1, column 73: boot_access cannot be "all": it must be one of open, node, root, armed',
        'site.yaml, line 1, column 57: ui_from cannot be "x": "x" is not the base address of a network with /LENGTH',
      ])
    })

    it('passes over what Luna keeps by itself, whatever a file says of it', async () => {
      const kept = 'status: up, osimage: x, armed: {until: null, continuous: true}, bmc_set: x'
      assert.deepEqual(await changesOf(`{kind: node, name: node001, ${kept}}`), [])
      assert.deepEqual(await changesOf('{kind: cluster, name: general, seed_key: x}'), [])
    })

    it('moves and resizes networks, with all addresses in them', async () => {
      await changesOf('{kind: network, name: ipmi, NETWORK: 10.40.0.0, PREFIX: 17, ns_ip: 10.40.9.9}')
      assert.equal((await addressesOf(store, 'node001')).BMC, '10.40.0.1')
    })

    it('takes the map of interfaces of a group for all of them', async () => {
      const lines = await changesOf(
        'kind: group\nname: compute\ninterfaces:\n  BOOTIF: {ipv4: cluster, ipv6: null}\n' +
          '  eth1: {ipv4: {name: tiny, prefix: 29}, params: MTU=1500}\n',
      )
      assert.deepEqual(
        lines.filter((line) => line.includes('group')),
        [
          'change group compute BMC: ipmi > ',
          'change group compute BOOTIF.ipv6: six > ',
          'change group compute ib0.params: MTU=9000\nONBOOT=yes > ',
          'change group compute eth1:  > tiny',
          'change group compute eth1.params:  > MTU=1500',
        ],
      )
      assert.deepEqual(await addressesOf(store, 'node002'), { BOOTIF: '10.30.0.2', eth1: '172.16.1.2' })
    })

    it('adds a group with its interfaces, and nodes to it, in one go', async () => {
      await changesOf(
        '- {kind: node, name: login1, group: login, interfaces: {eth7: 10.30.0.1}}\n' +
          '- {kind: group, name: login, osimage: os, domain: cluster, interfaces: {eth7: {ipv4: cluster}}}\n' +
          '- {kind: node, name: node001, interfaces: {BOOTIF: 10.30.0.77}}\n',
      )
      assert.deepEqual(await addressesOf(store, 'login1'), { eth7: '10.30.0.1' })
      assert.deepEqual(await linksOf(store, 'group', 'login'), {
        'cluster general': 1,
        'network cluster': 2,
        'osimage os': 1,
      })
    })

    it('with prune removes what no document of the same kind names, users first', async () => {
      const lines = await changesOf(
        '- {kind: node, name: node001}\n- {kind: group, name: compute, bmcsetup: base}\n' +
          '- {kind: bmcsetup, name: base}\n- {kind: switch, name: sw02, network: cluster, ip: 10.30.253.2}\n',
        true,
      )
      assert.deepEqual(lines, [
        'add switch sw02 network:  > cluster',
        'add switch sw02 ip:  > 10.30.253.2',
        'change group compute bmcsetup: own > base',
        'remove node node002 :  > ',
        'remove switch sw01 :  > ',
        'remove bmcsetup own :  > ',
      ])
      assert.deepEqual(await store.names('otherdev'), ['pdu01'])
      await refuses(store, 'refused', apply('{kind: network, name: cluster}', true))
    })

    it('refuses all of it, and says where it is wrong and by which rule', async () => {
      assert.deepEqual(await faultsOf('name: x\n---\nkind: clusters\nname: general\n'), [
        'site.yaml, line 1, column 1: a document without a kind',
        'site.yaml, line 3, column 7: there is no kind "clusters"',
      ])
      assert.deepEqual(
        await faultsOf(
          '- {kind: network, name: a_b, NETWORK: 10.50.0.0, PREFIX: 16}\n' +
            '- {kind: network, name: new, NETWORK: 10.30.0.0, PREFIX: 24}\n' +
            '- {kind: network, name: tiny, PREFIX: 31, colour: red}\n' +
            '- {kind: network, name: six, PREFIX: 200}\n' +
            '- {kind: network, name: six}\n- {kind: network}\n- {kind: network, name: half}\n',
        ),
        [
          'site.yaml, line 1, column 3: "a_b" cannot be the name of a new network: it is no DNS name (RFC 1123 section 2.1)',
          'site.yaml, line 2, column 3: network "cluster" starts at the same address',
          'site.yaml, line 3, column 51: a network has no field "colour"',
          'site.yaml, line 3, column 3: network "tiny" cannot have the prefix length 31',
          'site.yaml, line 4, column 38: PREFIX cannot be "200": it must be 1 to 126',
          'site.yaml, line 5, column 25: network six is there twice: it is at site.yaml, line 4, column 25, too',
          'site.yaml, line 6, column 3: a network without a name',
          'site.yaml, line 7, column 3: the new network half has no NETWORK',
          'site.yaml, line 7, column 3: the new network half has no PREFIX',
        ],
      )
      assert.deepEqual(await faultsOf('{kind: switch, name: sw01, ip: 10.30.0.1}'), [
        'site.yaml, line 1, column 32: 10.30.0.1 is not free in network "cluster": node node001 (BOOTIF) has it',
      ])
      assert.deepEqual(
        await faultsOf('{kind: otherdev, name: pdu01, connected: {nope: 10.0.0.1, ipmi: []}}'),
        [
          'site.yaml, line 1, column 49: there is no network "nope"',
          'site.yaml, line 1, column 65: "no text" is not an address',
        ],
      )
      assert.deepEqual(
        await faultsOf(
          '{kind: group, name: compute, osimage: nope, interfaces: {BOOTIF: {ipv4: six, color: 1}, e: 1}}',
        ),
        [
          'site.yaml, line 1, column 39: there is no osimage "nope"',
          'site.yaml, line 1, column 85: an interface has no field color',
          'site.yaml, line 1, column 73: network six is not of IPv4',
          'site.yaml, line 1, column 92: interfaces.e cannot be "1": it is a map of names and values',
        ],
      )
    })
  })
}
