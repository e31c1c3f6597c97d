import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingIn, namesListed, programs, sharesIn } from '../../lib/task/image/initramfs.ts'
import { wholeInitramfs } from '../host/small-image.ts'

describe('namesListed', () => {
  it('reads what lsinitrd prints, links and all, and nothing else', () => {
    const listing = `Image: /run/luna/initramfs: 30M
========================================================================
Version: dracut-059

dracut modules:
luna
========================================================================
drwxr-xr-x  12 root     root            0 Jan  1  1970 .
crw-r--r--   1 root     root       5,   1 Jan  1  1970 dev/console
lrwxrwxrwx   1 root     root            7 Jan  1  1970 bin -> usr/bin
-rwxr-xr-x   1 root     root        12345 Jan  1  1970 usr/bin/curl
-rwsr-xr-x   1 root     root        12345 Jan  1  1970 ./usr/bin/mount
`
    assert.deepEqual(namesListed(listing), ['.', 'dev/console', 'bin', 'usr/bin/curl', 'usr/bin/mount'])
  })
})

describe('missingIn', () => {
  const none = new Set<string>()

  it('is nothing of a whole one', () => assert.deepEqual(missingIn(wholeInitramfs, null, none), []))

  it('is content with programs in any of the usual places', () => {
    const places = ['bin', 'sbin', 'usr/bin', 'usr/sbin']
    const files = programs.map((name, index) => `${places[index % places.length]}/${name}`)
    assert.deepEqual(missingIn(['luna/boot', ...files], '', none), [])
  })

  it('needs every program that the dracut module cannot do without', () => {
    const setup = readFileSync(join(import.meta.dirname, '../../dracut/95luna/module-setup.sh'), 'utf8')
    const [, list = ''] = /^ {2}inst_multiple (bash (?:.*\\\n)*.*)/m.exec(setup) ?? []
    assert.deepEqual(missingIn(['luna/boot'], '', none), list.match(/[\w.]+/g))
  })

  it('takes a hyphen and an underscore in the name of a driver for the same', () => {
    const files = [...wholeInitramfs, 'usr/lib/modules/5/kernel/drivers/net/xen-netfront.ko.zst']
    assert.deepEqual(missingIn(files, 'xen_netfront,-nouveau', none), [])
  })

  it('is content with a driver that the kernel has in itself', () => {
    assert.deepEqual(missingIn(wholeInitramfs, 'ipmi-si', new Set(['ipmi_si'])), [])
    assert.deepEqual(missingIn(wholeInitramfs, 'ipmi-si', none), ['the driver ipmi-si'])
  })

  it('reads names with blanks between them, and those of files', () => {
    assert.deepEqual(missingIn(wholeInitramfs, 'a b.ko, c.ko.xz,d', new Set(['d'])), [
      'the driver a',
      'the driver b',
      'the driver c',
    ])
  })

  it('does not take a file of another directory for a program', () => {
    const files = wholeInitramfs.filter((file) => !file.endsWith('/ip'))
    assert.deepEqual(missingIn([...files, 'etc/ip', 'usr/bin/ipcs', 'usr/bin/x/ip'], '', none), ['ip'])
  })
})

describe('sharesIn', () => {
  it('knows the clients that give the image to other nodes', () => {
    assert.equal(sharesIn(['luna/boot', 'luna/ltorrent-swarm']), true)
    assert.equal(sharesIn(['luna/boot', 'usr/bin/aria2c']), true)
    assert.equal(sharesIn(['luna/boot', 'luna/ltorrent-client', 'usr/share/doc/aria2c']), false)
  })
})
