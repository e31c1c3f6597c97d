// What nginx tells of files that it has sent: a line each, in the form of conf-templates/nginx.conf.mustache.
import { type FetchStep, fetchSteps } from './boot.ts'

/** A file that a machine has fetched as a whole. */
export interface Fetched {
  readonly address: string
  readonly step: FetchStep
  /** When it had all of it, in milliseconds since 1970. */
  readonly time: number
  readonly bytes: number
  readonly seconds: number
}

/** A message of syslog (RFC 3164) from nginx, and the key in it; undefined when it is no such line. */
export function readFetched(
  message: string,
): { readonly key: string; readonly fetched: Fetched } | undefined {
  const line = /^<\d{1,3}>.{15} luna: (.*)$/s.exec(message)?.[1] ?? ''
  const [key = '', time = '', bytes = '', seconds = '', address = '', ...path] = line.split(' ')
  const step = stepOf(path.join(' '))
  if (!step || !/^\d+\.\d{3}$/.test(time) || !/^\d+$/.test(bytes) || !/^\d+\.\d{3}$/.test(seconds))
    return undefined
  if (!/^[0-9a-fA-F.:]{2,45}$/.test(address)) return undefined
  const fetched = { address, step, time: Number(time) * 1000, bytes: Number(bytes), seconds: Number(seconds) }
  return { key, fetched }
}

/** Kernel and initramfs are told apart by what `luna osimage pack` calls them. */
function stepOf(path: string): FetchStep | undefined {
  const [kernel, initramfs, torrent, tarball] = fetchSteps
  if (/^\/boot\/[^/]*-initramfs-[^/]*$/.test(path)) return initramfs
  if (/^\/boot\/[^/]*-vmlinuz-[^/]*$/.test(path)) return kernel
  if (/^\/torrents\/[^/]*\.torrent$/.test(path)) return torrent
  return /^\/torrents\/[^/]*\.tgz$/.test(path) ? tarball : undefined
}
