// The web seed of a torrent (BEP 19): which URL clients fetch the same file from. It stands behind the info
// dictionary, so another one leaves the info hash as it is.

const key = '8:url-list'

/**
 * The torrent with the web seed that `seed` makes of its own; one that has none, or several, stays as it is.
 * The key is the last one of torrents that are made here: hashes may look like anything.
 */
export function withWebSeed(torrent: Buffer, seed: (url: string) => string): Buffer {
  const at = torrent.lastIndexOf(key)
  if (at < 0) return torrent
  const rest = torrent.subarray(at + key.length).toString('latin1')
  const [start = '', open = '', length] = /^(l?)(\d{1,4}):/.exec(rest) ?? []
  const end = start.length + Number(length)
  if (rest.slice(end) !== (open ? 'ee' : 'e')) return torrent
  const wanted = Buffer.from(seed(rest.slice(start.length, end)))
  return Buffer.concat([
    torrent.subarray(0, at),
    Buffer.from(`${key}${wanted.length}:`),
    wanted,
    Buffer.from('e'),
  ])
}
