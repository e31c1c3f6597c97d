import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EJSON, ObjectId } from 'bson'
import type { Id, Kind } from '../../lib/object/field.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { addNetwork } from '../../lib/task/change/network.ts'
import { changeNetwork } from '../../lib/task/change/network-change.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { renameObject } from '../../lib/task/change/object.ts'
import { addOtherdevs } from '../../lib/task/change/otherdev.ts'
import { addSwitches, changeSwitches } from '../../lib/task/change/switch.ts'
import { checkCluster } from '../../lib/task/database/check.ts'
import { exportDatabase, importDatabase } from '../../lib/task/database/export-import.ts'
import { type Migration, migrate, troubles } from '../../lib/task/database/migrate.ts'
import { rejectsWith } from '../help.ts'
import { hostIn } from './host.ts'
import { smallSite } from './site.ts'

const upper = { name: 'upper', address: '10.30.128.0', prefix: 17 }

// Whether this machine has a named is not what is tested.
const aboutThisMachine = /^this machine has no user/

describe('migrate', () => {
  let dir = ''
  let store: Store = openMemoryStore()
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'luna-migrate-'))
    store = await legacySite(dir)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  async function told(of: Store = store): Promise<string[]> {
    const migration = await migrate(of, hostIn(dir), { dryRun: true })
    return linesOf(migration)
  }

  it('has nothing to say of a sound database, and changes no document', async () => {
    const before = EJSON.stringify(await store.dump(), { relaxed: false })
    const migration = await migrate(store, hostIn(dir))
    assert.deepEqual(linesOf(migration), [])
    assert.deepEqual(migration.duplicates, [])
    assert.equal(EJSON.stringify(await store.dump(), { relaxed: false }), before)
    assert.deepEqual(linesOf(await migrate(store, hostIn(dir))), [])
  })

  it('is refused where there is no cluster, or one of another version', async () => {
    await rejectsWith('not-found', migrate(openMemoryStore(), hostIn(dir)))
    const { id } = await store.getNamed('cluster', 'general')
    await store.update('cluster', id, { db_version: 1.1 })
    await rejectsWith('unsupported', migrate(store, hostIn(dir)))
  })

  it('tells the traces of the defects of the first Luna apart, and finds them gone after a repair', async () => {
    await damage(store)
    const before = EJSON.stringify(await store.dump(), { relaxed: false })
    assertLines(await told(), [
      /^database: node "bad name;x": the name cannot be used safely/,
      /^database: node left: left behind by a command that failed/,
      /^database: switch sw02: has no address/,
      /^database: network ipmi: 10\.31\.252\.2 counts as free, but otherdev pdu02 has it$/,
      /^database: network cluster: counts as used by a group that is gone$/,
      /^dns: network (cluster|ipmi): "bad name;x" cannot be a name in DNS: left out$/,
      /^dns: network (cluster|ipmi): "bad name;x" cannot be a name in DNS: left out$/,
      /^dhcp: no DHCP reservation for node "bad name;x"/,
      /^menu: names that it cannot hold are left out: "bad name;x"$/,
      /^boot: no boot script for "bad name;x": /,
      /^install: no install script for "bad name;x": /,
    ])
    assert.equal(EJSON.stringify(await store.dump(), { relaxed: false }), before)
    await checkCluster(store, { repair: true })
    await renameObject(store, 'node', 'bad name;x', 'node002')
    await changeSwitches(store, ['sw02'], { ip: '10.30.253.2' })
    assert.deepEqual(await told(), [])
  })

  it('can be done in another store that the database was moved to', async () => {
    await damage(store)
    const other = openMemoryStore()
    await importDatabase(other, await store.dump())
    assert.deepEqual(await told(other), await told())
    assert.equal(await exportDatabase(other), await exportDatabase(store))
  })

  it('makes names unique where they are, and says where not', async () => {
    const dump = await store.dump()
    const again = { ...dump.node?.[0], _id: new ObjectId() }
    await store.restore({ ...dump, node: [...(dump.node ?? []), again] })
    const { duplicates } = await migrate(store, hostIn(dir))
    assert.deepEqual(duplicates, [{ kind: 'node', name: 'node001', count: 2 }])
    assert.deepEqual((await migrate(store, hostIn(dir), { dryRun: true })).duplicates, [])
  })

  it('tells trouble that many nodes have in one line', async () => {
    await addNodes(store, { group: 'compute', names: ['node002', 'node003', 'node005'] })
    await change('group', 'compute', { bmcsetup: null, osimage: null })
    const scripts = (await told()).filter((line) => line.includes('script for'))
    assert.deepEqual(
      scripts.map((line) => line.slice(0, line.indexOf(']'))),
      ['boot: no boot script for node[001-003,005', 'install: no install script for node[001-003,005'],
    )
  })

  const differences: readonly [what: string, make: () => Promise<unknown>, line: RegExp, lost: boolean][] = [
    [
      'templates of the first Luna',
      async () => {
        mkdirSync(join(dir, 'templates'))
        writeFileSync(join(dir, 'templates/templ_install.cfg'), '{% raw %}')
      },
      /^templates: .*templ_install\.cfg of the first Luna are not read/,
      false,
    ],
    [
      'a template of the site that cannot be rendered',
      async () => {
        mkdirSync(join(dir, 'templates'))
        writeFileSync(join(dir, 'templates/boot.ipxe.mustache'), '{{nonsense}}')
      },
      /^boot: no boot script for node001: template uses the unknown name "nonsense"/,
      true,
    ],
    [
      'networks that share a reverse zone',
      () => addNetwork(store, { ...upper, nsHostname: 'master01', nsIp: '10.30.128.9' }),
      /^dns: network cluster, network upper share the zone 30\.10\.in-addr\.arpa: .* that of cluster$/,
      false,
    ],
    [
      'a network that is too large for a reverse zone',
      () => addNetwork(store, { name: 'large', address: '64.0.0.0', prefix: 4, nsHostname: 'master01' }),
      /^dns: network large is too large for a reverse zone/,
      true,
    ],
    [
      'a missing directory for zone files',
      () => change('cluster', 'general', { named_zone_dir: join(dir, 'none') }),
      /^dns: there is no directory .*none for zone files/,
      false,
    ],
    [
      'a frontend address that is none',
      () => change('cluster', 'general', { frontend_address: 'not here' }),
      /^(dhcp|menu|boot): /,
      true,
    ],
    [
      'an interface for torrents that is none',
      () => change('group', 'compute', { torrent_if: 'ib0' }),
      /^install: group compute: torrent_if ib0 is no interface of it, and is ignored$/,
      false,
    ],
    [
      'an image that is not packed',
      () => change('osimage', 'os', { torrent: null }),
      /^install: osimage os is not packed: node001 cannot be installed/,
      false,
    ],
    [
      'files of an image that are not there',
      () => change('osimage', 'os', { kernfile: 'gone' }),
      /^files: osimage os: boot\/gone not in /,
      true,
    ],
    [
      'parameters of an interface that only ifcfg files have',
      async () => {
        const { id, interfaces } = await store.getNamed('group', 'compute')
        const changed = Object.entries(interfaces).map(([key, one]) => [
          key,
          one.name === 'BOOTIF' ? { ...one, params: 'MTU=9000\nETHTOOL_OPTS=x' } : one,
        ])
        await store.update('group', id, { interfaces: Object.fromEntries(changed) })
      },
      /^install: group compute, interface BOOTIF: ETHTOOL_OPTS: only for images that have ifcfg files$/,
      false,
    ],
  ]

  async function change(kind: Kind, name: string, fields: object): Promise<void> {
    await store.update(kind, (await store.getNamed(kind, name)).id, fields as never)
  }

  for (const [what, make, pattern, lost] of differences) {
    it(`tells of ${what}${lost ? '' : ', which is no trouble'}`, async () => {
      await make()
      const migration = await migrate(store, hostIn(dir), { dryRun: true })
      const lines = linesOf(migration)
      assert.ok(lines.length > 0 && lines.some((line) => pattern.test(line)), lines.join('\n'))
      const found = migration.differences.find((one) => pattern.test(`${one.in}: ${one.line}`))
      assert.equal(found?.lost, lost)
      assert.equal(troubles(migration) > 0, lost)
    })
  }
})

