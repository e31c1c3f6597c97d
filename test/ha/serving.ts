// A head that serves nodes: nginx, lweb and the seeder, with the configuration that Luna writes; and a node
// that downloads.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { renderNginx } from '../../lib/render/nginx.ts'
import { clusterPath } from './cluster.ts'
import { addresses, type Name, type Pair, type Party } from './pair.ts'

const bin = join(import.meta.dirname, '../../bin')
const client = join(import.meta.dirname, '../../dracut/95luna/ltorrent-client')

/** Port of the frontend, and of lweb behind it. */
export const ports = { frontend: 7050, server: 7051 } as const
export const frontend = `http://${addresses.floating}:${ports.frontend}`

/** Starts the three, and waits until they serve. */
export async function serve(pair: Pair, name: Name): Promise<void> {
  const here = join(pair.dir, 'here')
  const log = (file: string) => `${here}/${file}.log`
  writeFileSync(pair.of(name, 'nginx.conf'), nginxConfiguration(here, clusterPath(pair)))
  for (const folder of temporary) mkdirSync(pair.of(name, folder))
  await background(pair[name], `nginx -c ${here}/nginx.conf -e ${log('nginx')}`, log('nginx'))
  for (const program of ['lweb', 'ltorrent']) {
    const run = `RUNTIME_DIRECTORY=${here}/run ${process.execPath} ${join(bin, program)} run`
    await background(pair[name], run, log(program))
    await pair.says(name, `${program}.log`, /\bstarted \b/)
  }
}

const everybody = { networks: ['all'], heads: ['127.0.0.0/8'], watchers: ['127.0.0.0/8'] }

export const temporary = ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi']

/** A whole configuration with Luna's part in it; temporary files and logs are below `here`. */
export function nginxConfiguration(here: string, path: string): string {
  const { frontend: port, server: serverPort } = ports
  const temp = temporary.map((folder) => `${folder}_temp_path ${here}/${folder};`).join(' ')
  return `daemon off; pid ${here}/nginx.pid; user root; worker_processes 1; worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http { access_log ${here}/access.log; ${temp}
${withoutKey(renderNginx({ path, port, ipv6: false, tls: null, serverPort, keyFile: '', rootOnly: false, keepConnections: true, ...everybody }))}
}
`
}

/** A text for nginx that shows lweb no key, where lweb is told of none. */
export function withoutKey(text: string): string {
  return text.replace('include "";', 'set $luna_key "";')
}

/** It ends with the namespaces of its party. */
async function background(party: Party, command: string, log: string): Promise<void> {
  await party.must('sh', '-c', `setsid env ${command} >>${log} 2>&1 </dev/null &`)
}

/** Lets a head send no faster than that. */
export async function slow(party: Party, rate: string): Promise<void> {
  const shape = ['tbf', 'rate', rate, 'burst', '64k', 'latency', '200ms']
  await party.must('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', ...shape)
}

export interface Download {
  /** Bytes that have come from both heads since it began. */
  received(): Promise<number>
  /** Waits for the word of the client that all is there; gives the file. */
  whole(): Promise<Buffer>
}

/** The torrent client of the nodes, with what it takes for its installation script. */
export async function download(pair: Pair, torrent: string, file: string): Promise<Download> {
  const dir = join(pair.dir, 'node')
  mkdirSync(dir)
  const args = `-t ${torrent} -p $$ -f ${dir}/pid`
  const script = `cd ${dir}
trap 'echo whole; kill $child; wait; exit 0' USR1
LTORRENT_STALL=5 sh ${client} ${args} & child=$!
while kill -0 $child; do wait; done`
  const before = await receivedBy(pair)
  const node: ChildProcess = pair.client.start('sh', ['-c', script])
  let said = ''
  for (const stream of [node.stdout, node.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  return {
    received: async () => (await receivedBy(pair)) - before,
    whole: async () => {
      while (!said.includes('whole\n')) {
        if (node.exitCode !== null) throw new Error(`the client gave up:\n${said}`)
        await delay(50)
      }
      return readFileSync(join(dir, file))
    },
  }
}

async function receivedBy(pair: Pair): Promise<number> {
  const links: { ifname: string; stats64: { rx: { bytes: number } } }[] = JSON.parse(
    await pair.client.must('ip', '-j', '-s', 'link', 'show'),
  )
  const cables = links.filter(({ ifname }) => ifname.startsWith('to-'))
  return cables.reduce((sum, { stats64 }) => sum + stats64.rx.bytes, 0)
}
