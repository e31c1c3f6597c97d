// The pages of the manual that have a part from a table, as they are to be. Run as a program it writes them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allCommands } from '../../lib/cli/commands.ts'
import { lpower, ltorrent, lweb, pxelinux } from '../../lib/program/program.ts'
import { withCommands } from './commands.ts'
import { withProgram } from './programs.ts'

const directory = join(import.meta.dirname, '../../man')

/** Every page that has such a part: its file, its text now, and the text that it should have. */
export async function generatedPages(): Promise<{ file: string; now: string; wanted: string }[]> {
  const commands = await allCommands()
  const page = (name: string, make: (now: string) => string) => {
    const file = join(directory, name)
    const now = readFileSync(file, 'utf8')
    return { file, now, wanted: make(now) }
  }
  return [
    page('luna.8', (now) => withCommands(now, commands)),
    page('lpower.8', (now) => withProgram(now, lpower)),
    page('lweb.1', (now) => withProgram(now, lweb)),
    page('ltorrent.1', (now) => withProgram(now, ltorrent)),
    page('lfs_pxelinux.1', (now) => withProgram(now, pxelinux)),
  ]
}

if (import.meta.main) for (const { file, wanted } of await generatedPages()) writeFileSync(file, wanted)
