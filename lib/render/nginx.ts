// The nginx server for nodes: it serves boot/ and torrents/ itself, and asks lweb over FastCGI.
import { join } from 'node:path'
import type { Origin } from '../object/origin.ts'
import { escapeNginx } from './escape-nginx.ts'
import { loadTemplate, renderTemplate, templateSource } from './template.ts'

export interface NginxFacts {
  /** The cluster path, below which boot/ and torrents/ are. */
  readonly path: string
  readonly port: number
  /** Listen on IPv6 as well. */
  readonly ipv6: boolean
  /** Certificate and key when nodes use https. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  /** The loopback port of lweb; 0 is its unix socket. */
  readonly serverPort: number
  /** The file that sets `$luna_key`, which shows lweb that nginx asks. */
  readonly keyFile: string
  /** Images are for root of a machine, and for who has an URL of a torrent. */
  readonly rootOnly: boolean
  /** Connections to lweb stay open from one request to the next. */
  readonly keepConnections: boolean
  /** Who is served: networks as ADDRESS/LENGTH, or addresses. */
  readonly networks: readonly string[]
  /** Who may ask as often as it likes: the heads and this machine. */
  readonly heads: readonly string[]
  /** Who sees the page and the metrics. */
  readonly watchers: readonly string[]
  /** The access log of nginx, which has the lines of files too; null: none. */
  readonly accessLog?: string | null
}

/** The port of loopback where lweb hears which files nginx has sent (UDP). */
export const fetchedPort = 7051

/** The files of the page, which come with Luna. */
const pageFiles = join(import.meta.dirname, '../web/ui')

/** The text of `luna.conf` for nginx's conf.d. */
export function renderNginx(facts: NginxFacts, siteDir?: string): string {
  const ssl = facts.tls ? ' ssl' : ''
  const listens = [`${facts.port}${ssl}`, ...(facts.ipv6 ? [`[::]:${facts.port}${ssl}`] : [])]
  const backend = facts.serverPort === 0 ? 'unix:/run/luna/lweb.sock' : `127.0.0.1:${facts.serverPort}`
  const { path, keyFile, rootOnly, keepConnections, networks, heads, watchers } = facts
  const tls = facts.tls && { ...facts.tls }
  const log = { fetchedTo: `127.0.0.1:${fetchedPort}`, accessLog: facts.accessLog ?? null }
  const base = { ...log, path, pageFiles, keyFile, rootOnly, tls, listens, backend, keepConnections }
  const view = { ...base, networks: [...networks], heads: [...heads], watchers: [...watchers] }
  return renderTemplate(loadTemplate('nginx.conf.mustache', siteDir), view, escapeNginx)
}

/** Whether nginx shows lweb the key with that text: a site's own template of a former release does not. */
export function handsKeyOver(text: string): boolean {
  return /^\s*fastcgi_param\s+LUNA_KEY\s+\$luna_key\s*;/m.test(text)
}

/** Where the text of `luna.conf` comes from. */
export function nginxOrigin(siteDir: string): Origin {
  return () => templateSource('nginx.conf.mustache', siteDir)
}

/** The lines (from 1) of a file of nginx that listen on a port, at whatever address. */
export function listensOn(text: string, port: number): number[] {
  return text.split('\n').flatMap((line, at) => {
    const listens = line.replace(/#.*/, '').matchAll(/(?:^|[\s;{])listen\s+([^\s;]+)/g)
    return listens.some(([, listen = '']) => portOf(listen) === port) ? [at + 1] : []
  })
}

/** `PORT`, `ADDRESS:PORT`, `[ADDRESS]:PORT`, or an address alone, which means port 80. */
function portOf(listen: string): number | undefined {
  if (listen.startsWith('unix:')) return undefined
  const port = /^(?:.*:)?(\d+)$/.exec(listen)?.[1]
  return port === undefined ? 80 : Number(port)
}

/** A whole nginx configuration around one file of conf.d, only to have that file judged. */
export function nginxAround(file: string, dir: string): string {
  return [
    `pid "${escapeNginx(dir)}/nginx.pid";`,
    'error_log stderr;',
    'events {}',
    `http { access_log off; include "${escapeNginx(file)}"; }`,
    '',
  ].join('\n')
}