function linesOf({ defects, differences }: Migration): string[] {
  return [
    ...defects.map(({ line }) => `database: ${line}`),
    ...differences.flatMap((one) => (aboutThisMachine.test(one.line) ? [] : [`${one.in}: ${one.line}`])),
  ]
}

function assertLines(lines: readonly string[], patterns: readonly RegExp[]): void {
  const left = [...lines]
  for (const pattern of patterns) {
    const at = left.findIndex((line) => pattern.test(line))
    assert.notEqual(at, -1, `${pattern}\n${lines.join('\n')}`)
    left.splice(at, 1)
  }
  assert.deepEqual(left, [])
}

/** A site with everything in its place: a packed image, a DHCP range, a node, a switch, devices. */
async function legacySite(dir: string): Promise<Store> {
  const store = await smallSite()
  for (const [at, name] of [
    ['boot', 'kernel'],
    ['boot', 'initrd'],
    ['torrents', 't.torrent'],
    ['torrents', 'u.tgz'],
  ] as const) {
    mkdirSync(join(dir, at), { recursive: true })
    writeFileSync(join(dir, at, name), '')
  }
  const image = { kernfile: 'kernel', initrdfile: 'initrd', torrent: 't', tarball: 'u' }
  await store.update('osimage', (await store.getNamed('osimage', 'os')).id, image)
  await changeNetwork(store, 'cluster', { reserve: '10.30.200.1' })
  const cluster = await store.getNamed('cluster', 'general')
  const network = await store.getNamed('network', 'cluster')
  const range = { dhcp_net: network.id, dhcp_range_start: 0xc801n, dhcp_range_end: 0xc801n }
  const places = { path: dir, named_zone_dir: dir, named_include_file: join(dir, 'zones') }
  await store.update('cluster', cluster.id, { ...range, ...places, frontend_address: '10.30.255.253' })
  await store.link({ kind: 'cluster', id: cluster.id }, { kind: 'network', id: network.id })
  await addNodes(store, { group: 'compute', names: ['node001'] })
  await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
  await addOtherdevs(store, { names: ['pdu01'], network: 'ipmi', ip: '10.31.252.1' })
  return store
}

