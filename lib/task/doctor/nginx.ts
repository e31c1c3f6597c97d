// What nginx as a whole answers to a node that boots.
import { join } from 'node:path'
import { ask } from '../../host/service/nginx.ts'
import { frontendUrl } from '../../object/cluster.ts'
import { judgeAnswer, type Trouble, warnUnread } from '../generate/nginx-use.ts'
import { newNotes } from '../outcome.ts'
import { type Check, fine, firstOf, type Verdict, warning, wrong } from './check.ts'

export const nginxCheck: Check = {
  name: 'boot menu',
  async run({ all, cluster, config, active, root }) {
    if (!active) return fine('asked for on the active head only')
    const url = `${frontendUrl(cluster)}/luna?step=boot`
    const notes = newNotes()
    // Only root can read all of nginx's configuration.
    const path = join(config.paths.nginx_conf_d, 'luna.conf')
    if (root) await warnUnread(path, cluster.frontend_port, all.node.length, notes)
    return judgeMenu(url, judgeAnswer(url, await ask(url)), notes.warnings)
  },
}

/** `trouble` is what is wrong with the answer, `unread` what is in the way of Luna's server. */
export function judgeMenu(url: string, trouble: Trouble | undefined, unread: readonly string[]): Verdict {
  const shows = 'nginx -T'
  if (trouble?.fix !== undefined && trouble.fix !== shows) return wrong(trouble.what, trouble.fix)
  const lines = [...unread, ...(trouble ? [trouble.what] : [])]
  if (trouble) return wrong(firstOf(lines), unread.length > 0 ? shows : 'luna cluster makenginx')
  if (unread.length > 0) return warning(firstOf(unread), shows)
  return fine(`nginx has it from lweb: ${url}`)
}
