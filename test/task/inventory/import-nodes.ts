// Nodes of files: what is added, changed and removed, in one go or not at all.
import assert from 'node:assert/strict'
import { differenceTable } from '../../../lib/cli/table/difference-table.ts'
import { writeYaml } from '../../../lib/format/documents.ts'
import { readNodeFile } from '../../../lib/format/node-file.ts'
import { ansibleFile, ansibleList } from '../../../lib/render/export/ansible.ts'
import type { Store } from '../../../lib/store/store.ts'
import { Faulty } from '../../../lib/task/apply/faults.ts'
import { type ImportOptions, importNodes } from '../../../lib/task/apply/import-nodes.ts'
import { addGroup } from '../../../lib/task/change/group.ts'
import { addInterface } from '../../../lib/task/change/group-interface.ts'
import { setNetwork } from '../../../lib/task/change/group-network.ts'
import { addNodes } from '../../../lib/task/change/node.ts'
import { changeNodes } from '../../../lib/task/change/node-change.ts'
import { addSwitches } from '../../../lib/task/change/switch.ts'
import { exportedNodes } from '../../../lib/task/export/nodes.ts'
import { listNodes } from '../../../lib/task/show/nodes.ts'
import { nodesCsv } from '../../../lib/task/show/nodes-csv.ts'
import { addressesOf, assertSound, freeIn, refuses } from '../site.ts'
import type { Stores } from './stores.ts'

