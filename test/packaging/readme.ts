// The commands with which the README shows Luna work: what it says is what is tested.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readme = join(import.meta.dirname, '../../README.md')

/** The lines of "See it work" without their comments, as they are typed. Throws Error when there is none. */
export function readmeCommands(): string[] {
  const [, section = ''] = readFileSync(readme, 'utf8').split('\n## See it work\n')
  const [, block = ''] = section.split('\n## ')[0]?.split(/^```\n/m) ?? []
  const commands = block.split('\n').map((line) => line.replace(/#.*/, '').trim())
  const typed = commands.filter((command) => command !== '')
  if (typed.length === 0) throw new Error('README.md has no commands below "See it work"')
  return typed
}
