// Whether nginx really answers nodes with the server that Luna has written: other files of its configuration
// may be in the way.
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { ask, type HttpAnswer, nginxConfiguration } from '../../host/service/nginx.ts'
import { isLocalAddress } from '../../host/user.ts'
import { type Cluster, frontendUrl } from '../../object/cluster.ts'
import { listensOn } from '../../render/nginx.ts'
import { tooFewConnections } from '../../render/nginx-connections.ts'
import type { Notes } from '../outcome.ts'

/**
 * Warns when nginx does not read the file, of servers of other files on its port, and of too few
 * connections.
 */
export async function warnUnread(path: string, port: number, nodes: number, notes: Notes): Promise<void> {
  const files = await nginxConfiguration()
  if (!files) return
  if (!files.has(path))
    notes.warnings.push(
      `nginx does not read ${path}: add  include ${path};  to the http block of its nginx.conf`,
    )
  for (const [file, text] of files) {
    const [line] = file === path ? [] : listensOn(text, port)
    if (line === undefined) continue
    const fix = 'give it another port, or remove it'
    notes.warnings.push(
      `${file}:${line} has a server on port ${port}, too, which may get what nodes ask: ${fix}`,
    )
  }
  const few = tooFewConnections(files.values(), nodes, availableParallelism())
  if (few !== undefined) notes.warnings.push(few)
}

// nginx answers with its former configuration for a moment after a reload.
const tries = 5
const pause = 200

/**
 * Asks for the boot menu as a node would, and warns when something else comes. Only where the frontend
 * address is here.
 */
export async function warnUnanswered(cluster: Cluster, notes: Notes): Promise<void> {
  const address = cluster.frontend_address ?? ''
  if (address === '' || !(await isLocalAddress(address))) return
  const url = `${frontendUrl(cluster)}/luna?step=boot`
  let wrong = judgeAnswer(url, await ask(url))
  for (let left = tries; wrong !== undefined && left > 1; left--) {
    await delay(pause)
    wrong = judgeAnswer(url, await ask(url))
  }
  if (wrong !== undefined) notes.warnings.push(`${wrong.what}${wrong.fix ? ` (${wrong.fix})` : ''}`)
}

/** What is wrong with nginx, and the command that mends it where another one than makenginx does. */
export interface Trouble {
  readonly what: string
  readonly fix?: string
}

/** What is wrong with an answer to the question for the boot menu. */
export function judgeAnswer(url: string, answer: HttpAnswer): Trouble | undefined {
  if (answer.status === null) return { what: `nothing answers at ${url}: ${answer.why}` }
  if (answer.status === 200 && answer.body.startsWith('#!ipxe')) return undefined
  if (answer.status === 502 || answer.status === 504) {
    const what = `lweb does not answer yet, which nginx asks for ${url}`
    return { what, fix: 'systemctl start lweb' }
  }
  if (answer.status === 403 && answer.body.startsWith('only nginx')) {
    const what = `lweb does not take nginx for itself at ${url}: nginx has not read its configuration again`
    return { what, fix: 'nginx -s reload' }
  }
  if (answer.status >= 500)
    return { what: `lweb answers ${url} with status ${answer.status}`, fix: 'journalctl -u lweb' }
  const what = `another server than that of Luna answers ${url}, with status ${answer.status}`
  return { what, fix: 'nginx -T' }
}