export function importNodesTests(stores: Stores): void {
  let store: Store
  beforeEach(async () => {
    store = await stores.smallSite()
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
  })

  const csv = (text: string, options: Partial<ImportOptions> = {}) =>
    importNodes(store, readNodeFile(text, 'f.csv'), { prune: false, ...options })
  const documents = (text: string, options: Partial<ImportOptions> = {}) =>
    importNodes(store, readNodeFile(text, 'f.yaml'), { prune: false, ...options })

  async function macOf(name: string): Promise<string | undefined> {
    return await store.macOf((await store.getNamed('node', name)).id)
  }

  /** What is told of a file that is refused; the database is as it was. */
  async function faultsOf(work: Promise<unknown>): Promise<string[]> {
    const error = await refuses(store, 'invalid', work)
    assert(error instanceof Faulty)
    return error.faults.map(({ message, why }) => (why === undefined ? message : `${message}: ${why}`))
  }

  describe('importNodes adds nodes', () => {
    it('with all that a table says of them, and the next free addresses for the rest', async () => {
      const { differences } = await csv(
        'Name,group,MAC,switch,port,BOOTIF,localboot,comment\n' +
          'node001,compute,52-54-00-AA-00-01,sw01,7,,yes,"a, b"\n' +
          'node002,compute,5254.00aa.0002,,,10.30.0.201,,\n' +
          'node003,compute,,,,10.30.0.1,,\n',
      )
      assert.equal(await macOf('node001'), '52:54:00:aa:00:01')
      assert.equal(await macOf('node002'), '52:54:00:aa:00:02')
      assert.deepEqual(await addressesOf(store, 'node001'), { BMC: '10.31.0.1', BOOTIF: '10.30.0.2' })
      assert.deepEqual(await addressesOf(store, 'node002'), { BMC: '10.31.0.2', BOOTIF: '10.30.0.201' })
      assert.deepEqual(await addressesOf(store, 'node003'), { BMC: '10.31.0.3', BOOTIF: '10.30.0.1' })
      const { localboot, setupbmc, port, comment } = await store.getNamed('node', 'node001')
      assert.deepEqual([localboot, setupbmc, port, comment], [true, true, '7', 'a, b'])
      assert.deepEqual(
        differences.filter(({ name }) => name === 'node002').map(({ field, to }) => `${field}=${to}`),
        ['group=compute', 'BMC=10.31.0.2', 'BOOTIF=10.30.0.201', 'mac=52:54:00:aa:00:02'],
      )
      await assertSound(store)
    })

    it('from YAML and JSON, in both forms of addresses, also of IPv6', async () => {
      await setNetwork(store, 'compute', 'BOOTIF', 'six')
      await documents('name: n1\ngroup: compute\ninterfaces: {BOOTIF: 10.30.0.9 fd00:30::9}\n')
      await documents(
        '[{"name": "n2", "group": "compute", "interfaces": {"BOOTIF": {"ipv6": "fd00:30::8"}}}]',
      )
      assert.equal((await addressesOf(store, 'n1')).BOOTIF, '10.30.0.9 fd00:30::9')
      assert.equal((await addressesOf(store, 'n2')).BOOTIF, '10.30.0.1 fd00:30::8')
      await assertSound(store)
    })

    it('into the group that is given, where the file says none', async () => {
      await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
      await csv('name,group\nn1,\nn2,login\n', { group: 'compute' })
      const groups = (await listNodes(store)).map(({ name, group }) => `${name} ${group}`)
      assert.deepEqual(groups, ['n1 compute', 'n2 login'])
    })
  })

  describe('importNodes changes nodes', () => {
    beforeEach(async () => {
      await addNodes(store, { group: 'compute', names: ['node001', 'node002', 'node003'] })
      await changeNodes(store, ['node001'], { mac: '52:54:00:00:00:01', comment: 'hot\n"new"', port: '7' })
      await changeNodes(store, ['node002'], { mac: '52:54:00:00:00:02', switch: 'sw01' })
      await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
    })

    it('not at all, when it is given what is listed', async () => {
      await setNetwork(store, 'compute', 'BOOTIF', 'six')
      await addInterface(store, 'compute', 'eth1')
      await addInterface(store, 'compute', 'port')
      await setNetwork(store, 'compute', 'port', 'tiny')
      await store.setStatus((await store.getNamed('node', 'node001')).id, { step: 'x', time: new Date() })
      const before = JSON.stringify(await store.dump())
      const nodes = await listNodes(store)
      for (const prune of [false, true]) {
        const fromCsv = await csv(nodesCsv(nodes), { prune })
        const fromJson = await documents(JSON.stringify(nodes), { prune })
        assert.deepEqual([fromCsv.differences, fromJson.differences], [[], []])
      }
      assert.equal(JSON.stringify(await store.dump()), before)
    })

    it('only in the fields that are given; an empty one erases', async () => {
      const { differences } = await csv('name,comment,switch\nnode001,,\nnode002,cold,\n')
      assert.deepEqual(
        differences.map(({ name, field, from, to }) => [name, field, from, to]),
        [
          ['node001', 'comment', 'hot\n"new"', ''],
          ['node002', 'switch', 'sw01', ''],
          ['node002', 'comment', '', 'cold'],
        ],
      )
      assert.equal((await store.getNamed('node', 'node001')).port, '7')
      assert.equal(await macOf('node002'), '52:54:00:00:00:02')
      await assertSound(store)
    })

    it('that exchange addresses and MAC addresses', async () => {
      await csv(
        'name,mac,BOOTIF\nnode001,52:54:00:00:00:02,10.30.0.2\nnode002,52:54:00:00:00:01,10.30.0.3\nnode003,,10.30.0.1\n',
      )
      const names = ['node001', 'node002', 'node003']
      const all = await Promise.all(names.map(async (name) => (await addressesOf(store, name)).BOOTIF))
      assert.deepEqual(all, ['10.30.0.2', '10.30.0.3', '10.30.0.1'])
      const macs = await Promise.all(names.map(macOf))
      assert.deepEqual(macs, ['52:54:00:00:00:02', '52:54:00:00:00:01', undefined])
      await assertSound(store)
    })

    it('of their further boot cards, which are listed and read as the first one', async () => {
      await csv('name,also\nnode001,52:54:00:00:01:01 5254.0000.0102\n')
      const nodes = await listNodes(store)
      assert.match(nodesCsv(nodes), /^name,group,mac,also,/)
      for (const again of [csv(nodesCsv(nodes)), documents(JSON.stringify(nodes))])
        assert.deepEqual((await again).differences, [])
      const { differences } = await documents(
        '- {name: node001, mac: 52:54:00:00:01:01, also: [52:54:00:00:00:01]}\n' +
          '- {name: node002, also: 52:54:00:00:01:02}\n',
      )
      assert.deepEqual(
        differences.map(({ name, field, to }) => `${name} ${field} ${to}`),
        ['node001 mac 52:54:00:00:01:01', 'node001 also 52:54:00:00:00:01', 'node002 also 52:54:00:00:01:02'],
      )
      assert.deepEqual(
        await faultsOf(
          csv('name,mac,also\nnode003,,52:54:00:00:01:02 x\nnode001,52:54:00:00:00:01,52:54:00:00:00:01\n'),
        ),
        [
          'f.csv, line 2, column 3: also cannot be "x": it is not a MAC address',
          'f.csv, line 2, column 3: node003 cannot have the MAC address 52:54:00:00:01:02: node002 has it',
          'f.csv, line 3, column 3: node001 cannot have the MAC address 52:54:00:00:00:01: it is there twice',
        ],
      )
      await assertSound(store)
    })

    it('of group, keeping their addresses where the networks are the same', async () => {
      const { warnings } = await csv('name,group\nnode002,login\n')
      assert.deepEqual(await addressesOf(store, 'node002'), { BOOTIF: '10.30.0.2' })
      assert.match(warnings.join(), /not packed: nodes of group "login"/)
      assert.equal(await freeIn(store, 'ipmi'), '2-2,4-65533')
      await assertSound(store)
    })

    it('and with prune removes those of the same groups that the file does not name', async () => {
      await addNodes(store, { group: 'login', names: ['login1'] })
      await csv('name,mac\nnode003,52:54:00:00:00:01\n', { prune: true })
      assert.deepEqual(await store.names('node'), ['login1', 'node003'])
      assert.equal(await macOf('node003'), '52:54:00:00:00:01')
      await assertSound(store)
    })

    it('in the addresses of nodes that it removes', async () => {
      await csv('name,group,BOOTIF\nnode009,compute,10.30.0.2\n', { prune: true })
      assert.deepEqual(await addressesOf(store, 'node009'), { BMC: '10.31.0.1', BOOTIF: '10.30.0.2' })
      await assertSound(store)
    })
  })

  describe('importNodes refuses a file as a whole', () => {
    beforeEach(async () => {
      await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
      await addInterface(store, 'login', 'eth9')
      await addNodes(store, { group: 'compute', names: ['node001'] })
      await changeNodes(store, ['node001'], { mac: '52:54:00:00:00:01' })
    })

    it('and says of all that is wrong: line, column, field, value and rule', async () => {
      const faults = await faultsOf(
        csv(
          'name,group,mac,port,BOOTIF,eth9,localboot,switch\n' +
            'a_b,compute,,,,,,\n' +
            'n2,nope,,,,,,\n' +
            'n3,compute,zz,,,,,\n' +
            'n4,compute,01:00:00:00:00:01,,,,,\n' +
            'n5,compute,52:54:00:00:00:01,,,,,\n' +
            'n6,compute,,,10.99.0.1,,,\n' +
            'n7,compute,,,10.30.0.1,,,\n' +
            'n8,compute,,,10.30.253.1,,,\n' +
            'n9,compute,,,x,,,\n' +
            'n10,compute,,,,10.30.0.9,,\n' +
            'n11,compute,,,,,maybe,\n' +
            'n12,compute,,,,,,sw99\n' +
            ',compute,,,,,,\n' +
            'n2,compute,,,,,,\n' +
            'n16,compute,,,10.30.0.50,,,\n' +
            'n17,compute,,,10.30.0.50,,,\n' +
            'NODE001,compute,,,,,,\n' +
            'n19,compute,,,10.30.255.255,,,\n',
        ),
      )
      assert.deepEqual(faults, [
        'f.csv, line 4, column 3: mac cannot be "zz": it is not a MAC address',
        'f.csv, line 5, column 3: mac cannot be "01:00:00:00:00:01": it is a multicast address, of a group of machines (IEEE 802 section 8.2)',
        'f.csv, line 10, column 5: BOOTIF cannot be "x": it is no address',
        'f.csv, line 12, column 7: localboot cannot be "maybe": it is yes or no',
        'f.csv, line 14, column 1: a node without a name',
        'f.csv, line 15, column 1: node n2 is there twice: it is at f.csv, line 3, column 1, too',
        'f.csv, line 3, column 2: there is no group "nope"',
        'f.csv, line 13, column 8: there is no switch "sw99"',
        'f.csv, line 2, column 1: "a_b" cannot be the name of a new node: a host name has letters, digits and inner hyphens (RFC 1123 section 2.1)',
        'f.csv, line 18, column 1: there is a node "node001" already: names that differ only in case are the same in DNS (RFC 4343)',
        'f.csv, line 6, column 3: n5 cannot have the MAC address 52:54:00:00:00:01: node001 has it',
        'f.csv, line 7, column 5: n6 cannot have 10.99.0.1: network "cluster" of BOOTIF is 10.30.0.0/16',
        'f.csv, line 11, column 6: n10 cannot have 10.30.0.9 on "eth9": group "compute" has no interface of that name',
        'f.csv, line 19, column 5: n19 cannot have 10.30.255.255: it is the first or last address of its network, which no host can have',
        'f.csv, line 8, column 5: n7 cannot have 10.30.0.1: node node001 (BOOTIF) has it',
        'f.csv, line 9, column 5: n8 cannot have 10.30.253.1: switch sw01 has it',
        'f.csv, line 17, column 5: n17 cannot have 10.30.0.50: n16 has it by this file, too',
      ])
    })

    it('for columns that mean nothing, and beside them tells what else is wrong', async () => {
      assert.deepEqual(await faultsOf(csv('name,commnet,interfaces.x,mac\nnode001,,,\nnode001,hot,,zz\n')), [
        'f.csv, line 1, column 2: there is no column "commnet": it is neither a field of nodes nor an interface of any group',
        'f.csv, line 1, column 3: there is no column "interfaces.x": it is neither a field of nodes nor an interface of any group',
        'f.csv, line 3, column 1: node node001 is there twice: it is at f.csv, line 2, column 1, too',
      ])
      assert.deepEqual(await faultsOf(csv('node001,52:54:00:00:00:01\n')), [
        'f.csv, line 1: the header has no column "name"',
        'f.csv, line 1, column 1: there is no column "node001": it is neither a field of nodes nor an interface of any group',
        'f.csv, line 1, column 2: there is no column "52:54:00:00:00:01": it is neither a field of nodes nor an interface of any group',
      ])
    })

    it('of YAML too, and of nodes without a group, strange fields and values', async () => {
      const faults = await faultsOf(
        documents(
          '- name: n1\n- {name: n2, group: compute, colour: red, port: [1]}\n- {name: n3, interfaces: 7}\n',
        ),
      )
      assert.deepEqual(faults, [
        'f.yaml, line 2, column 38: a node has no field "colour"',
        'f.yaml, line 2, column 49: port cannot be ["1"]: it is a text',
        'f.yaml, line 3, column 26: interfaces cannot be "7": it is a map of names and values',
        'f.yaml, line 1, column 3: the new node n1 has no group',
        'f.yaml, line 3, column 3: the new node n3 has no group',
      ])
    })

    it('and tells no more than a person reads', async () => {
      const lines = Array.from({ length: 100 }, (_, at) => `n${at},nope\n`).join('')
      const error = await refuses(store, 'invalid', csv(`name,group\n${lines}`))
      assert(error instanceof Faulty)
      assert.equal(error.faults.length, 20)
      assert.match(error.message, /^100 things are wrong/)
    })

    it('when a network has no address left', async () => {
      await addGroup(store, { name: 'small', osimage: 'os', network: 'tiny' })
      const names = Array.from({ length: 6 }, (_, at) => `n${at},small\n`).join('')
      assert.match(
        (await faultsOf(csv(`name,group\n${names}`))).join(),
        /line 7: no address is left in network "tiny"/,
      )
    })
  })

  describe('differences of nodes', () => {
    it('have names folded, and many values in one line', async () => {
      const rows = Array.from(
        { length: 20 },
        (_, at) => `node${at + 101},52:54:00:00:00:${at + 10},r${at % 2}\n`,
      )
      const { differences } = await csv(`name,mac,comment\n${rows.join('')}`, { group: 'compute' })
      const lines = differenceTable(differences)
        .split('\n')
        .filter((line) => line.startsWith('| add'))
      assert.deepEqual(
        lines.map((line) =>
          line
            .split('|')
            .slice(2, -1)
            .map((cell) => cell.trim())
            .join('; '),
        ),
        [
          'node node[101,103,105,107,109,111,113,115,117,119]; comment; ; r0',
          'node node[102,104,106,108,110,112,114,116,118,120]; comment; ; r1',
          'node node[101-120]; group; ; compute',
          'node node[101-120]; BMC; ; 10.31.0.1 .. 10.31.0.20 (20 values)',
          'node node[101-120]; BOOTIF; ; 10.30.0.1 .. 10.30.0.20 (20 values)',
          'node node[101-120]; mac; ; 52:54:00:00:00:10 .. 52:54:00:00:00:29 (20 values)',
        ],
      )
    })
  })

  describe('importNodes of files of other programs', () => {
    it('takes nodes of Warewulf, and tells where their addresses have no place', async () => {
      const file = (device: string) =>
        `nodes:\n  n001:\n    network devices:\n      default: {hwaddr: 52:54:00:00:00:01, ipaddr: 10.30.0.9}\n${device}`
      const options = { prune: false, group: 'compute' }
      await importNodes(store, readNodeFile(file(''), 'f', 'warewulf'), options)
      assert.deepEqual(await addressesOf(store, 'n001'), { BMC: '10.31.0.1', BOOTIF: '10.30.0.9' })
      const other = file('      fast: {device: ib0, ipaddr: 10.32.0.1}\n')
      assert.deepEqual(await faultsOf(importNodes(store, readNodeFile(other, 'f', 'warewulf'), options)), [
        'f, line 5, column 35: n001 cannot have 10.32.0.1 on "ib0": group "compute" has no interface of that name',
      ])
      const twice = 'n001:\n  objtype=node\n  nicips.BOOTIF=10.30.0.1|10.30.0.2\n'
      assert.deepEqual(await faultsOf(importNodes(store, readNodeFile(twice, 'f', 'xcat'), options)), [
        'f, line 3: BOOTIF cannot have 10.30.0.2, too: an interface has one IPv4 address, and this is another one',
      ])
    })

    it('takes what luna export ansible prints to no change', async () => {
      await setNetwork(store, 'compute', 'BOOTIF', 'six')
      await addNodes(store, { group: 'compute', names: ['node001', 'node002'] })
      await changeNodes(store, ['node001'], {
        mac: '52:54:00:00:00:01',
        switch: 'sw01',
        port: '7',
        comment: 'a\nb',
      })
      const { nodes } = await exportedNodes(store, { names: undefined, group: undefined, where: undefined })
      for (const inventory of [ansibleFile(nodes), ansibleList(nodes)]) {
        const file = readNodeFile(JSON.stringify(inventory), 'f', 'ansible')
        assert.equal(file.entries.length, 2)
        assert.deepEqual((await importNodes(store, file, { prune: false })).differences, [])
      }
      const file = readNodeFile(writeYaml([ansibleFile(nodes)]), 'f', 'ansible')
      assert.equal(file.entries.length, 2)
      assert.deepEqual((await importNodes(store, file, { prune: false })).differences, [])
    })
  })
}
