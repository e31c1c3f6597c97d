// The public host keys that an image brings along.
import { open } from 'node:fs/promises'
import { fileInTree, namesInTree } from './tree.ts'

// Bytes: no public key is longer.
const mostBytes = 16 << 10

/**
 * How the files of public host keys in /etc/ssh of a tree begin, by name (sshd(8)); what their links lead to
 * outside of the tree is not read.
 */
export async function hostKeyTexts(root: string): Promise<string[]> {
  const names = (await namesInTree(root, 'etc/ssh')).filter((name) =>
    /^ssh_host_[a-z0-9_]{1,32}_key\.pub$/.test(name),
  )
  const files = await Promise.all(names.sort().map((name) => fileInTree(root, `etc/ssh/${name}`)))
  return await Promise.all(files.filter((file) => file !== undefined).map(beginningOf))
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
    return buffer.subarray(0, bytesRead).toString('latin1')
  } finally {
    await handle.close()
  }
}
