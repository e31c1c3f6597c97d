// What a package has that the source tree has not: npm packages, Node, the compiled library and policy, man
// pages.
import { globSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import { type Architecture, architectures, clientFor, prebuilt } from './description.ts'
import { top } from './tree.ts'

/** Makes what is the same for all architectures. */
export async function makeCommon(draft: string): Promise<void> {
  await Promise.all([
    makeModules(draft),
    makeManual(join(draft, 'man')),
    makePolicy(join(draft, 'selinux')),
    ...prebuilt.map((release) => makeClient(release, join(draft, clientFor(release)))),
  ])
}

/** npm packages that Luna needs when it runs; what is for other systems, compilers and readers stays out. */
async function makeModules(draft: string): Promise<void> {
  const home = join(draft, 'npm')
  await cp(join(top, 'packaging/npm'), join(home, 'packaging/npm'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) await cp(join(top, file), join(home, file))
  // the optional ones are native code that speeds up what Luna does not do
  const options = ['--omit=dev', '--omit=optional', '--ignore-scripts']
  await npm(['ci', ...options], home)
  const modules = join(home, 'node_modules')
  await cp(join(top, 'packaging/npm/utp-none'), join(modules, 'utp-native'), { recursive: true })
  await prune(modules)
  await run('cp', ['-RL', modules, join(draft, 'node_modules')])
}

const needless = [
  '.bin',
  '.package-lock.json',
  '**/{prebuilds,test,tests,docs,doc,example,examples,benchmark,benchmarks,coverage,.github}',
  '**/*.{map,md,markdown,ts,mts,cts,node,bare,gyp,gypi,c,cc,h}',
  '**/{.npmignore,.travis.yml,.eslintrc*,.editorconfig,.prettierrc*,.nycrc,.airtap.yml,tsconfig*.json}',
]

async function prune(modules: string): Promise<void> {
  for (const path of globSync(needless, { cwd: modules }))
    await rm(join(modules, path), { recursive: true, force: true })
}

async function makeManual(folder: string): Promise<void> {
  for (const page of globSync('man/*.[1-8]', { cwd: top })) {
    const section = join(folder, `man${page.at(-1)}`)
    await mkdir(section, { recursive: true })
    await cp(join(top, page), join(section, basename(page)))
    await run('gzip', ['-9n', join(section, basename(page))])
  }
}

/** Compiles the SELinux module, in a version that EL 8 can read. */
async function makePolicy(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const source = (name: string) => join(top, 'packaging/selinux', name)
  const module = join(folder, 'luna2.mod')
  await run('checkmodule', ['-M', '-m', '-c', '17', '-o', module, source('luna2.te')])
  await run('semodule_package', ['-o', join(folder, 'luna2.pp'), '-m', module, '-f', source('luna2.fc')])
  await rm(module)
  await cp(source('luna2-ports.cil'), join(folder, 'luna2-ports.cil'))
}

/** Compiles the torrent client of nodes, as data: it runs in images of that release, whatever the head is. */
async function makeClient(release: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await run(join(top, 'packaging/swarm/build'), [release, file], { env: ownEnvironment() })
}

/** What is written in C, by its folder in packaging/. */
export const compiled = { uname: 'luna-uname.so', journal: 'luna-journal' } as const

/** Makes what each architecture has of its own: Node, and what is compiled; all of it stripped. */
export async function makeFor(architecture: Architecture, draft: string): Promise<void> {
  await mkdir(draft, { recursive: true })
  await makeNode(architecture, draft)
  for (const [source, name] of Object.entries(compiled)) {
    const file = join(draft, name)
    await run(join(top, 'packaging', source, 'build'), [file], { env: { CC: tool(architecture, 'gcc') } })
    await run(tool(architecture, 'strip'), [file])
  }
}

/** The Node that the lock file has, from the npm package for that architecture. */
async function makeNode(architecture: Architecture, draft: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(top, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>
  }
  const version = packages['node_modules/node']?.version
  const wanted = `node-linux-${architectures[architecture].node}@${version}`
  const archive = join(draft, (await npm(['pack', wanted], draft)).trim())
  await run('tar', [
    '-xzf',
    archive,
    '-C',
    draft,
    '--strip-components=1',
    'package/bin/node',
    'package/LICENSE',
  ])
  await rm(archive)
  await run(tool(architecture, 'strip'), ['-o', join(draft, 'node'), join(draft, 'bin/node')])
  await cp(join(draft, 'LICENSE'), join(draft, 'node-license'))
}

/** What npm prints; it finds its registry and certificates in the environment. */
async function npm(args: readonly string[], cwd: string): Promise<string> {
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  return (await run('npm', [...args, ...options], { cwd, env: ownEnvironment() })).stdout
}

/** All that this process was given, for programs that fetch something; run() passes on little of it. */
function ownEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(own)
}

/** A GNU tool for that architecture: of this machine, or the one that Debian cross-compiles with. */
function tool(architecture: Architecture, name: string): string {
  const { node, gnu } = architectures[architecture]
  return node === process.arch ? name : `${gnu}-${name}`
}

/** When the source was committed last (seconds since 1970): the time of everything in the packages. */
export async function sourceTime(): Promise<string> {
  const given = process.env.SOURCE_DATE_EPOCH
  return given ?? (await run('git', ['log', '-1', '--format=%ct'], { cwd: top })).stdout.trim()
}

/** Writes a text of the build, with its folder. */
export async function writeText(folder: string, name: string, text: string, mode = 0o644): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), text, { mode })
  return join(folder, name)
}
