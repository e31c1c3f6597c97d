// The smallest tree that programs run in: a shell with what it needs, and the directories
// that every system has.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { programs } from '../../lib/task/image/initramfs.ts'

export interface Place {
  readonly path: string
  remove(): void
}

/** A temporary directory. */
export function temporaryPlace(): Place {
  const path = mkdtempSync(join(tmpdir(), 'luna-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * Makes the tree, with a kernel of version 1, a dracut that writes down how it was called, and a lsinitrd
 * that lists what every initramfs needs.
 */
export function makeSmallImage(root: string): void {
  for (const dir of ['proc', 'sys', 'dev', 'run', 'tmp', 'etc', 'bin', 'boot', 'usr/bin']) {
    mkdirSync(join(root, dir), { recursive: true })
  }
  mkdirSync(join(root, 'usr/lib/dracut/modules.d/95old'), { recursive: true })
  writeFileSync(join(root, 'usr/lib/dracut/modules.d/95old/module-setup.sh'), '# of the image\n')
  for (const program of ['sh', 'env', 'cat', 'ls', 'sleep', 'touch']) addProgram(root, program)
  writeFileSync(join(root, 'boot/vmlinuz-1'), 'a kernel')
  writeFileSync(join(root, 'boot/initramfs-1.img'), 'an initramfs of its own')
  addScript(root, 'dracut', fakeDracut)
  addListing(root, wholeInitramfs)
}

/** A script of the image. */
export function addScript(root: string, name: string, text: string): void {
  writeFileSync(join(root, 'usr/bin', name), text, { mode: 0o755 })
}

/** What a node needs in its initramfs. */
export const wholeInitramfs = [
  'luna/boot',
  'luna/ltorrent-swarm',
  ...programs.map((name) => `usr/bin/${name}`),
]

/** Has the lsinitrd of the image list these files, whatever the initramfs is. */
export function addListing(root: string, files: readonly string[]): void {
  const lines = files.map((file) => `-rwxr-xr-x   1 root     root         1234 Jan  1  1970 ${file}`)
  addScript(root, 'lsinitrd', `#!/bin/sh\n[ -s "$1" ] && cat <<'EOF'\nImage: $1\n${lines.join('\n')}\nEOF\n`)
}

const fakeDracut = `#!/bin/sh
echo "dracut: *** Including module: luna ***"
for last; do :; done
{ echo "$@"; ls /usr/lib/dracut/modules.d; } >"$last"
`

function addProgram(root: string, name: string): void {
  const found = execFileSync('which', [name], { encoding: 'utf8' }).trim()
  copyInto(root, found, join('/usr/bin', name))
  if (name === 'sh') copyInto(root, found, '/bin/sh')
  const libraries = execFileSync('ldd', [found], { encoding: 'utf8' })
  for (const [, library] of libraries.matchAll(/(?:=> |^\s)(\/\S+)/gm))
    if (library) copyInto(root, library, library)
}

function copyInto(root: string, from: string, to: string): void {
  mkdirSync(join(root, dirname(to)), { recursive: true })
  cpSync(realpathSync(from), join(root, to))
}
