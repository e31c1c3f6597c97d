// The torrent as a node gets it where the tarball is for root alone: its web seed has a URL that everybody
// who knows it can use, torrent clients included, and that expires. nginx checks it
// (ngx_http_secure_link_module).
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { readBytes } from '../../host/file.ts'
import { withWebSeed } from '../../host/image/web-seed.ts'
import { paths } from '../../object/cluster.ts'
import type { Store } from '../../store/store.ts'
import { recentCache } from '../boot/cache.ts'

/** How long the URL can be used, in seconds: no download takes longer. */
const lasting = 4 * 3600

/**
 * The bytes of a file of torrents/. Without a key of nginx it is served as it is. Throws LunaError
 * `not-found` for what is none.
 */
export async function servedTorrent(
  store: Store,
  name: string,
  key: string | undefined,
  now: Date,
): Promise<Buffer> {
  const cluster = await (await recentCache(store)).cluster()
  const file = /^\w[\w.-]{0,200}\.torrent$/.test(name) ? join(paths(cluster).torrents, name) : undefined
  const bytes = file === undefined ? undefined : await readBytes(file)
  if (!bytes) throw new LunaError('not-found', 'there is no such torrent', { fix: 'luna osimage pack IMAGE' })
  return key ? withWebSeed(bytes, (url) => expiringUrl(url, key, now)) : bytes
}

/** `…/torrents/HASH/EXPIRES/FILE` of `…/torrents/FILE`. */
export function expiringUrl(url: string, key: string, now: Date): string {
  const at = url.lastIndexOf('/') + 1
  const rest = `${Math.floor(now.getTime() / 1000) + lasting}/${url.slice(at)}`
  const hash = createHash('md5').update(`${rest} ${key}`).digest('base64url')
  return `${url.slice(0, at)}${hash}/${rest}`
}
