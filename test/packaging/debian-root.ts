// Minimal Debian systems, as debootstrap makes them, in directories. A clean one of each suite is kept beside
// the lab's image; tests work in copies.

import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInside } from '../../lib/host/image/chroot.ts'
import { withLock } from '../../lib/host/lock.ts'
import { type Ran, run } from '../../lib/host/run.ts'

const cache = process.env.LUNA_LAB_CACHE ?? '/var/cache/luna-lab'
const machineCertificates = '/etc/ssl/machine.pem'
/** The authorities that this machine trusts (update-ca-certificates(8)). */
const trusted = '/etc/ssl/certs/ca-certificates.crt'

export interface DebianRoot {
  readonly path: string
  /**
   * Runs a line of shell as root in a directory of it, in namespaces of its own, with the machine's network.
   */
  run(directory: string, line: string, signal?: AbortSignal): Promise<Ran>
  /** Another one, with all that it has now. */
  copy(): Promise<DebianRoot>
  remove(): Promise<void>
}

const indexTargets = ['indextargets', '--format', '$(REPO_URI)']

/** Where this machine's apt gets that suite of Debian from; undefined when it gets it nowhere. */
export async function mirrorOf(suite: string): Promise<string | undefined> {
  const uris = process.env.LUNA_LAB_MIRROR ?? (await answer('apt-get', indexTargets))
  const draft = await mkdtemp(join(tmpdir(), 'luna-release-'))
  try {
    for (const uri of new Set(uris.split('\n').filter((line) => /^https?:/.test(line)))) {
      const release = join(draft, 'Release')
      const url = `${uri.replace(/\/$/, '')}/dists/${suite}/Release`
      await answer('/usr/lib/apt/apt-helper', ['download-file', url, release])
      const text = await readFile(release, 'utf8').catch(() => '')
      if (/^Origin: Debian$/m.test(text)) return uri
    }
  } finally {
    await rm(draft, { recursive: true })
  }
}

/** Packages that a system has beside the minimal ones, and the name that it is kept by. */
export interface Extra {
  readonly name: string
  readonly packages: readonly string[]
}

/**
 * A copy of the minimal system of that suite, with git; debootstrap makes it when it is not there. What is
 * extra is installed from its repository, without recommended packages, and none of its services is started.
 */
export async function makeDebianRoot(suite: string, mirror: string, extra?: Extra): Promise<DebianRoot> {
  const clean = join(cache, `debian-${suite}`)
  if (!existsSync(clean)) await keep(clean, (draft) => bootstrap(suite, mirror, draft))
  if (!extra) return await copyOf(clean)
  const full = `${clean}-${extra.name}`
  if (!existsSync(full)) await keep(full, (draft) => install(clean, extra.packages, draft))
  return await copyOf(full)
}

/** Keeps start scripts from starting anything: no init runs there, daemons would be of this machine. */
export const policy = '/usr/sbin/policy-rc.d'
/** The line of shell that writes it. */
export const withoutServices = `printf '#!/bin/sh\\nexit 101\\n' >${policy} && chmod 755 ${policy}`

/** The line of shell that installs packages, or files of packages, with all that they depend on. */
export function aptInstall(packages: string): string {
  const environment = 'DEBIAN_FRONTEND=noninteractive'
  return `apt-get -q update && ${environment} apt-get -q -y install --no-install-recommends ${packages}`
}

async function copyOf(clean: string): Promise<DebianRoot> {
  const path = await mkdtemp(join(cache, 'test-'))
  await chmod(path, 0o755)
  await run('cp', ['-a', '--reflink=auto', `${clean}/.`, path])
  const env = await likeThisMachine(path)
  return {
    path,
    run: (directory, line, signal) => runAt(path, env, ['-c', `cd "$1" && ${line}`, 'sh', directory], signal),
    copy: () => copyOf(path),
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

async function runAt(
  root: string,
  env: Record<string, string>,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Ran> {
  return await runInside({ root, resolvesNames: true, env }, 'sh', args, {
    allowFailure: true,
    ...(signal && { signal }),
  })
}

/** Makes a directory of the cache: whole, or not at all, and once: another process may want the same. */
async function keep(clean: string, fill: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(cache, { recursive: true })
  await withLock(cache, `${cache} is in use`, () => make(clean, fill), { wait: 900 })
}

async function make(clean: string, fill: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(clean)) return
  const draft = await mkdtemp(join(cache, 'draft-'))
  try {
    await fill(draft)
    // as every root is: programs that give up being root look into it, too
    await chmod(draft, 0o755)
    await rename(draft, clean)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function bootstrap(suite: string, mirror: string, draft: string): Promise<void> {
  await run('debootstrap', ['--variant=minbase', '--include=git,ca-certificates', suite, draft, mirror])
}

async function install(clean: string, packages: readonly string[], draft: string): Promise<void> {
  await run('cp', ['-a', '--reflink=auto', `${clean}/.`, draft])
  const line = `${withoutServices} && ${aptInstall(packages.join(' '))} && apt-get clean && rm ${policy}`
  const { status, stderr } = await runAt(draft, await likeThisMachine(draft), ['-c', line])
  if (status !== 0) throw new Error(`apt-get ended with ${status}: ${stderr}`)
}

/** What this machine had to be told to reach mirror and registry, the system there has to be told as well. */
async function likeThisMachine(root: string): Promise<Record<string, string>> {
  await writeFile(join(root, 'etc/apt/apt.conf.d/00machine'), await answer('apt-config', ['dump', 'Acquire']))
  const env: Record<string, string> = {}
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    const value = process.env[name] ?? process.env[name.toUpperCase()]
    if (value) env[name] = value
  }
  const registry = await npmSetting('registry')
  if (registry) env.npm_config_registry = registry
  // npm started by npm with another Node knows nothing of the cafile in the global npmrc of this machine
  const certificates = (await npmSetting('cafile')) ?? process.env.NODE_EXTRA_CA_CERTS ?? trusted
  if (existsSync(certificates)) {
    await cp(certificates, join(root, machineCertificates), { dereference: true })
    env.npm_config_cafile = env.NODE_EXTRA_CA_CERTS = machineCertificates
  }
  return env
}

async function npmSetting(name: string): Promise<string | undefined> {
  const value = (await answer('npm', ['config', 'get', name])).trim()
  return value === '' || value === 'null' || value === 'undefined' ? undefined : value
}

/** What a program prints; nothing when it fails or is not there. */
async function answer(program: string, args: readonly string[]): Promise<string> {
  const ran = await run(program, args, { allowFailure: true }).catch(() => undefined)
  return ran?.status === 0 ? ran.stdout : ''
}
