// Documents as the first Luna has them, to the BSON type; and damaged ones, which are read all the same.
import assert from 'node:assert/strict'
import { type Document, EJSON } from 'bson'
import type { Id, Kind } from '../../lib/object/field.ts'
import type { Store } from '../../lib/store/store.ts'
import type { Scene } from './contract.ts'

const int = (value: number) => ({ $numberInt: String(value) })
const long = (value: number | string) => ({ $numberLong: String(value) })
const ref = (collection: Kind, id: Id) => ({ $ref: collection, $id: { $oid: id } })

/** A document without its id, as canonical Extended JSON. */
async function stored(store: Store, kind: Kind, id: Id): Promise<Document> {
  const { _id, ...rest } = EJSON.serialize(await store.raw(kind, id), { relaxed: false })
  assert.deepEqual(_id, { $oid: id })
  return rest
}

export function documentContract(scene: () => Scene): void {
  describe('documents', () => {
    it('of a new cluster', async () => {
      const { store } = scene()
      const id = await store.insert('cluster', { name: 'general', path: '/srv/luna' })
      const document = await stored(store, 'cluster', id)
      assert.deepEqual(document, { ...newCluster, path: '/srv/luna' })
    })

    it('of a changed cluster: port as int32, range as int64, empty text as null', async () => {
      const { store } = scene()
      const id = await store.insert('cluster', { name: 'general' })
      await store.update('cluster', id, {
        frontend_port: 8080,
        dhcp_net: id,
        dhcp_range_start: 1n,
        dhcp_range_end: 40000n,
        frontend_address: '',
      })
      const changed = { frontend_port: int(8080), dhcp_net: id, frontend_address: null }
      const range = { dhcp_range_start: long(1), dhcp_range_end: long(40000) }
      assert.deepEqual(await stored(store, 'cluster', id), { ...newCluster, ...changed, ...range })
    })

    it('of an IPv4 network: int64 base and name server, free ranges from int32 to int64', async () => {
      const { store } = scene()
      const freelist = [{ start: 1n, end: 65533n }]
      const id = await store.insert('network', {
        name: 'n',
        NETWORK: 3232235520n,
        PREFIX: 24,
        freelist,
        ns_ip: 20n,
      })
      const kept = { name: 'n', version: int(4), NETWORK: long(3232235520), PREFIX: int(24), ns_ip: long(20) }
      const lists = { freelist: [{ start: int(1), end: long(65533) }], ns_hostname: null, include: null }
      assert.deepEqual(await stored(store, 'network', id), {
        ...kept,
        ...lists,
        rev_include: null,
        comment: '',
        _usedby_: {},
      })
    })

    it('of an IPv6 network: decimal strings, also after a change', async () => {
      const { store } = scene()
      const base = 336295052136821032316476372165735743488n
      const ends = { start: 1n, end: 18446744073709551613n }
      const id = await store.insert('network', {
        name: 'six',
        version: 6,
        NETWORK: base,
        PREFIX: 64,
        freelist: [ends],
      })
      await store.update('network', id, { ns_ip: 18446744073709551614n, freelist: [{ ...ends, start: 2n }] })
      const document = await stored(store, 'network', id)
      assert.equal(document.NETWORK, String(base))
      assert.equal(document.ns_ip, '18446744073709551614')
      assert.deepEqual(document.freelist, [{ start: '2', end: '18446744073709551613' }])
      assert.equal((await store.get('network', id)).NETWORK, base)
    })

    it('of a group: references with $ref before $id, and interfaces by version', async () => {
      const { store } = scene()
      const net = await store.insert('network', { name: 'n' })
      const osimage = await store.insert('osimage', { name: 'i' })
      const interfaces = { k: { name: 'BOOTIF', network: { 4: net, 6: null }, params: '' } }
      const id = await store.insert('group', { name: 'g', osimage, domain: net, interfaces, prescript: '' })
      const raw = EJSON.stringify(await store.raw('group', id), { relaxed: false })
      assert.match(raw, new RegExp(`"osimage":{"\\$ref":"osimage","\\$id":{"\\$oid":"${osimage}"}}`))
      const document = await stored(store, 'group', id)
      assert.deepEqual(document.interfaces, {
        k: { name: 'BOOTIF', network: { 4: ref('network', net), 6: null }, params: '' },
      })
      assert.equal(document.bmcsetup, null)
      assert.equal(document.prescript, '')
    })

    it('of a node: int32 addresses where they fit, int64 and decimal strings beyond; no status yet', async () => {
      const { store } = scene()
      const group = await store.insert('group', { name: 'g' })
      const interfaces = { a: { 4: 7n, 6: null }, b: { 4: 4000000000n, 6: 18446744073709551613n } }
      const id = await store.insert('node', { name: 'node001', group, interfaces })
      assert.deepEqual(await stored(store, 'node', id), {
        name: 'node001',
        group: ref('group', group),
        interfaces: { a: { 4: int(7), 6: null }, b: { 4: long(4000000000), 6: '18446744073709551613' } },
        ...{ mac: null, switch: null, port: null, localboot: false, setupbmc: true, service: false },
        ...{ comment: '', _usedby_: {} },
      })
      assert.deepEqual((await store.get('node', id)).interfaces, interfaces)
    })

    it('of a switch and another device: int64 addresses', async () => {
      const { store } = scene()
      const network = await store.insert('network', { name: 'n' })
      const sw = await store.insert('switch', { name: 'sw', network, ip: 5n })
      const dev = await store.insert('otherdev', { name: 'pdu', connected: { [network]: 6n } })
      assert.deepEqual((await stored(store, 'switch', sw)).ip, long(5))
      assert.deepEqual((await stored(store, 'otherdev', dev)).connected, { [network]: long(6) })
    })

    it('of an image: no tarball and no torrent until it is packed', async () => {
      const { store } = scene()
      const id = await store.insert('osimage', { name: 'i', path: '/img' })
      assert.deepEqual('tarball' in (await store.raw('osimage', id)), false)
      await store.update('osimage', id, { tarball: 't', torrent: 'u' })
      assert.equal((await store.raw('osimage', id)).tarball, 't')
    })

    it('count links in int32', async () => {
      const { store } = scene()
      const [user, used] = [
        await store.insert('group', { name: 'g' }),
        await store.insert('network', { name: 'n' }),
      ]
      await store.link({ kind: 'group', id: user }, { kind: 'network', id: used }, 2)
      assert.deepEqual((await stored(store, 'group', user))._use_, { network: { [used]: int(2) } })
      assert.deepEqual((await stored(store, 'network', used))._usedby_, { group: { [user]: int(2) } })
    })

    it('of a MAC address, a learned one, and a peer', async () => {
      const { store, now } = scene()
      const node = await store.insert('node', { name: 'a' })
      await store.setMac(node, '52:54:00:00:00:01' as never)
      await store.learn([
        { switch: node, mac: '52:54:00:00:00:01' as never, port: '1', portname: 'p', updated: now() },
      ])
      const size = { uploaded: 1, downloaded: 2, left: 2 ** 33 }
      await store.announce({
        infoHash: 'ab',
        ip: '::1',
        port: 7,
        peerId: 'cd',
        ...size,
        status: 'started',
        updated: now(),
      })
      const dump = EJSON.serialize(await store.dump(), { relaxed: false })
      const [mac, learned, peer] = [dump.mac[0], dump.switch_mac[0], dump.tracker[0]]
      const updated = { $date: { $numberLong: String(now().getTime()) } }
      assert.deepEqual({ ...mac, _id: 0 }, { _id: 0, mac: '52:54:00:00:00:01', node: ref('node', node) })
      const place = { switch_id: { $oid: node }, mac: '52:54:00:00:00:01', port: '1', portname: 'p' }
      assert.deepEqual({ ...learned, _id: 0 }, { _id: 0, ...place, updated })
      const sizes = { uploaded: int(1), downloaded: int(2), left: long(2 ** 33) }
      const key = { info_hash: 'ab', ip: '::1', port: int(7), peer_id: 'cd' }
      assert.deepEqual({ ...peer, _id: 0 }, { _id: 0, ...key, ...sizes, status: 'started', updated })
    })
  })
}

const newCluster = {
  ...{
    name: 'general',
    nodeprefix: 'node',
    nodedigits: int(3),
    user: 'luna',
    debug: int(0),
    path: '/opt/luna',
  },
  ...{
    frontend_address: '',
    frontend_port: '7050',
    frontend_https: false,
    server_port: int(7051),
    cluster_ips: null,
  },
  ...{ tracker_interval: int(10), tracker_min_interval: int(5), tracker_maxpeers: int(200) },
  ...{ torrent_listen_port_min: int(7052), torrent_listen_port_max: int(7200) },
  ...{ torrent_pidfile: '/run/luna/ltorrent.pid', lweb_pidfile: '/run/luna/lweb.pid', lweb_num_proc: int(0) },
  ...{ named_include_file: '/etc/named.luna.zones', named_zone_dir: '/var/named' },
  ...{ dhcp_net: null, dhcp_range_start: null, dhcp_range_end: null },
  ...{ db_version: { $numberDouble: '1.2' }, comment: null, _usedby_: {} },
}
