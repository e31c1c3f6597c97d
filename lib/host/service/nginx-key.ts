// The key that shows lweb that nginx asks, and not somebody else who reached its socket and can say of
// anybody that he asks. nginx has it from a file of its own, which lweb reads, too: root and the group of
// the cluster's user may.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type DesiredFile, readText } from '../file.ts'
import type { Owner } from '../user.ts'

/** Where the key is. No pattern of an nginx.conf for whole folders takes a name that begins with a dot. */
export function nginxKeyPath(confDir: string): string {
  return join(confDir, '.luna.key')
}

/** The key in a file; undefined where there is no file. Throws LunaError `failed` where it cannot be read. */
export async function readNginxKey(path: string): Promise<string | undefined> {
  const text = await readText(path)
  return text === undefined ? undefined : (keyIn(text) ?? '')
}

/**
 * The key that the URLs of web seeds are made with and nginx checks them with; undefined where there is no
 * file.
 */
export async function readSeedKey(path: string): Promise<string | undefined> {
  const text = await readText(path)
  return text === undefined ? undefined : (keyIn(text, 'luna_seed_key') ?? keyIn(text))
}

/**
 * The file with the key that it has, or a new one, and with that of web seeds: `seed`, which all heads have,
 * else this head's own. `owner` is the user that lweb runs as.
 */
export async function nginxKeyFile(
  path: string,
  owner: Owner | undefined,
  seed?: string,
): Promise<DesiredFile> {
  const key = keyIn((await readText(path)) ?? '') ?? randomBytes(24).toString('hex')
  const content = `set $luna_key "${key}";\nset $luna_seed_key "${seed ?? key}";\n`
  return { path, content, mode: 0o640, owner: { uid: 0, gid: owner?.gid ?? 0 }, secret: /"[0-9a-f]+"/g }
}

function keyIn(text: string, name = 'luna_key'): string | undefined {
  return new RegExp(`^set \\$${name} "([0-9a-f]{48})";$`, 'm').exec(text)?.[1]
}
