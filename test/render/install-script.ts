// An install script for tests: a view, and ways to run all or single functions of the rendered script.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { InstallView } from '../../lib/render/install.ts'

export const view: InstallView = {
  node: 'node001',
  hostname: 'node001.cluster',
  domain: 'cluster',
  url: 'http://10.30.255.254:7050',
  prescript: '',
  partscript: 'mount -t tmpfs tmpfs "$LUNA_ROOT"',
  postscript: null,
  torrent: '1111-aaaa',
  tarball: '2222-bbbb',
  tarballSum: '',
  torrentBind: '',
  bmc: null,
  interfaces: [
    {
      name: 'BOOTIF',
      v4: { address: '10.30.0.1', prefix: 16 },
      v6: null,
      params: '',
    },
  ],
}

export const bmc = {
  ...{ user: 'admin', password: "pa'ss $(reboot)", userid: 3, netchannel: 1, mgmtchannel: 2 },
  address: { address: '10.31.0.1', prefix: 16 },
}

export const full: InstallView = {
  ...view,
  bmc,
  torrentBind: '10.30.0.1',
  interfaces: [
    ...view.interfaces.map((one) => ({ ...one, v6: { address: 'fd30::1', prefix: 64 }, params: 'MTU=9000' })),
    { name: 'eth1', v4: null, v6: null, params: 'ONBOOT=no\n# comment' },
  ],
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'luna-install-'))
}

/**
 * Puts files into a folder: contents by path; a path that ends with / is a folder, text
 * that begins with #! a program.
 */
export function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(file, text)
    if (text.startsWith('#!')) chmodSync(file, 0o755)
  }
}

export interface Ran {
  readonly status: number | null
  readonly output: string
}

/**
 * Runs bash commands with the functions of the rendered script at hand; status calls are
 * printed as "post STATUS".
 */
export function runFunctions(script: string, commands: string, env: NodeJS.ProcessEnv): Ran {
  const functions = script.slice(0, script.lastIndexOf('\nmain\n'))
  const text = `${functions}\npost() { echo "post $1"; }\n${commands}\n`
  return run('bash', ['-s'], text, env)
}

/**
 * Runs the whole script with mounts and a host name of its own; the caller plants curl and ltorrent-client.
 * `tools` is a folder with all programs that the script shall find, beside those of the folder `bin`.
 */
export function runScript(
  folder: string,
  script: string,
  { tools = process.env.PATH, env: more = {} }: { tools?: string; env?: NodeJS.ProcessEnv } = {},
): Ran {
  plant(folder, { 'install.sh': script, 'luna/': '', 'root/': '' })
  const env = {
    LUNA_DIR: join(folder, 'luna'),
    LUNA_ROOT: join(folder, 'root'),
    LUNA_FOLDER: folder,
    LUNA_BOOTIF: 'eth0',
  }
  const path = `${join(folder, 'bin')}:${tools}`
  // the users of this machine stay as they are: the script changes copies
  const guard = 'cp /etc/passwd "$0/passwd"; cp /etc/group "$0/group"; mount --bind "$0/passwd" /etc/passwd; '
  const inside = `${guard} mount --bind "$0/group" /etc/group; PATH=$TOOLS sh "$0/install.sh"; s=$?; ${keep}; exit $s`
  return run('unshare', ['-m', '-u', 'sh', '-c', inside, folder], '', { ...env, ...more, TOOLS: path })
}

// what was installed is in a mount that ends with the run
const keep = 'mkdir "$0/installed"; cp -a "$LUNA_ROOT/." "$0/installed/"; hostname >"$0/hostname"'

export const canUnshare = spawnSync('unshare', ['-m', '-u', 'true']).status === 0

function run(program: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LUNA_CONSOLE: 'none', ...env },
  })
  return { status, output: stdout + stderr }
}
