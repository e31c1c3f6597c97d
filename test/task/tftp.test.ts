import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BootFile } from '../../lib/render/tftp.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { makeTftp } from '../../lib/task/generate/tftp.ts'
import { useFakeBin } from '../fake-bin.ts'
import { addCluster } from '../scenario/boot.ts'
import { hostIn } from './host.ts'

describe('makeTftp', () => {
  const fake = useFakeBin()
  let store: Store
  const files = (): BootFile[] => [
    { name: 'bios', what: 'BIOS', sources: [at('gone'), at('src')], needed: true, http: false },
    { name: 'efi', what: 'UEFI', sources: [at('src')], needed: true, http: true },
    { name: 'arm', what: 'arm64', sources: [at('gone')], needed: false, http: true },
  ]
  const at = (name: string) => join(fake.dir, name)
  const make = (wish = {}, known = files()) => makeTftp(store, hostIn(fake.dir), wish, known)

  beforeEach(async () => {
    store = openMemoryStore()
    await addCluster(store, { path: at('luna'), user: 'root' })
    writeFileSync(at('src'), Buffer.from([0, 1, 2, 255]))
  })
  afterEach(() => store.close())

  it('fills the TFTP root, and boot/ for HTTP boot, readable for all', async () => {
    const made = await make()
    assert.deepEqual(readFileSync(at('tftp/bios')), Buffer.from([0, 1, 2, 255]))
    assert.deepEqual(made.changed, [at('tftp/bios'), at('tftp/efi'), at('luna/boot/efi')])
    assert.equal(statSync(at('tftp/efi')).mode & 0o777, 0o644)
    assert.match(made.infos[0] ?? '', /^bios \(BIOS\) is .*src$/)
    assert.deepEqual((await make()).changed, [])
  })

  it('says which machines cannot boot, and that the server is down', async () => {
    fake.fail('is-active')
    const { warnings, infos } = await make({ tftpRoot: at('other') })
    assert.match(infos.join('\n'), /no iPXE for arm64/)
    assert.match(warnings.join('\n'), /enable --now tftp/)
    assert.ok(existsSync(at('other/bios')))
  })

  it('says which machines cannot boot only together with what is new', async () => {
    await make()
    assert.doesNotMatch((await make()).infos.join('\n'), /no iPXE/)
  })

  it('warns where the server serves another directory', async () => {
    const unit = `{ path=/usr/sbin/in.tftpd ; argv[]=/usr/sbin/in.tftpd -s /srv/x ; ignore_errors=no }`
    fake.program('systemctl', `[ "$1" != show ] || echo '${unit}'`)
    const { warnings } = await make()
    assert.match(warnings.join('\n'), /serves \/srv\/x, not .*tftp_root=\/srv\/x .*systemctl edit tftp/)
    fake.program('systemctl', `[ "$1" != show ] || echo '${unit.replace('/srv/x', at('tftp/'))}'`)
    assert.deepEqual((await make()).warnings, [])
  })

  it('only says what would change when asked to', async () => {
    const { diff } = await make({ dryRun: true })
    assert.match(diff, /^Binary file .*tftp\/bios: no bytes now, 4 bytes then$/m)
    assert.equal(existsSync(at('tftp')), false)
  })

  it('says what to install when there is nothing to copy', async () => {
    const [bios] = files()
    const known = [{ ...(bios as BootFile), sources: [at('gone')] }]
    await assert.rejects(make({}, known), { code: 'failed', fix: /ipxe-bootimgs/ })
  })
})
