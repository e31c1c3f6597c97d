import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BootType, type BootView, renderBoot, renderMenu, unlistable } from '../../lib/render/ipxe.ts'
import { sameAsGolden } from '../golden.ts'

const url = 'http://10.30.255.254:7050'

const node: BootView = {
  url,
  node: 'node001',
  hostname: 'node001.cluster',
  localboot: false,
  service: false,
  kernel: 'compute-vmlinuz-6.1.0',
  initrd: 'compute-initramfs-6.1.0',
  options: 'console=ttyS0 quiet',
  fixed: { mac: '52:54:00:00:00:01', address: '10.30.0.1', prefix: 16 },
  token: '',
}

describe('renderBoot', () => {
  const scripts: Record<string, [Partial<BootView>, BootType]> = {
    'node.ipxe': [{}, 'ipxe'],
    'node.syslinux': [{}, 'syslinux'],
    'armed.ipxe': [{ token: 'lx3k.aZ-_9' }, 'ipxe'],
    'dhcp.ipxe': [{ fixed: null, service: true, hostname: 'node001' }, 'ipxe'],
    'ipv6.ipxe': [
      {
        url: 'https://[fd00:30::fe]:7050',
        fixed: { mac: '52:54:00:00:00:01', address: 'fd00:30::1', prefix: 64 },
      },
      'ipxe',
    ],
    'localboot.ipxe': [{ localboot: true }, 'ipxe'],
    'localboot.syslinux': [{ localboot: true }, 'syslinux'],
    'unpacked.ipxe': [{ kernel: '', initrd: '' }, 'ipxe'],
    'unpacked.syslinux': [{ kernel: '', initrd: '' }, 'syslinux'],
    'odd-files.ipxe': [{ kernel: 'my kernel;reboot', initrd: '../x\ny' }, 'ipxe'],
  }
  for (const [file, [difference, type]] of Object.entries(scripts)) {
    it(`writes test/golden/boot/${file}`, () => {
      sameAsGolden(`boot/${file}`, renderBoot({ ...node, ...difference }, type))
    })
  }

  for (const [what, difference] of Object.entries({
    'a name with a line end': { node: 'node001\nshell' },
    'a host name with a blank': { hostname: 'a b' },
    'options that end the command': { options: 'quiet || shell' },
    'no frontend address': { url: 'http://:7050' },
    'a frontend address that is no address': { url: 'http://x y:7050' },
  })) {
    for (const type of ['ipxe', 'syslinux'] as const) {
      it(`refuses ${what} (${type})`, () => {
        assert.throws(() => renderBoot({ ...node, ...difference }, type), { code: 'invalid' })
      })
    }
  }

  it('reads no options of a node that boots from its disk', () => {
    assert.match(renderBoot({ ...node, localboot: true, options: '||' }, 'ipxe'), /sanboot/)
  })

  it("uses the site's own template", () => {
    const dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
    try {
      writeFileSync(join(dir, 'boot.ipxe.mustache'), '{{! ours }}\n#!ipxe\necho {{name}}\n')
      assert.equal(renderBoot(node, 'ipxe', dir), '#!ipxe\necho node001\n')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('renderMenu', () => {
  const menuText = (nodes: readonly string[]) => Buffer.concat(renderMenu({ url, nodes })(7000)).toString()

  it('writes test/golden/boot/menu.ipxe', () => {
    sameAsGolden('boot/menu.ipxe', menuText(['node001', 'node002']))
  })

  it('leaves out the names that it cannot hold, and nothing else', () => {
    const nodes = ['a b', 'node001', 'x\ngoto shell', '..']
    const items = menuText(nodes).match(/^item (?!-).*$/gm)
    assert.deepEqual(items, ['item node001 node001'])
    assert.deepEqual(unlistable(nodes), ['a b', 'x\ngoto shell', '..'])
  })

  it('has a label for every action, and goes to no other', () => {
    const menu = menuText([])
    const labels = new Set([...menu.matchAll(/^:(\w+)$/gm)].map(([, label]) => label))
    const actions = [...menu.matchAll(/^item --key \w (\w+)/gm)].map(([, action]) => action)
    const targets = [...menu.matchAll(/goto (\w+)/g)].map(([, target]) => target)
    assert.equal(actions.length, 7)
    assert.deepEqual(
      [...actions, ...targets].filter((target) => !labels.has(target)),
      [],
    )
  })
})
