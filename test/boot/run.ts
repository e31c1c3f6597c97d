// Runs the boot tests inside the lab's private machine, or says in one line why they cannot be run here. With
// the word "packaged" first, those whose head has Luna's package: the packages are installed before.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sentence } from '../../lib/error.ts'
import { allCases } from '../all-cases.ts'
import { enter } from '../lab/enter.ts'
import { headsIn, installHead } from '../lab/packaged.ts'
import type { DebianRoot } from '../packaging/debian-root.ts'
import { fetchMongoServer } from '../store/mongo-server.ts'

const programs = [
  'unshare',
  'setpriv',
  'systemd-nspawn',
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
  const [stage, ...rest] = process.argv.slice(2)
  if (stage === 'packaged') return onInstalledHeads(rest)
  return enter(mochaWith('.mocharc.json', process.argv.slice(2)))
}

async function onInstalledHeads(args: readonly string[]): Promise<number> {
  const suites = ['bookworm', 'trixie'] as const
  const installed = await Promise.allSettled(suites.map((suite) => installHead(suite)))
  const roots: DebianRoot[] = installed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = installed.find((each) => each.status === 'rejected')
  if (failed) {
    for (const root of roots) await root.remove()
    throw failed.reason
  }
  const [bookworm, trixie] = roots
  if (allCases && bookworm) roots.push(await bookworm.copy(), await bookworm.copy())
  const [, , first, second] = roots
  if (allCases) fetchMongoServer()
  try {
    return await enter(
      mochaWith('packaged/.mocharc.json', args),
      headsIn({ bookworm, trixie, first, second }),
    )
  } finally {
    for (const root of roots) await root.remove()
  }
}

function mochaWith(config: string, args: readonly string[]): string[] {
  const mocha = join(import.meta.dirname, '../../node_modules/mocha/bin/mocha.js')
  return [process.execPath, mocha, '--config', join(import.meta.dirname, config), ...args]
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`boot tests: ${sentence(error)}`)
  process.exitCode = 1
}
