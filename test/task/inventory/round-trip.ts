// Round trips: what is read is listed, exported and read again to no change; what is written says, read back,
// the same of every node.
import assert from 'node:assert/strict'
import { writeYaml } from '../../../lib/format/documents.ts'
import { readNodeFile } from '../../../lib/format/node-file.ts'
import { expandHostlist } from '../../../lib/object/hostlist.ts'
import { ansibleFile, ansibleList } from '../../../lib/render/export/ansible.ts'
import { renderReservations } from '../../../lib/render/export/dhcpd.ts'
import { renderGenders } from '../../../lib/render/export/genders.ts'
import { renderHosts } from '../../../lib/render/export/hosts.ts'
import { parseHostKey, renderKnownHosts } from '../../../lib/render/export/known-hosts.ts'
import { renderPrometheus } from '../../../lib/render/export/prometheus.ts'
import { renderSlurm } from '../../../lib/render/export/slurm.ts'
import type { Store } from '../../../lib/store/store.ts'
import { importNodes } from '../../../lib/task/apply/import-nodes.ts'
import { changeGroup } from '../../../lib/task/change/group.ts'
import { addSwitches } from '../../../lib/task/change/switch.ts'
import { hostLines } from '../../../lib/task/export/hosts.ts'
import { exportedNodes } from '../../../lib/task/export/nodes.ts'
import { exportedReservations } from '../../../lib/task/export/reservations.ts'
import { listNodes } from '../../../lib/task/show/nodes.ts'
import { nodesCsv } from '../../../lib/task/show/nodes-csv.ts'
import { assertSound } from '../site.ts'
import type { Stores } from './stores.ts'

// Two nodes, in the words of each program; what a program does not know is not said.
const files: Readonly<Record<string, string>> = {
  csv: 'name,mac,also,BOOTIF,BMC,switch,port,comment\nn1,52-54-00-00-00-01,5254.0000.0011,10.30.0.9,10.31.0.9,sw01,7,"a, ""b"""\nn2,52:54:00:00:00:02,,10.30.0.8,10.31.0.8,,,\n',
  yaml: '- {name: n1, mac: 52:54:00:00:00:01, interfaces: {BOOTIF: 10.30.0.9, BMC: {ipv4: 10.31.0.9}}}\n- {name: n2, mac: 52:54:00:00:00:02}\n',
  json: '[{"name":"n1","mac":"52:54:00:00:00:01","interfaces":{"BOOTIF":"10.30.0.9"}},{"name":"n2","mac":"52:54:00:00:00:02"}]',
  warewulf: `nodes:
  n1:
    comment: first
    ipmi: {ipaddr: 10.31.0.9}
    network devices:
      default: {hwaddr: 52:54:00:00:00:01, ipaddr: 10.30.0.9}
  n2:
    network devices:
      default: {hwaddr: 52:54:00:00:00:02, ipaddr: 10.30.0.8}
`,
  grendel: JSON.stringify([
    {
      name: 'n1',
      interfaces: [
        { ifname: '', bmc: true, mac: '52:54:00:00:01:01', ip: '10.31.0.9/16' },
        { ifname: 'eno1', bmc: false, mac: '52:54:00:00:00:01', ip: '10.30.0.9/16' },
        { ifname: 'eno2', bmc: false, mac: '52:54:00:00:00:11', ip: '' },
      ],
    },
    { name: 'n2', interfaces: [{ bmc: false, mac: '52:54:00:00:00:02', ip: '10.30.0.8' }] },
  ]),
  xcat: `n1:
    objtype=node
    ip=10.30.0.9
    mac=52:54:00:00:00:01|52:54:00:00:00:11!*NOIP*
    bmc=10.31.0.9
    switch=sw01
    switchport=7
    usercomment=first
n2:
    objtype=node
    ip=10.30.0.8
    mac=52:54:00:00:00:02
`,
  ansible: `[compute]
n1 mac=52:54:00:00:00:01 ansible_host=10.30.0.9 bmc_address=10.31.0.9 luna_comment="rack 1"
n2 mac=52:54:00:00:00:02 ansible_host=10.30.0.8
`,
}

