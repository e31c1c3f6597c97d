// The next version of the package.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../lib/host/run.ts'

/** Makes newer.deb of the package in the folder: the same with the version 2.0.1. */
export async function makeNewer(folder: string): Promise<void> {
  const draft = join(folder, 'newer')
  await run('dpkg-deb', ['-R', join(folder, 'luna_2.0.0_amd64.deb'), draft])
  await run('sed', ['-i', 's/^Version: .*/Version: 2.0.1/', join(draft, 'DEBIAN/control')])
  await run('dpkg-deb', ['-Znone', '-b', draft, join(folder, 'newer.deb')])
  await rm(draft, { recursive: true })
}
