// Runs the boot tests inside the lab's private machine, or says in one line why they cannot be run here.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sentence } from '../../lib/error.ts'
import { enter } from '../lab/enter.ts'

const programs = [
  'unshare',
  'setpriv',
  'ip',
  'qemu-system-x86_64',
  'debootstrap',
  'dhcpd',
  'in.tftpd',
  'nginx',
]
const files = [
  '/usr/share/OVMF/OVMF_CODE_4M.fd',
  '/usr/lib/ipxe/undionly.kpxe',
  '/usr/lib/ipxe/qemu/pxe-virtio.rom',
]

/** Why the boot tests cannot be run on this machine; undefined when they can. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'not root, and namespaces and bridges are made'
  const missing = [...programs.filter((name) => !inPath(name)), ...files.filter((name) => !existsSync(name))]
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined
}

function inPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, program)))
}

async function main(): Promise<number> {
  const why = obstacle()
  if (why) {
    console.log(`boot tests skipped: ${why}`)
    return process.env.CI === 'true' ? 1 : 0
  }
  const mocha = join(import.meta.dirname, '../../node_modules/mocha/bin/mocha.js')
  const config = join(import.meta.dirname, '.mocharc.json')
  return enter([process.execPath, mocha, '--config', config, ...process.argv.slice(2)])
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`boot tests: ${sentence(error)}`)
  process.exitCode = 1
}