export function roundTripTests(stores: Stores): void {
  const options = { prune: false, group: 'compute' }
  async function site(): Promise<Store> {
    const store = await stores.smallSite()
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    await changeGroup(store, 'compute', { domain: 'cluster' })
    return store
  }
  const read = async (store: Store, text: string, format: string) =>
    (await importNodes(store, readNodeFile(text, 'f', format), options)).differences
  const exportedOf = async (store: Store) => (await exportedNodes(store, {})).nodes

  describe('a file of nodes', () => {
    for (const [format, text] of Object.entries(files))
      it(`of ${format} comes in once, goes out in our forms, and is the same nodes elsewhere`, async () => {
        const store = await site()
        assert.notDeepEqual(await read(store, text, format), [])
        const listed = await listNodes(store)
        assert.deepEqual(
          listed.map(({ name, mac }) => [name, mac]),
          [
            ['n1', '52:54:00:00:00:01'],
            ['n2', '52:54:00:00:00:02'],
          ],
        )
        assert.deepEqual(await read(store, text, format), [])
        const nodes = await exportedOf(store)
        for (const [form, out] of [
          ['csv', nodesCsv(listed)],
          ['json', JSON.stringify(listed)],
          ['yaml', writeYaml([listed])],
          ['ansible', writeYaml([ansibleFile(nodes)])],
          ['ansible', JSON.stringify(ansibleList(nodes))],
        ] as const) {
          assert.deepEqual(await read(store, out, form), [], form)
          const other = await site()
          await read(other, out, form)
          assert.deepEqual(await listNodes(other), listed, form)
        }
        await assertSound(store)
      })
  })

  describe('a file for another program', () => {
    let store: Store
    beforeEach(async () => {
      store = await site()
      const rows = Array.from({ length: 12 }, (_, at) => `n${at + 1},52:54:00:00:00:${at + 10},sw01\n`)
      await read(store, `name,mac,switch\n${rows.join('')}`, 'csv')
      await read(store, 'name,also\nn3,52:54:00:00:00:99\n', 'csv')
    })
    const facts = async () =>
      (await exportedOf(store)).map(({ name, address, mac }) => `${name} ${address} ${mac}`).sort()
    const matches = (text: string, pattern: RegExp) =>
      [...text.matchAll(pattern)].map((found) => found.slice(1))

    it('hosts: has each address of each node', async () => {
      const lines = renderHosts(await hostLines(store, undefined)).split('\n')
      const byName = new Map(
        lines.flatMap((line) => {
          const [address = '', ...names] = line.split(/\s+/)
          return names.map((name) => [name, address] as const)
        }),
      )
      for (const { name, interfaces } of await exportedOf(store))
        for (const iface of interfaces)
          assert.equal(byName.get(`${name}.${iface.name === 'BMC' ? 'ipmi' : 'cluster'}`), iface.ipv4)
    })

    it('dhcpd: has each boot card of each node with its address', async () => {
      const { hosts } = await exportedReservations(store, undefined)
      const text = renderReservations(hosts)
      const found = matches(text, /^host (\S+) \{ hardware ethernet (\S+); fixed-address (\S+); \}$/gm)
      const own = found.map(([name, mac, address]) => `${name} ${address} ${mac}`)
      const card = own.filter((line) => line.startsWith('n3-'))
      assert.deepEqual(own.filter((line) => !card.includes(line)).sort(), await facts())
      assert.deepEqual(card, ['n3-525400000099 10.30.0.3 52:54:00:00:00:99'])
    })

    it('slurm: has each node with its address, and all in their partition', async () => {
      const text = renderSlurm(await exportedOf(store))
      const pairs = matches(text, /^NodeName=(\S+) NodeAddr=(\S+)/gm).flatMap(([names = '', all = '']) => {
        const addresses = expandHostlist(all)
        return expandHostlist(names).map((name, at) => `${name} ${addresses[at]}`)
      })
      const wanted = (await exportedOf(store)).map(({ name, address }) => `${name} ${address}`)
      assert.deepEqual(pairs.sort(), wanted.sort())
      const [[members = ''] = []] = matches(text, /^PartitionName=compute Nodes=(\S+)/gm)
      assert.equal(expandHostlist(members).length, 12)
    })

    it('genders and prometheus: have each node once, with its group and image', async () => {
      const nodes = await exportedOf(store)
      const [[names = '', attributes] = []] = matches(renderGenders(nodes), /^([^#\s]\S*) (\S+)$/gm)
      assert.deepEqual(expandHostlist(names).sort(), nodes.map(({ name }) => name).sort())
      assert.equal(attributes, 'all,compute,group=compute,image=os,switch=sw01')
      const [list] = JSON.parse(renderPrometheus(nodes, 9100))
      assert.deepEqual(
        list.targets,
        nodes.map(({ host }) => `${host}:9100`),
      )
      assert.deepEqual(list.labels, { luna_group: 'compute', luna_osimage: 'os' })
    })

    it('ssh-known-hosts: has the key of each node by all of its names', async () => {
      const key = parseHostKey(`ssh-ed25519 ${'A'.repeat(68)} root@image`)
      assert.ok(key)
      const nodes = (await exportedOf(store)).map((node) => ({ node, keys: [key] }))
      const [[names = '', found] = []] = matches(renderKnownHosts(nodes), /^([^#\s]\S*) (ssh-.*)$/gm)
      assert.equal(found, key)
      const wanted = nodes.flatMap(({ node }) => [node.name, node.host, node.address ?? ''])
      assert.deepEqual(names.split(',').sort(), wanted.sort())
    })
  })
}
