// The door into the lab's private machine: a command is run in mount, network, process and host name
// namespaces of its own. Nothing that it starts, mounts or configures is seen outside, and all of it is gone
// when it ends, even when killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError, sentence } from '../../lib/error.ts'
import { ensureImage, type Image } from './image.ts'

const init = join(import.meta.dirname, 'init.sh')

/** The image of the nodes when this process is inside the private machine, undefined outside. */
export function insideWith(env: NodeJS.ProcessEnv = process.env): Image | undefined {
  const { LUNA_LAB_ROOT: root, LUNA_LAB_KEY: key } = env
  return root && key ? { root, key } : undefined
}

/**
 * Runs a command inside, on this terminal, with more in its environment; gives its exit status. Ctrl-C and
 * SIGTERM are the command's to handle.
 */
export async function enter(command: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<number> {
  if (process.getuid?.() !== 0)
    throw new LunaError('refused', 'the lab needs root: it makes namespaces, bridges and mounts of its own', {
      fix: null,
    })
  const image = await ensureImage((line) => console.error(`lab: ${line}`))
  const child = spawn('setpriv', [...dyingWithUs, 'unshare', ...namespaces, 'sh', init, ...command], {
    stdio: 'inherit',
    env: { ...process.env, ...more, LUNA_LAB_ROOT: image.root, LUNA_LAB_KEY: image.key },
  })
  // the terminal sends SIGINT to the command as well
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => void terminate(child))
  return ended(child)
}

const dyingWithUs = ['--pdeathsig', 'KILL', '--']
const namespaces = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc']

// unshare itself blocks SIGTERM while it waits: its child, the first process inside, gets it.
async function terminate(child: ChildProcess): Promise<void> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '')
  for (const pid of children.split(' ')) if (pid) process.kill(Number(pid), 'SIGTERM')
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(
        new LunaError('failed', 'cannot make namespaces', {
          why: cause.message,
          fix: 'apt-get install util-linux',
        }),
      ),
    )
    child.on('close', (code) => resolve(code ?? 1))
  })
}

if (import.meta.main) {
  try {
    process.exitCode = await enter(process.argv.slice(2))
  } catch (error) {
    console.error(`lab: ${sentence(error)}`)
    process.exitCode = 1
  }
}
