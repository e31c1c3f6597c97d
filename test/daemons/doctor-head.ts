// A whole head in a namespace of its own: dhcpd, nginx, tftpd, named, lweb and lfs_pxelinux, with a node and
// a packed image; and `luna doctor` in it. Only systemctl, rndc, ssh and the firewall are stand-ins.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../lib/config.ts'
import { makeTorrent } from '../../lib/host/image/metainfo.ts'
import { openStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { insertLinked } from '../../lib/task/change/reference-counts.ts'
import type { Finding } from '../../lib/task/doctor/check.ts'
import type { Link } from '../../lib/task/why/sight.ts'
import { type Daemon, startDaemon, startTftpd } from './doctor-daemons.ts'
import { prepareNamed } from './named.ts'
import { makePair, type Pair, stop } from './namespace.ts'

export const frontend = '10.30.255.254'
export const imageId = '01234567-89ab-cdef-0123-456789abcdef'
/** What has to be installed for it. */
export const programs = ['ip', 'dhcpd', 'nginx', 'named', 'in.tftpd', 'dnsmasq', 'tcpdump', 'curl', 'ss']

export const bin = join(import.meta.dirname, '../../bin')

export class DoctorHead {
  dir = ''
  readonly #daemons = new Map<string, ChildProcess>()
  #pair: Pair | undefined

  at(name: string): string {
    return join(this.dir, name)
  }

  get pair(): Pair {
    if (!this.#pair) throw new Error('there is no head yet')
    return this.#pair
  }

  async build(): Promise<void> {
    this.dir = mkdtempSync(join(tmpdir(), 'luna-doctor-'))
    this.#pair = makePair(`${frontend}/16`)
    this.#fill()
    await prepareNamed(this.dir, this.at('named.zones'))
    const init = ['--frontend_address', frontend, '--user', 'root', '--path', this.at('luna')]
    this.luna('cluster', 'init', ...init)
    const dns = ['--named_include_file', this.at('named.zones'), '--named_zone_dir', this.at('zones')]
    this.luna('cluster', 'change', ...dns, '--lweb_pidfile', this.at('run/lweb.pid'))
    this.luna('network', 'add', '-n', 'net', '-N', '10.30.0.0', '-P', '16')
    await this.#addImage()
    this.luna('group', 'add', '-n', 'compute', '-o', 'compute', '-N', 'net')
    this.luna('node', 'add', '-g', 'compute', '-n', 'node001')
    this.luna('node', 'change', 'node001', '--mac', '52:54:00:00:00:01')
    this.luna('cluster', 'makedhcp', '-N', 'net', '-s', '10.30.128.1', '-e', '10.30.140.1')
    for (const kind of ['tftp', 'nginx', 'dns']) this.luna('cluster', `make${kind}`)
    for (const daemon of ['dhcpd', 'nginx', 'tftpd', 'named', 'lweb', 'lfs_pxelinux'] as const)
      await this.start(daemon)
  }

  async remove(): Promise<void> {
    for (const name of this.#daemons.keys()) await this.stop(name)
    this.#pair?.remove()
    if (this.dir !== '') rmSync(this.dir, { recursive: true })
  }

  /** Runs luna on the head, and throws when it fails in another way than with a status of `allowed`. */
  luna(...args: string[]): void {
    const { status, stderr } = this.#run(args)
    if (status !== 0) throw new Error(`luna ${args.join(' ')}: ${status}\n${stderr}`)
  }

  /** What the doctor finds, by check, and its exit status. */
  doctor(): { readonly status: number | null; readonly found: ReadonlyMap<string, Finding> } {
    const { status, stdout, stderr } = this.#run(['doctor', '--json'])
    if (stdout === '') throw new Error(stderr)
    const findings: Finding[] = JSON.parse(stdout)
    return { status, found: new Map(findings.map((finding) => [finding.check, finding])) }
  }

  /** The line of a check while something is broken: its state, and what it says. */
  line(check: string): string {
    const { status, found } = this.doctor()
    const { state, seen, fix } = found.get(check) ?? assert.fail(`there is no check ${check}`)
    assert.notEqual(state, 'fine', `${check}: ${seen}`)
    assert.equal(status, [...found.values()].some((one) => one.state === 'wrong') ? 1 : 3)
    return `${state}: ${seen} (${fix})`
  }

  /** All that `luna node why` says of a node; `as` somebody else who may read everything, and is not root. */
  whyText(node: string, as: 'root' | 'user' = 'root'): string {
    const { stdout, stderr } = this.#run(['node', 'why', node], as)
    if (stdout === '') throw new Error(stderr)
    return stdout
  }

  /** The link that is missing of a node, as `luna node why` has it: what was seen, and the command. */
  why(node: string): string {
    const { status, stdout, stderr } = this.#run(['node', 'why', node, '--json'])
    if (stdout === '') throw new Error(stderr)
    const { missing, chain } = JSON.parse(stdout) as { missing: string | null; chain: readonly Link[] }
    assert.equal(status, missing === null ? 0 : 1)
    const link = chain.find((one) => one.link === missing)
    return link ? `${link.link}: ${link.seen} (${link.fix})` : 'nothing'
  }

  /** Does something to the database that no command does. */
  async change(work: (store: Store) => Promise<void>): Promise<void> {
    const store = await openStore(loadConfig(this.#env()))
    await work(store).finally(() => store.close())
  }

  /** A program that stands in for one of this machine. */
  program(name: string, script: string): void {
    writeFileSync(this.at(`bin/${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }

  async start(daemon: Daemon): Promise<void> {
    this.#daemons.set(daemon, await startDaemon(this, daemon))
  }

  async stop(daemon: string): Promise<void> {
    await stop(this.#daemons.get(daemon))
    this.#daemons.delete(daemon)
  }

  async restart(daemon: Daemon): Promise<void> {
    await this.stop(daemon)
    await this.start(daemon)
  }

  /** A TFTP server that has another directory than Luna fills. */
  async serveByTftp(root: string): Promise<void> {
    this.#daemons.set('tftpd', await startTftpd(this, root))
  }

  /** Starts a program in the namespace of the head. */
  spawn(program: string, args: readonly string[]): ChildProcess {
    const words = ['netns', 'exec', this.pair.server, program, ...args]
    return spawn('ip', words, { env: this.#env(), stdio: 'ignore' })
  }

  #fill(): void {
    const { dir } = this
    for (const name of ['bin', 'run', 'conf.d', 'zones', 'tftp/pxelinux.cfg', 'luna/torrents', 'luna/boot'])
      mkdirSync(this.at(name), { recursive: true })
    for (const name of ['leases', 'down']) writeFileSync(this.at(name), '')
    const paths = ['dhcpd_conf=dhcpd.conf', 'dhcpd_leases=leases', 'tftp_root=tftp', 'nginx_conf_d=conf.d']
    const lines = paths.map((path) => path.replace('=', `=${dir}/`))
    writeFileSync(this.at('luna.conf'), `[Embedded]\npath=${dir}/luna.db\n[Paths]\n${lines.join('\n')}\n`)
    writeFileSync(this.at('nginx.conf'), nginxConf(dir))
    // Units are up, but those in the file "down".
    this.program('systemctl', `! grep -qx "$2" ${dir}/down`)
    this.program('rndc', 'exit 0')
    this.program('nginx', `exec /usr/sbin/nginx -c ${dir}/nginx.conf "$@"`)
    this.program('firewall-cmd', 'exit 252')
    this.program('ufw', 'echo Status: inactive')
  }

  async #addImage(): Promise<void> {
    const tarball = this.at(`luna/torrents/${imageId}.tgz`)
    writeFileSync(tarball, 'an image')
    const about = { name: `${imageId}.tgz`, announce: 'http://h/announce', webSeed: 'http://h/', comment: '' }
    const torrent = await makeTorrent({ file: tarball, size: 8, ...about })
    writeFileSync(this.at(`luna/torrents/${imageId}.torrent`), torrent)
    for (const name of ['kernel', 'initrd']) writeFileSync(this.at(`luna/boot/${name}`), name)
    const files = { torrent: imageId, tarball: imageId, kernfile: 'kernel', initrdfile: 'initrd' }
    await this.change(async (store) => {
      const [cluster] = await store.list('cluster')
      if (!cluster) throw new Error('no cluster')
      await insertLinked(store, cluster.id, 'osimage', {
        name: 'compute',
        path: '/opt/luna/os/compute',
        ...files,
      })
    })
  }

  #env(): NodeJS.ProcessEnv {
    const PATH = `${this.at('bin')}:${process.env.PATH}`
    const own = {
      LUNA_CONF: this.at('luna.conf'),
      LUNA_LOGDIR: this.at('log'),
      RUNTIME_DIRECTORY: this.at('run'),
    }
    return { ...process.env, PATH, ...own }
  }

  #run(args: readonly string[], as: 'root' | 'user' = 'root') {
    const caps = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
    const user = as === 'root' ? [] : ['setpriv', '--reuid=65534', ...caps]
    const words = ['netns', 'exec', this.pair.server, ...user, process.execPath, join(bin, 'luna'), ...args]
    return spawnSync('ip', words, { env: this.#env(), encoding: 'utf8', input: '' })
  }
}

function nginxConf(dir: string): string {
  return `pid ${dir}/nginx.pid;
worker_rlimit_nofile 131072;
events { worker_connections 65536; }
http {
  access_log off;
  include ${dir}/conf.d/*.conf;
}
`
}
