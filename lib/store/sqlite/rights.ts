// The rights that a process needs for the embedded store: to its file, the side files and the directory.
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What this process may not write to, of the file, its side files and its directory; and what to do. */
export function closedTo(path: string): { why: string; fix: string } | undefined {
  const all = [path, `${path}-wal`, `${path}-shm`, dirname(path)]
  const closed = all.find((one) => statOf(one) && !isWritable(one))
  if (closed === undefined) return undefined
  const ofRoot = statOf(closed)?.uid === 0
  return {
    why: `${closed} belongs to ${ofRoot ? 'root' : 'another user'}, and this user may not write to it`,
    fix: ofRoot
      ? `give it to the user of the cluster, which is luna by default: ${handOver(path)}`
      : "run it as root or as the cluster's user",
  }
}

/** With its directory, where there is nothing else in that. */
function handOver(path: string): string {
  const dir = dirname(path)
  const strange =
    statOf(dir) && isReadable(dir) && readdirSync(dir).some((one) => !one.startsWith(basename(path)))
  return strange ? `chown luna: ${path}*; its directory must be writable, too` : `chown -R luna: ${dir}`
}

/** Undefined also where a directory above is closed. */
function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function isWritable(path: string): boolean {
  return allows(path, constants.R_OK | constants.W_OK)
}

function isReadable(dir: string): boolean {
  return allows(dir, constants.R_OK | constants.X_OK)
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
