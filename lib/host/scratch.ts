// Folders that are gone afterwards, and bash text that is run in one for what it says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LunaError } from '../error.ts'
import { makeFolder } from './make-folder.ts'
import { run } from './run.ts'

/**
 * Does work with a folder of its own, for root alone, which is removed afterwards. Throws LunaError `failed`
 * where none can be made.
 */
export async function withScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'luna-')).catch((cause: unknown) => {
    throw new LunaError('failed', `cannot make a temporary directory in ${tmpdir()}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: process.env.TMPDIR ? 'correct TMPDIR, or unset it' : `look at ${tmpdir()}`,
      cause,
    })
  })
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

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
  return await withScratch(async (dir) => {
    for (const [path, content] of Object.entries(files)) {
      await makeFolder(dirname(join(dir, path)))
      await writeFile(join(dir, path), content)
    }
    const own = { LUNA_DIR: dir, LUNA_ROOT: join(dir, 'root') }
    const { stdout } = await run('bash', ['-s'], { input: text, env: { ...env, ...own }, timeout: longest })
    return stdout.split('\n').filter((line) => line !== '')
  })
}
