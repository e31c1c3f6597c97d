// What a tree holds that is nobody's business but its owner's: a tarball goes to every node, and to whoever
// learns its name.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileInTree, namesInTree } from '../../host/image/tree.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Tree } from './tree.ts'

interface Secret {
  readonly what: string
  readonly folder: string
  readonly name: RegExp
  /** The line of the exclude list that leaves it out. */
  readonly line: string
  /** Only where the file begins so, or has such a line. */
  readonly text?: RegExp
}

const privateKey = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m

const secrets: readonly Secret[] = [
  {
    what: 'ssh host keys, by which whoever has them is each of its nodes',
    folder: 'etc/ssh',
    name: /^ssh_host_.*_key$/,
    line: '/etc/ssh/ssh_host_*_key',
  },
  {
    what: 'hashes of passwords',
    folder: 'etc',
    name: /^shadow$/,
    line: '/etc/shadow',
    text: /^[^:]+:!?\$/m,
  },
  { what: 'the key of munge', folder: 'etc/munge', name: /^munge\.key$/, line: '/etc/munge/munge.key' },
  { what: 'Kerberos keys', folder: 'etc', name: /\.keytab$/, line: '/etc/*.keytab' },
  {
    what: 'private keys of root for ssh',
    folder: 'root/.ssh',
    name: /^id_[^.]*$/,
    line: '/root/.ssh/id_*',
    text: privateKey,
  },
  ...['etc/ssl/private', 'etc/pki/tls/private'].map((folder) => ({
    what: 'private keys for TLS',
    folder,
    name: /\.(?:key|pem)$/,
    line: `/${folder}/*`,
    text: privateKey,
  })),
]

/** One line for each kind of secret that would be in the tarball, with how it is left out. */
export async function secretsIn(
  { at }: Pick<Tree, 'at'>,
  { name, pack_exclude_list }: Pick<Osimage, 'name' | 'pack_exclude_list'>,
): Promise<string[]> {
  const excluded = new Set(excludedLines(pack_exclude_list))
  const there = await Promise.all(secrets.map((secret) => isThere(at, secret)))
  return secrets.flatMap(({ what, line }, index) =>
    there[index] && !excluded.has(line)
      ? [
          `the tarball of osimage "${name}" has ${what}; they stay out by the line ${line} in: luna osimage change ${name} --pack_exclude_list`,
        ]
      : [],
  )
}

/** The lines of an exclude list that say something. */
export function excludedLines(list: string | null): string[] {
  const lines = (list ?? '').split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}

async function isThere(root: string, { folder, name, text }: Secret): Promise<boolean> {
  for (const found of (await namesInTree(root, folder)).filter((each) => name.test(each))) {
    const file = await fileInTree(root, join(folder, found))
    if (file !== undefined && (!text || text.test(await beginning(file)))) return true
  }
  return false
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return ''
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0)
    return buffer.subarray(0, bytesRead).toString('latin1')
  } finally {
    await handle.close()
  }
}
