// The files that the make commands write, whole: compared with those in test/golden, which LUNA_GOLDEN=write
// rewrites. Each was taken by its daemon's own checker before it was put in place.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import { makeDhcp } from '../../lib/task/generate/dhcp.ts'
import { makeDns } from '../../lib/task/generate/dns.ts'
import { makeNginx } from '../../lib/task/generate/nginx.ts'
import { useFakeBin } from '../fake-bin.ts'
import { generated } from '../scenario/generated.ts'
import { hostIn } from './host.ts'

const range = { network: 'cluster', start: '10.30.128.1', end: '10.30.140.1' }

describe('generated files', () => {
  const fake = useFakeBin()

  for (const [name, fill] of Object.entries(generated)) {
    it(`are as in test/golden/${name}`, async () => {
      const golden = join(import.meta.dirname, '../golden', name)
      const made = await generate(name, fill)
      if (process.env.LUNA_GOLDEN === 'write') rewrite(golden, made)
      assert.deepEqual(made, filesIn(golden))
    })
  }

  async function generate(name: string, fill: (typeof generated)[string]): Promise<Record<string, string>> {
    fake.addresses('10.30.255.252 10.30.255.254')
    const [zones, conf] = [join(fake.dir, 'zones'), join(fake.dir, 'conf.d')]
    for (const dir of [zones, conf]) mkdirSync(dir)
    writeFileSync(join(fake.dir, 'leases'), '')
    const store = openMemoryStore()
    await fill(store)
    const [cluster] = await store.list('cluster')
    if (!cluster) throw new Error('no cluster')
    const named = { named_zone_dir: zones, named_include_file: join(zones, 'named.luna.zones') }
    await store.update('cluster', cluster.id, named)
    const host = hostIn(fake.dir)
    const dhcp = await makeDhcp(store, host, { ...range, nativeHa: name === 'ha' })
    const nginx = await makeNginx(store, host)
    const dns = await makeDns(store, host, {}, new Date('2026-03-04'))
    await store.close()
    const changed = [...dhcp.changed, ...nginx.changed, ...dns.changed].map((path) => [
      path.slice(path.lastIndexOf('/') + 1),
      readFileSync(path, 'utf8')
        .replace(/secret [^;]+;/, 'secret KEY;')
        .replace(`${conf}/`, '/etc/nginx/conf.d/')
        .replace(join(import.meta.dirname, '../../lib'), '/usr/lib/luna/lib'),
    ])
    const said = [dhcp, dns].flatMap(({ warnings, failures }) => [...warnings, ...failures.map(String)])
    // What is said of this machine's own named is not the same everywhere.
    const notes = said.filter((note) => !/^named |^this machine /.test(note))
    return { ...Object.fromEntries(changed), ...(notes.length > 0 && { notes: `${notes.join('\n')}\n` }) }
  }
})

function filesIn(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]))
}

function rewrite(dir: string, files: Record<string, string>): void {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
}
