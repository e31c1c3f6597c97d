// luna cluster makenginx: the nginx server that nodes talk to.
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import type { Steps } from '../../host/apply-files.ts'
import { checkNginx } from '../../host/service/nginx.ts'
import { reloadOrStart } from '../../host/service/service.ts'
import { nginxAround } from '../../render/nginx.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../get-cluster.ts'
import { newNotes } from '../outcome.ts'
import { type Generated, generateFiles, whileAlone } from './generate.ts'
import { nginxFile } from './nginx-file.ts'
import { warnUnanswered, warnUnread } from './nginx-use.ts'

/**
 * Writes `<nginx_conf_d>/luna.conf`, and has nginx read it (or start, when it is down). Warns when nginx as a
 * whole will not let it have what nodes ask.
 */
export async function makeNginx(
  store: Store,
  host: Pick<Config, 'paths' | 'services'>,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Generated> {
  const path = join(host.paths.nginx_conf_d, 'luna.conf')
  return await whileAlone(path, dryRun, async () => {
    const cluster = await getCluster(store)
    const { file, origin, port } = nginxFile(cluster, path, host.services)
    const notes = newNotes()
    const steps: Steps = {
      check: async (draftOf) => {
        const draft = { path, file: draftOf(path), origin }
        notes.warnings.push(...(await checkNginx(draft, (dir) => nginxAround(draft.file, dir))))
      },
      activate: () => reloadOrStart(host.services.nginx),
    }
    const made = await generateFiles([file], steps, dryRun, notes)
    if (dryRun) return made
    await warnUnread(path, port, notes)
    await warnUnanswered(cluster, notes)
    return made
  })
}
