import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInInitramfs } from '../../lib/host/image/initramfs-text.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import { dhcpNodes, judgeAccess } from '../../lib/task/boot/access-check.ts'
import { loadInventory } from '../../lib/task/inventory.ts'
import { temporaryPlace } from '../host/small-image.ts'
import { addGroup, addNode, fillBoot } from '../scenario/boot.ts'

describe('what the doctor says of boot access', () => {
  const well = { level: 'node', nodes: 9, neighbours: 1024, dhcp: [], former: [], menus: false } as const

  it('is the level, where all is well', () => {
    assert.deepEqual(judgeAccess(well), { state: 'fine', seen: 'node', fix: null })
  })

  const troubles = [
    [{ level: 'open' }, /^everybody /, /--boot_access node/],
    [
      { level: 'root', former: ['a', 'b'] },
      /^the initramfs of a .*; and 1 more$/,
      /^luna osimage pack a --boot$/,
    ],
    [{ level: 'armed', menus: true }, /PXELINUX/, /--boot_access root/],
    [{ nodes: 2000 }, /remembers 1024 neighbours, and there are 2000 nodes/, /gc_thresh3=8000/],
  ] as const
  for (const [seen, what, fix] of troubles)
    it(`warns: ${what.source}`, () => {
      const verdict = judgeAccess({ ...well, ...seen })
      assert.equal(verdict.state, 'warning')
      assert.match(verdict.seen, what)
      assert.match(verdict.fix ?? '', fix)
    })

  it('lists nodes that a router would hide', async () => {
    const store = openMemoryStore()
    const { compute } = await fillBoot(store)
    await addNode(store, 'node003', compute, {})
    await addNode(store, 'node004', await addGroup(store, 'bare', {}), {})
    const names = dhcpNodes(await loadInventory(store))
    assert.deepEqual(names, ['node003', 'node004'])
    assert.match(judgeAccess({ ...well, dhcp: names }).seen, /^node; node\[003-004\] boot by DHCP, /)
    await store.close()
  })
})

describe('a text in an initramfs', () => {
  const place = temporaryPlace()
  after(() => rmSync(place.path, { recursive: true }))
  const make = (name: string, script: string) => {
    const file = join(place.path, name)
    execFileSync('sh', ['-c', script, 'sh', file], { cwd: place.path, stdio: 'ignore' })
    return file
  }
  const archive = "printf '%070000d curl --local-port 600' 1"
  for (const [name, script] of [
    ['gzip', `${archive} | gzip >"$1"`],
    ['zstd', `${archive} | zstd >"$1"`],
    ['microcode in front', `(printf 070701; printf 'x TRAILER!!!\\0\\0\\0\\0'; ${archive} | gzip) >"$1"`],
  ] as const)
    it(`is found, and missed, in one of ${name}`, async () => {
      const file = make(name.slice(0, 4), script)
      assert.equal(await isInInitramfs(file, '--local-port'), true)
      assert.equal(await isInInitramfs(file, '--other-port'), false)
    })

  it('cannot be looked for where nothing can be read', async () => {
    assert.equal(await isInInitramfs(join(place.path, 'nothing'), 'x'), undefined)
    const file = join(place.path, 'junk')
    writeFileSync(file, 'junk')
    assert.equal(await isInInitramfs(file, 'x'), undefined)
    writeFileSync(file, Buffer.from('1f8b08000000', 'hex'))
    assert.equal(await isInInitramfs(file, 'x'), undefined)
  })
})
