// Clusters whose generated files are kept in test/golden: what each is about is its name.
import type { Store } from '../../lib/store/store.ts'
import { addGroup, addNetwork, addNode, fillBoot, take } from './boot.ts'

/** Text that would break out of its place in some language, were it not for the escaping. */
export const hostile = [
  'a;b',
  'x } host y {',
  'quo"te',
  "it's",
  'new\nline',
  'back\\slash',
  '$(reboot)',
  '(open',
  'sp ace',
  'ähm',
  '@',
  '*',
]

export const generated: Record<string, (store: Store) => Promise<void>> = {
  async small(store) {
    const { cluster, ipmi, compute } = await fillBoot(store)
    await addNode(store, 'node003', compute, { BOOTIF: '10.30.0.3', BMC: '10.31.0.3' }, '52:54:00:00:00:03')
    const ip = await take(store, cluster, '10.30.253.1')
    await store.insert('switch', { name: 'sw01', network: cluster, ip })
    const connected = {
      [cluster]: await take(store, cluster, '10.30.252.1'),
      [ipmi]: await take(store, ipmi, '10.31.252.1'),
    }
    await store.insert('otherdev', { name: 'pdu01', connected })
    await store.update('network', cluster, {
      include: 'www IN CNAME node001',
      rev_include: '9.9 IN PTR x.cluster.',
    })
  },

  async ipv6(store) {
    const { cluster } = await fillBoot(store)
    const six = await addNetwork(store, 'six', 'fd00:30::/64')
    const odd = await addNetwork(store, 'odd', '2001:db8:1:2:3:4:5:0/115')
    const group = await addGroup(store, 'dual', { BOOTIF: { 4: cluster, 6: six }, eth1: { 6: odd } }, six)
    const addresses = { BOOTIF: ['10.30.1.1', 'fd00:30::1'], eth1: '2001:db8:1:2:3:4:5:9' }
    await addNode(store, 'dual001', group, addresses, '52:54:00:00:01:01')
    const [own] = await store.list('cluster')
    if (own) await store.update('cluster', own.id, { server_port: 0 })
  },

  async ha(store) {
    await fillBoot(store)
    const [own] = await store.list('cluster')
    if (own) await store.update('cluster', own.id, { cluster_ips: '10.30.255.252,10.30.255.253' })
  },

  /** Names as an old database may have them; new ones are refused. */
  async hostile(store) {
    const { cluster, compute } = await fillBoot(store)
    for (const [at, name] of hostile.entries()) {
      const mac = `52:54:00:00:02:${String(at).padStart(2, '0')}`
      await addNode(store, name, compute, { BOOTIF: `10.30.2.${at + 1}` }, mac)
      await store.insert('otherdev', { name, connected: { [cluster]: BigInt(0x300 + at) } })
    }
    await addNetwork(store, 'x"; }; zone "evil" {', '10.66.0.0/16')
    await addNetwork(store, 'ns', '10.67.0.0/16', { ns_hostname: 'a. IN A 1.2.3.4\n' })
    const [own] = await store.list('cluster')
    if (own) await store.update('cluster', own.id, { path: '/opt/lu na"; } evil {' })
  },
}
