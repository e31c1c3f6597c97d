// Bash text that is run for what it says, in a folder that is gone afterwards.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './run.ts'

const longest = 10_000

/**
 * Runs bash text and gives the lines that it prints. `LUNA_DIR` is a folder with `files` (contents by path),
 * `LUNA_ROOT` an empty one. Throws LunaError `failed` when it ends with another status than 0 or takes 10 s.
 */
export async function linesOfScript(
  text: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'luna-scratch-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), content)
    }
    const own = { LUNA_DIR: dir, LUNA_ROOT: join(dir, 'root') }
    const { stdout } = await run('bash', ['-s'], { input: text, env: { ...env, ...own }, timeout: longest })
    return stdout.split('\n').filter((line) => line !== '')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
