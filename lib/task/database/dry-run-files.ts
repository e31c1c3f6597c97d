// A dry run of the cluster path: templates of the first Luna, and files that nodes fetch.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { label } from '../../object/check/defect.ts'
import { type Cluster, paths } from '../../object/cluster.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { formerTemplates } from '../generate/generate.ts'
import { packedFiles } from '../image/packed.ts'
import type { Difference } from './difference.ts'

/** The first Luna's templates are in another language. */
export function formerTemplateFiles(cluster: Cluster): Difference[] {
  const line = formerTemplates(cluster)
  return line ? [{ in: 'templates', line, lost: false }] : []
}

/** What nodes fetch must be there. */
export function imageFiles(cluster: Cluster, { osimage }: Inventory): Difference[] {
  const path = paths(cluster).root
  if (!existsSync(path)) {
    const line = `there is no ${path} on this machine: boot files and torrents were not looked for`
    return [{ in: 'files', line, lost: false }]
  }
  return osimage.flatMap((image) => {
    const missing = packedFiles(image).filter((file) => !existsSync(join(path, file)))
    const { name } = image
    const line = `${label('osimage', name)}: ${missing.join(', ')} not in ${path} (luna osimage pack ${name})`
    return missing.length === 0 ? [] : [{ in: 'files' as const, line, lost: true }]
  })
}
