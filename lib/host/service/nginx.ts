// The nginx of this machine: its own opinion of a configuration.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../run.ts'

/**
 * Has nginx judge a whole configuration text. It works on a live head, too: `nginx -t` opens its ports, but takes those
 * already in use for good. `around` gives the text for a directory that holds pid file and logs for the while.
 */
export async function checkNginx(around: (dir: string) => string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'luna-nginx-'))
  try {
    const file = join(dir, 'nginx.conf')
    await writeFile(file, around(dir))
    await run('nginx', ['-t', '-q', '-p', dir, '-c', file])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
