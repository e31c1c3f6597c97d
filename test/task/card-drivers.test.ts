import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Card } from '../../lib/object/net/card.ts'
import {
  cardDrivers,
  driverOf,
  driversFile,
  type ModuleFiles,
  readDrivers,
} from '../../lib/task/image/card-drivers.ts'

const modules: ModuleFiles = {
  alias: `# Aliases extracted from modules themselves.
alias pci:v00008086d0000100Esv*sd*bc*sc*i* e1000
alias pci:v000014E4d00001657sv0000103Csd000022BEbc02sc00i* tg3
alias pci:v000015B3d00001007sv*sd*bc*sc*i* mlx4_core
alias pci:v000019A2d*sv*sd*bc02sc00i* be2net
alias pci:v00001002d*sv*sd*bc03sc*i* other-card
alias pci:v00001234d00001111sv*sd*bc*sc*i* bochs
alias pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci
alias virtio:d00000001v* virtio_net
`,
  dep: `kernel/drivers/net/ethernet/intel/e1000/e1000.ko.xz:
kernel/drivers/net/ethernet/broadcom/tg3.ko.xz: kernel/drivers/net/phy/libphy.ko.xz
kernel/drivers/net/ethernet/mellanox/mlx4/mlx4_core.ko.xz:
kernel/drivers/net/ethernet/mellanox/mlx4/mlx4_en.ko.xz: kernel/drivers/net/ethernet/mellanox/mlx4/mlx4_core.ko.xz
extra/maker/be2net.ko:
extra/maker/other-card.ko:
kernel/drivers/gpu/bochs.ko.xz:
kernel/drivers/virtio/virtio_pci.ko.xz:
kernel/drivers/net/virtio_net.ko.xz:
`,
  builtin: 'kernel/drivers/net/ethernet/realtek/r8169.ko\nkernel/fs/ext4/ext4.ko\n',
  modinfo: 'r8169.license=GPL\0r8169.alias=pci:v000010ECd00008168sv*sd*bc*sc*i*\0ext4.alias=fs-ext4\0',
}

/** As dracut lists them. */
const listed = (...names: string[]) =>
  names.map((name) => `usr/lib/modules/5/kernel/drivers/net/${name}.ko.xz`)

function of(card: string, files: string[], more: Partial<ModuleFiles> = {}) {
  return driverOf(cardDrivers({ ...modules, ...more }, files), card as Card)
}

describe('the driver for a network card', () => {
  it('is in the initramfs', () =>
    assert.deepEqual(of('8086:100e', listed('e1000')), { place: 'initramfs', modules: ['e1000'] }))

  it('is in the image alone', () =>
    assert.deepEqual(of('8086:100e', listed('tg3')), { place: 'image', modules: ['e1000'] }))

  it('is nowhere', () =>
    assert.deepEqual(of('8086:9999', listed('e1000')), { place: 'nowhere', modules: [] }))

  it('is in the kernel itself', () =>
    assert.deepEqual(of('10ec:8168', []), { place: 'initramfs', modules: ['r8169'] }))

  it('is for what more the card is, which nobody knows', () =>
    assert.deepEqual(of('14e4:1657', listed('tg3')), { place: 'initramfs', modules: ['tg3'] }))

  it('is for all cards of a vendor, and not for other than network cards', () => {
    assert.deepEqual(of('19a2:0001', listed('be2net')), { place: 'initramfs', modules: ['be2net'] })
    assert.equal(of('1002:0001', listed('other_card'))?.place, 'nowhere')
    assert.equal(of('1234:1111', listed('bochs'))?.place, 'nowhere')
  })

  it('needs what is on top of it', () => {
    assert.deepEqual(of('1af4:1000', listed('virtio_pci')), { place: 'image', modules: ['virtio_net'] })
    assert.deepEqual(of('1af4:1041', listed('virtio_net', 'virtio_pci')), {
      place: 'initramfs',
      modules: ['virtio_pci', 'virtio_net'],
    })
    assert.deepEqual(of('15b3:1007', listed('mlx4_core')), { place: 'image', modules: ['mlx4_en'] })
  })

  it('is not said to be nowhere of a kernel that does not tell what it has in itself', () => {
    const former = { modinfo: undefined }
    assert.equal(of('8086:9999', [], former), undefined)
    assert.equal(of('8086:100e', [], former)?.place, 'image')
    assert.equal(of('8086:9999', [], { ...former, builtin: 'kernel/fs/ext4/ext4.ko\n' })?.place, 'nowhere')
  })

  it('is not known of an image without a list of modules', () =>
    assert.equal(of('8086:100e', [], { alias: '', dep: '', modinfo: '' }), undefined))
})

describe('what is written down of them', () => {
  let place = ''
  before(() => {
    place = mkdtempSync(join(tmpdir(), 'luna-test-'))
  })
  after(() => rmSync(place, { recursive: true }))

  it('is read again', async () => {
    const drivers = cardDrivers(modules, listed('e1000'))
    writeFileSync(driversFile(join(place, 'one')), JSON.stringify(drivers))
    assert.deepEqual((await readDrivers(join(place, 'one')))?.drivers, drivers)
  })

  for (const text of [
    '',
    'null',
    '{"whole":true}',
    '{"whole":true,"drivers":[null]}',
    '{"whole":true,"drivers":[{"needs":["a;b"],"lacks":[],"cards":[]}]}',
  ])
    it(`is nothing where it is ${text || 'empty'}`, async () => {
      writeFileSync(driversFile(join(place, 'damaged')), text)
      assert.equal(await readDrivers(join(place, 'damaged')), undefined)
      assert.equal(await readDrivers(join(place, 'missing')), undefined)
    })
})