/**
 * What the first Luna is known to leave behind: a group, a node and a switch half gone, an address given back
 * too early, a bad name.
 */
async function damage(store: Store): Promise<void> {
  const ref = async (kind: Kind, name: string): Promise<{ kind: Kind; id: Id }> => {
    return { kind, id: (await store.getNamed(kind, name)).id }
  }
  const ghost = await store.insert('group', { name: 'ghost' })
  await store.link({ kind: 'group', id: ghost }, await ref('network', 'cluster'), 3)
  await store.dropLink('uses', { kind: 'group', id: ghost }, await ref('network', 'cluster'))
  await store.remove('group', ghost)
  await store.insert('node', { name: 'left', group: (await ref('group', 'compute')).id })
  await addSwitches(store, { names: ['sw02'], network: 'cluster', ip: '10.30.253.2' })
  await store.update('switch', (await ref('switch', 'sw02')).id, { ip: null })
  await changeNetwork(store, 'cluster', { release: '10.30.253.2' })
  await addOtherdevs(store, { names: ['pdu02'], network: 'ipmi', ip: '10.31.252.2' })
  await changeNetwork(store, 'ipmi', { release: '10.31.252.2' })
  await addNodes(store, { group: 'compute', names: ['node002'] })
  await changeNodes(store, ['node002'], { mac: '52:54:00:00:00:02' })
  await store.update('node', (await ref('node', 'node002')).id, { name: 'bad name;x' })
}
