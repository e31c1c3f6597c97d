// The machine that scenarios play on: a host named master01 with the users luna and named, directories of its
// own laid over the real ones, programs that only say that all is well, and the service behind a real nginx.
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Stage {
  /**
   * The luna command, and commands for what the runner asks of an implementation: texts for a shell, which
   * ends with the program (`exec`) where the runner waits for its end.
   */
  readonly luna: string
  readonly lpower: string
  readonly server: string
  readonly edit: string
  readonly reset: string
  readonly url: string
  readonly env: NodeJS.ProcessEnv
  close(): Promise<void>
}

const top = join(import.meta.dirname, '../..')
const port = 7050

/**
 * Builds the stage; only for a process that has mount, network, host name and process namespaces of its own.
 */
export async function setStage(kind: 'embedded' | 'mongodb'): Promise<Stage> {
  const base = coverMachine()
  addUsers()
  const bin = join(base, 'bin')
  const env = { ...process.env, PATH: `${bin}:${top}/node_modules/.bin:${process.env.PATH}`, LANG: 'C.UTF-8' }
  const { section, close } = await storeOf(kind, base)
  writeFileSync('/etc/luna.conf', `${section}\n[Paths]\ndhcpd_leases=/var/lib/dhcpd/dhcpd.leases\n`)
  mkdirSync(bin)
  for (const name of ['systemctl', 'ssh', 'scp', 'rsync', 'ipmitool']) program(bin, name, 'exit 0')
  program(bin, 'reset', resetLines)
  program(bin, 'serve', serveLines(base))
  writeFileSync(join(base, 'nginx.conf'), nginxLines(base))
  makeCertificate()
  const node = `${process.execPath} ${join(import.meta.dirname, 'edit.ts')}`
  const own = { luna: `${top}/bin/luna`, lpower: `${top}/bin/lpower`, edit: node }
  const commands = { server: `exec ${join(bin, 'serve')}`, reset: join(bin, 'reset') }
  return { ...own, ...commands, url: `http://127.0.0.1:${port}`, env, close }
}

/** A tmpfs for all that is written, laid over the real directories; gives its own directory. */
function coverMachine(): string {
  const base = '/mnt'
  execFileSync('hostname', ['master01'])
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  execFileSync('mount', ['--make-rprivate', '/'])
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', base])
  for (const dir of ['/etc', '/var', '/opt', '/run', '/tmp']) {
    const [upper, work] = [`${base}${dir}.upper`, `${base}${dir}.work`]
    for (const made of [upper, work]) mkdirSync(made)
    const options = `lowerdir=${dir},upperdir=${upper},workdir=${work}`
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, dir])
  }
  chmodSync(`${base}/tmp.upper`, 0o1777)
  return base
}

function addUsers(): void {
  writeFileSync('/etc/hosts', '127.0.0.1 localhost master01\n::1 localhost\n')
  writeFileSync('/etc/resolv.conf', '')
  for (const [name, id] of [
    ['luna', 871],
    ['named', 872],
  ] as const) {
    if (readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)) continue
    appendFileSync('/etc/passwd', `${name}:x:${id}:${id}::/nonexistent:/bin/false\n`)
    appendFileSync('/etc/group', `${name}:x:${id}:\n`)
  }
}

/** For scenarios that turn HTTPS on: makenginx wants to see one. */
function makeCertificate(): void {
  mkdirSync('/etc/luna', { recursive: true })
  const files = ['-keyout', '/etc/luna/frontend.key', '-out', '/etc/luna/frontend.crt']
  const what = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=master01',
  ]
  execFileSync('openssl', ['req', '-x509', ...what, ...files], { stdio: 'ignore' })
}

async function storeOf(kind: 'embedded' | 'mongodb', base: string) {
  const nothing = async () => undefined
  if (kind === 'embedded') {
    const path = join(base, 'db')
    mkdirSync(path)
    // The services run as luna and open the same file.
    execFileSync('chown', ['luna:luna', path])
    chmodSync(path, 0o2770)
    return { section: `[Embedded]\npath=${path}/luna.db`, close: nothing }
  }
  const { noMongoServer, startMongoServer } = await import('../store/mongo-server.ts')
  const server = await startMongoServer()
  if (!server) throw new Error(`the MongoDB server does not start: ${noMongoServer}`)
  return { section: `[MongoDB]\nserver=${server.config.server}`, close: () => server.stop() }
}

function program(bin: string, name: string, lines: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
}

const resetLines = `set -e
echo '{}' | ${top}/bin/luna db import --replace --force -
rm -rf /opt/luna /var/named /etc/named* /var/lib/dhcpd /var/log/luna /run/luna
rm -f /etc/dhcp/dhcpd*.conf /etc/nginx/conf.d/luna.conf
mkdir -p /opt/luna /etc/dhcp /var/named /var/named2 /var/lib/dhcpd
chown luna:luna /opt/luna
chown named:named /var/named /var/named2`

// Both are of one process group, which the runner ends as a whole; this shell ends last, so that nobody
// takes the old nginx for the new one. nginx listens when lweb answers, so that the first request finds it.
function serveLines(base: string): string {
  return `set -e
${top}/bin/luna cluster makenginx
# Whatever the cluster says, requests come to one port, and without TLS.
sed '/ssl_certificate/d; /^ *listen /d; s/server {/server { listen ${port};/' /etc/nginx/conf.d/luna.conf > ${base}/luna.conf
mkdir -p /run/luna /var/log/luna
chown luna:luna /run/luna /var/log/luna
trap : TERM
${top}/bin/lweb run &
for try in $(seq 100); do
  if ss -Hltn 'sport = :7051' | grep -q 7051; then break; fi
  sleep 0.1
done
nginx -e stderr -c ${base}/nginx.conf &
wait || wait`
}

// Unlike a real one, this nginx believes a header about who
// asks: scenarios play clients of several addresses.
function nginxLines(base: string): string {
  return `daemon off;
pid ${base}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  set_real_ip_from 127.0.0.0/8;
  real_ip_header X-Real-IP;
  include ${base}/luna.conf;
}
`
}
