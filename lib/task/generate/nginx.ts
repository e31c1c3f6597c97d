// luna cluster makenginx: the nginx server that nodes talk to.
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { applyFiles, type Steps } from '../../host/apply-files.ts'
import type { DesiredFile } from '../../host/file.ts'
import { checkNginx } from '../../host/service/nginx.ts'
import { nginxKeyFile, nginxKeyPath, readNginxKey } from '../../host/service/nginx-key.ts'
import { reloadOrStart } from '../../host/service/service.ts'
import { findUser } from '../../host/user.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import { handsKeyOver, nginxAround } from '../../render/nginx.ts'
import type { Store } from '../../store/store.ts'
import { getCluster } from '../inventory.ts'
import { type Notes, newNotes } from '../outcome.ts'
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
    const { file, origin, port } = nginxFile(cluster, await store.list('network'), path, host.services)
    const notes = newNotes()
    const steps: Steps = {
      check: async (draftOf) => {
        const draft = { path, file: draftOf(path), origin }
        notes.warnings.push(...(await checkNginx(draft, (dir) => nginxAround(draft.file, dir))))
      },
      activate: () => reloadOrStart(host.services.nginx),
    }
    const keyPath = nginxKeyPath(host.paths.nginx_conf_d)
    if (dryRun) {
      const key = await knownKey(keyPath, cluster, file)
      return await generateFiles([file, ...key], steps, true, notes)
    }
    const generate = () => generateFiles([file], steps, false, notes)
    const made = await withKey(keyPath, cluster, file, notes, generate)
    await warnUnread(path, port, (await store.names('node')).length, notes)
    await warnUnanswered(cluster, notes)
    return made
  })
}

/** The file of the key that is there, where this process may look into it. */
async function knownKey(path: string, cluster: Cluster, { content }: DesiredFile): Promise<DesiredFile[]> {
  const known = await readNginxKey(path).catch(() => undefined)
  return known && handsKeyOver(String(content)) ? [await keyFile(path, cluster)] : []
}

async function keyFile(path: string, { user, seed_key }: Cluster): Promise<DesiredFile> {
  return await nginxKeyFile(path, await findUser(user || 'luna'), seed_key?.secret)
}

/**
 * Has the key in place, a new one where there is none, before nginx reads of it; lweb asks for it from then
 * on. A new one goes with work that fails. A site's own template that does not hand it over goes on without.
 */
async function withKey<T>(
  path: string,
  cluster: Cluster,
  { content }: DesiredFile,
  notes: Notes,
  work: () => Promise<T>,
): Promise<T> {
  const key = await keyFile(path, cluster)
  const handed = handsKeyOver(String(content))
  const [gone, nothing] = [
    { ...key, content: null },
    { check: async () => {}, activate: async () => {} },
  ]
  if (!handed) notes.warnings.push(keyless(cluster))
  const isNew = (await applyFiles([handed ? key : gone], nothing)).length > 0
  try {
    return await work()
  } catch (error) {
    if (isNew) await applyFiles([gone], nothing)
    throw error
  }
}

function keyless(cluster: Cluster): string {
  const file = `${paths(cluster).templates}/nginx.conf.mustache`
  return `any account of this head can tell lweb that it is a node: ${file} does not hand LUNA_KEY over, as the one of Luna does`
}
