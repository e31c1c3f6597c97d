// The packages of this source tree, built once for all tests, and kept until the source is another one.
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../lib/host/run.ts'

export const top = join(import.meta.dirname, '../..')
const cache = process.env.LUNA_LAB_CACHE ?? '/var/cache/luna-lab'
const sources = ['bin', 'conf-templates', 'dracut', 'lib', 'man', 'packaging', 'systemd']
const single = ['CHANGELOG.md', 'LICENSE', 'package.json', 'package-lock.json']

/** The folder with the six packages. Time of the source is fixed, so that a commit alone changes nothing. */
export async function builtPackages(): Promise<string> {
  const dist = join(cache, `packages-${sourceHash()}`)
  await mkdir(cache, { recursive: true })
  const script = '[ -d "$1" ] || { rm -rf "$2"-*; LUNA_DIST="$1.draft" "$3" "$4" && mv "$1.draft" "$1"; }'
  const args = [dist, join(cache, 'packages'), process.execPath, join(top, 'packaging/package/build.ts')]
  // tests of other files, in other processes, want the same
  await run('flock', [join(cache, 'packages.lock'), 'sh', '-ec', script, 'sh', ...args], {
    env: buildEnvironment(),
  })
  return dist
}

/** Builds some of the packages (words of "npm run package") again, from another folder, into a new one. */
export async function buildElsewhere(folder: string, ...words: readonly string[]): Promise<string> {
  const copy = join(folder, 'a copy of the source')
  await mkdir(copy, { recursive: true })
  for (const part of [...sources, ...single]) await run('cp', ['-R', join(top, part), copy])
  await run('chmod', ['-R', 'g+w,o-r', copy])
  const dist = join(folder, 'dist')
  const build = join(copy, 'packaging/package/build.ts')
  const env = { ...buildEnvironment(), LUNA_DIST: dist, TZ: 'Pacific/Auckland' }
  await run('sh', ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, build, ...words], { env })
  await rm(copy, { recursive: true })
  return dist
}

function buildEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(own), SOURCE_DATE_EPOCH: '1790000000' }
}

function sourceHash(): string {
  const hash = createHash('sha256')
  const files = globSync([...sources.map((part) => `${part}/**`), ...single], {
    cwd: top,
    withFileTypes: true,
  })
  for (const file of files
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .sort())
    hash.update(file.slice(top.length)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex').slice(0, 12)
}
